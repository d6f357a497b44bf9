/**
 * What a namespace of the cloud takes at once and in a minute. Beyond it a call is refused with 429
 * before any function sees it, and its caller has to come again.
 *
 * https://docs.digitalocean.com/products/functions/details/limits/
 */
import { minuteMs } from '../rules/plain/time-units'

export type NamespaceLimits = { atOnce: number; perMinute: number }

export const cloudLimits: NamespaceLimits = { atOnce: 120, perMinute: 600 }

export type Throttle = {
  /** Why this call is refused; or it is let in, until `leave`. */
  enter(): string | undefined
  leave(): void
}

/** Minutes are those of the clock, as in OpenWhisk: a new one begins with nothing counted. */
export const throttleOf = (limits: NamespaceLimits, now: () => number = Date.now): Throttle => {
  let inside = 0
  let minute = 0
  let counted = 0
  return {
    enter: () => {
      const current = Math.floor(now() / minuteMs)
      if (current !== minute) counted = 0
      minute = current
      counted += 1
      if (counted > limits.perMinute)
        return `Too many requests in the last minute (count: ${counted}, allowed: ${limits.perMinute}).`
      if (inside >= limits.atOnce)
        return `Too many concurrent requests in flight (count: ${inside}, allowed: ${limits.atOnce}).`
      inside += 1
      return undefined
    },
    leave: () => void (inside -= 1),
  }
}
