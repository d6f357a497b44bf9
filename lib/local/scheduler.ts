/** The timers of project.yml, in UTC as in the cloud. A run that is still going is not doubled. */
import { Cron } from 'croner'

import type { Platform } from './platform'
import type { LocalFunction } from './project'

export const startScheduler = (
  platform: Platform,
  functions: readonly LocalFunction[],
): { stop(): void } => {
  const timers = functions.flatMap((fn) =>
    fn.triggers.map(({ sourceDetails: { cron, withBody } }) => {
      const options = { timezone: 'UTC', protect: true, unref: true }
      return new Cron(cron, options, () => platform.run(fn.name, withBody).then(() => undefined))
    }),
  )
  return {
    stop: () => {
      for (const timer of timers) timer.stop()
    },
  }
}
