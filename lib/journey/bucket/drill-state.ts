/** What drills found: the state that alerts and the page read, and a signed report of each run. */
import type { Tools } from '../../ports'
import { planIdOf } from '../../rules/copy/journal'
import { reportKey, stateKey } from '../../rules/copy/snapshot'
import { drillReportType, DrillState, drillStateType, withReport } from '../../rules/watching/drill'
import type { DrillReport } from '../../rules/watching/drill'
import { shorterDrills, withinShare } from '../../rules/watching/share'

import { readSealed, sealValue } from './sealed'

const keyOf = (prefix: string): string => stateKey(prefix, 'drill.json')

/** Undefined before the first drill. */
export const readDrillState = async (tools: Tools): Promise<DrillState | undefined> => {
  const key = keyOf(tools.settings.prefix)
  return (await readSealed(tools, { key, type: drillStateType, shape: DrillState }))?.value
}

export const noteDrill = async (
  report: DrillReport,
  kept: Readonly<Record<string, readonly string[]>>,
  tools: Tools,
): Promise<void> => {
  const { store, settings, randomHex } = tools
  const id = planIdOf(new Date(report.at), randomHex(6))
  const path = `drills/${id.slice(0, 7).replace('-', '/')}/${id}.json`
  await store.put(reportKey(settings.prefix, path), sealValue(settings, drillReportType, report))
  const state = withReport(await readDrillState(tools), report, kept)
  // Older drills stand in their reports, whatever is left of them here.
  const { databases } = withinShare(state.databases, shorterDrills)
  const within = { ...state, databases, spent: tools.spent?.() }
  await store.put(keyOf(settings.prefix), sealValue(settings, drillStateType, within))
}
