/** The system's time and chance: the one place that reads either. */
import { randomBytes } from 'node:crypto'

import type { Clock } from '../ports'

export const systemClock: Clock = { now: () => new Date() }

export const randomHex = (digits: number): string =>
  randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits)
