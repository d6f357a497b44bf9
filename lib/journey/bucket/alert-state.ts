/** Incidents and outbox: changed exactly as they were read, so that two runs never both tell. */
import { Fault } from '../../faults'
import type { Tools } from '../../ports'
import { AlertState, alertStateType, emptyAlertState } from '../../rules/alerts/outbox'
import { stateKey } from '../../rules/copy/snapshot'

import { readSealed, sealValue } from './sealed'

const keyOf = (prefix: string): string => stateKey(prefix, 'alerts.json')

type Read = { state: AlertState; etag: string | undefined }

const read = async (tools: Tools): Promise<Read> => {
  const key = keyOf(tools.settings.prefix)
  const found = await readSealed(tools, { key, type: alertStateType, shape: AlertState })
  // A state that is not ours is begun anew: what lasts is told once more, and nothing is left untold.
  return { state: found?.value ?? emptyAlertState, etag: found?.etag }
}

export const readAlertState = async (tools: Tools): Promise<AlertState> => (await read(tools)).state

/** Two runs beside one another each get their turn. */
const attempts = 8

export const changeAlertState = async (
  tools: Tools,
  change: (state: AlertState) => AlertState,
): Promise<AlertState> => {
  const { store, settings } = tools
  const key = keyOf(settings.prefix)
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { state, etag } = await read(tools)
    const changed = change(state)
    if (JSON.stringify(changed) === JSON.stringify(state)) return state
    // The store takes the same bytes for the same write, and two runs in step make the same change:
    // only one of them may believe that it was its own.
    const marked = { ...changed, writtenBy: tools.randomHex(16) }
    const bytes = sealValue(settings, alertStateType, marked)
    const written =
      etag === undefined ? await store.create(key, bytes) : await store.replace(key, bytes, etag)
    if (written === 'created' || written === 'replaced') return changed
  }
  throw new Fault({
    code: 'contended',
    why: 'The state of the alerts kept changing while it was written.',
    mend: 'Nothing is to be done: the next run of the watch writes it.',
  })
}
