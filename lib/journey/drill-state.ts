import type { Tools } from '../ports'
import { drillReportType, DrillState, drillStateType, withReport } from '../rules/drill'
import type { DrillReport } from '../rules/drill'
import { planIdOf } from '../rules/journal'
import { parseJson } from '../rules/seal'
import { reportKey, stateKey } from '../rules/snapshot'

import { openSealed, sealBytes } from './sealed'

/** What drills found: the state that alerts and the page read, and a signed report of each run. */
const keyOf = (prefix: string): string => stateKey(prefix, 'drill.json')

/** Undefined before the first drill. */
export const readDrillState = async ({
  store,
  settings,
}: Tools): Promise<DrillState | undefined> => {
  const found = await store.read(keyOf(settings.prefix))
  const payload = found && openSealed(settings, drillStateType, found.bytes)
  return payload && DrillState.safeParse(parseJson(payload)).data
}

export const noteDrill = async (
  report: DrillReport,
  kept: Readonly<Record<string, readonly string[]>>,
  tools: Tools,
): Promise<void> => {
  const { store, settings, randomHex } = tools
  const bytes = (type: string, value: unknown) =>
    sealBytes(settings, type, Buffer.from(JSON.stringify(value)))
  const id = planIdOf(new Date(report.at), randomHex(6))
  const path = `drills/${id.slice(0, 7).replace('-', '/')}/${id}.json`
  await store.put(reportKey(settings.prefix, path), bytes(drillReportType, report))
  const state = withReport(await readDrillState(tools), report, kept)
  await store.put(keyOf(settings.prefix), bytes(drillStateType, state))
}
