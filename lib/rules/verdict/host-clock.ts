/**
 * Is the host's clock right? Told by the time it claims for the copy against the time, by the
 * store's clock, at which it asked. Nothing is ever ordered or aged by the host's time.
 */
import { hourMs, minuteMs } from '../plain/time-units'

import type { Finding } from './verdict'

const aheadAtMostMs = 10 * minuteMs

/** Later than this, the copy had waited in the spool, or the clock is behind. */
const behindAtMostMs = hourMs

/** Undefined when the two agree. */
export const judgeHostClock = (claim: {
  takenAt: string
  ticketAt: string
}): Finding | undefined => {
  const aheadMs = Date.parse(claim.takenAt) - Date.parse(claim.ticketAt)
  const minutes = Math.round(Math.abs(aheadMs) / minuteMs)
  if (aheadMs > aheadAtMostMs) {
    return {
      check: 'clock',
      outcome: 'warned',
      detail: `By the host's clock this copy was taken ${minutes} minutes after it asked to send it.`,
      mend: 'Set the host’s clock: timedatectl set-ntp true.',
    }
  }
  if (aheadMs >= -behindAtMostMs) return undefined
  return {
    check: 'clock',
    outcome: 'passed',
    detail: `Note: by the host's clock this copy was taken ${minutes} minutes before it was sent: it waited in the spool, or the clock is behind.`,
  }
}
