/** Would anybody be told? The channels as they are set, and whether the timers run that call them. */
import type { Environment } from '../../edge/config'
import { notifierOf } from '../../edge/tools'
import { readAlertState } from '../../journey/bucket/alert-state'
import { readDrillState } from '../../journey/bucket/drill-state'
import { readPruneState } from '../../journey/bucket/prune-state'
import { groupsOf, listTop } from '../../journey/bucket/survey'
import { readWatchState } from '../../journey/bucket/watch-state'
import type { Tools } from '../../ports'
import { undeliveredOf } from '../../rules/alerts/outbox'
import { sortObjects } from '../../rules/copy/shelf'
import { ageWords, countWords } from '../../rules/plain/wording'
import { firstCopyAt, isTimerSilent, timers } from '../../rules/watching/timers'
import type { Timer } from '../../rules/watching/timers'

import type { Observation } from './observation'

const channels = (environment: Environment): Observation[] => {
  const notifier = notifierOf(environment)
  const what = 'alerts'
  const wrong = notifier.complaints.map((detail): Observation => {
    const mend =
      'Correct it in .env and deploy again; lib/docs/alerts.md shows how each address looks.'
    return { what, state: 'wrong', detail, mend }
  })
  if (wrong.length > 0) return wrong
  if (notifier.channels.length === 0) {
    const mend =
      'Set ALERTS in .env to an address of yours, deploy, and run "npx snapproof alert-test".'
    return [{ what, state: 'note', detail: 'ALERTS is off: nobody is told of anything', mend }]
  }
  const names = notifier.channels.map(({ name }) => name).join(', ')
  return [{ what, state: 'ok', detail: `go to ${names}; "alert-test" tries them` }]
}

const heard = async (tools: Tools): Promise<Observation[]> => {
  const undelivered = undeliveredOf((await readAlertState(tools)).outbox)
  if (undelivered.length === 0) return []
  const [first] = undelivered
  return [
    {
      what: 'outbox',
      state: 'wrong',
      detail: `${countWords(undelivered.length, 'message')} not delivered; ${first?.channel}: ${first?.why}`,
      mend: 'They are tried again by themselves; "npx snapproof alert-test" shows which channel is deaf.',
    },
  ]
}

const usual: Readonly<Record<Timer, string>> = {
  watch: 'it does every ten minutes',
  prune: 'it does every night',
  drill: 'it does every week',
}

/** When the first copy came: by the watch, or, where that never ran, by what stands in the bucket. */
const firstCopyIn = async (tools: Tools): Promise<string | undefined> => {
  const watched = await readWatchState(tools)
  if (watched) return firstCopyAt(watched.databases)
  const { adopted } = await listTop(tools)
  const times: string[] = []
  for await (const { objects } of groupsOf(tools, adopted, [])) {
    const { shelves } = sortObjects(tools.settings, objects)
    const stored = shelves.flatMap(({ snapshots }) => snapshots)
    times.push(...stored.map(({ modifiedAt }) => modifiedAt.toISOString()))
  }
  return times.toSorted()[0]
}

const running = async (tools: Tools): Promise<Observation[]> => {
  const now = await tools.store.now()
  const firstAt = await firstCopyIn(tools)
  const states = await Promise.all([
    readWatchState(tools),
    readPruneState(tools),
    readDrillState(tools),
  ])
  return timers.map((what, index): Observation => {
    const ranAt = states[index]?.ranAt
    const isSilent = isTimerSilent(what, { ranAt, firstAt, now })
    const mend =
      'Look at its trigger: doctl serverless triggers list. A namespace takes three, and the deployer makes them with the account’s token alone; npm run deploy makes them anew and says so where it cannot.'
    if (ranAt === undefined) {
      return isSilent
        ? {
            what,
            state: 'wrong',
            detail: `has never run, and the first copy came ${ageWords(String(firstAt), now)}`,
            mend,
          }
        : { what, state: 'note', detail: `has not run yet; ${usual[what]}` }
    }
    const detail = `ran ${ageWords(ranAt, now)}`
    return isSilent ? { what, state: 'wrong', detail, mend } : { what, state: 'ok', detail }
  })
}

export const probeAlerts = async (
  environment: Environment,
  tools: Tools,
): Promise<Observation[]> => [
  ...channels(environment),
  ...(await heard(tools)),
  ...(await running(tools)),
]
