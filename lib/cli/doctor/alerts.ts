/** Would anybody be told? The channels as they are set, and whether the watch runs that calls them. */
import type { Environment } from '../../edge/config'
import { notifierOf } from '../../edge/tools'
import { readAlertState } from '../../journey/bucket/alert-state'
import { readWatchState } from '../../journey/bucket/watch-state'
import type { Tools } from '../../ports'
import { undeliveredOf } from '../../rules/alerts/outbox'
import { ageWords, countWords } from '../../rules/plain/wording'
import { silentAfterMs } from '../../rules/troubles/installation'

import type { Observation } from './observation'

const channels = (environment: Environment): Observation[] => {
  const notifier = notifierOf(environment)
  const what = 'alerts'
  const wrong = notifier.complaints.map((detail): Observation => {
    const mend = 'Correct it in .env and deploy again; the README shows how each address looks.'
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

const watching = async (tools: Tools): Promise<Observation> => {
  const what = 'watch'
  const state = await readWatchState(tools)
  const mend = 'Look at its trigger: doctl serverless triggers list. Deploying again makes it anew.'
  if (!state) return { what, state: 'note', detail: 'has not run yet; it does every ten minutes' }
  const now = tools.clock.now()
  const detail = `ran ${ageWords(state.ranAt, now)}`
  const isSilent = now.getTime() - Date.parse(state.ranAt) > silentAfterMs
  return isSilent ? { what, state: 'wrong', detail, mend } : { what, state: 'ok', detail }
}

export const probeAlerts = async (
  environment: Environment,
  tools: Tools,
): Promise<Observation[]> => [
  ...channels(environment),
  ...(await heard(tools)),
  await watching(tools),
]
