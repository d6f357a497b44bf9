/**
 * One true time that only moves forward, and the clocks that tell it more or less well.
 */
import type { Clock } from '../../lib/ports'

export type Clocks = {
  /** The true time, which no step ever sees. */
  nowMs(): number
  moveTo(ms: number): void
  /** Seconds off, as a rule; minutes off while the store's clock has jumped. */
  store: Wrong
  /** Days off while the clock of the functions has jumped. */
  functions: Wrong
}

/** A clock that is off by so much, and drifts by so many parts per million besides. */
export type Wrong = Clock & { aheadMs: number; driftPpm: number; setRight(): void }

const wrong = (nowMs: () => number, usualMs: number): Wrong => {
  let setAtMs = nowMs()
  const clock: Wrong = {
    aheadMs: usualMs,
    driftPpm: 0,
    now: () => {
      const driftMs = ((nowMs() - setAtMs) * clock.driftPpm) / 1e6
      return new Date(Math.floor(nowMs() + clock.aheadMs + driftMs))
    },
    setRight: () => {
      setAtMs = nowMs()
      clock.aheadMs = usualMs
    },
  }
  return clock
}

export const clocksFrom = (startMs: number): Clocks => {
  let now = startMs
  const nowMs = () => now
  return {
    nowMs,
    moveTo: (ms) => void (now = Math.max(now, ms)),
    store: wrong(nowMs, 0),
    functions: wrong(nowMs, 0),
  }
}
