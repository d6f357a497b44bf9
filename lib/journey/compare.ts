import type { Examination, Tools } from '../ports'
import { expectationsOf } from '../rules/databases'
import { driftOf, judgeCollapse, judgeDrift } from '../rules/drift'
import { judgeEngine } from '../rules/engine'
import { isSoundEntry } from '../rules/entry'
import type { Claim, Entry } from '../rules/entry'
import { judgeHostClock } from '../rules/host-clock'
import type { SnapshotName } from '../rules/snapshot'
import type { Finding } from '../rules/verdict'

import { passOverUntrusted, readEntry } from './ledger'
import { isAnnounced, listShelves } from './shelves'

/**
 * What has changed since the last sound copy? Asked of the two verdicts; nothing is opened again.
 */
const lastSoundBefore = async (name: SnapshotName, tools: Tools): Promise<Entry | undefined> => {
  const shelves = await listShelves(tools, name.database)
  const older = shelves.filter((shelf) => shelf.name.at < name.at && isAnnounced(shelf))
  for (const shelf of older) {
    const read = await readEntry(tools, shelf.name).catch(passOverUntrusted)
    if (read && isSoundEntry(read.entry)) return read.entry
  }
  return undefined
}

/** The findings that need more than the snapshot itself: drift, collapse, the host's engine and its clock. */
export const compareFindings = async (
  options: { name: SnapshotName; claim: Claim; examination: Examination },
  tools: Tools,
): Promise<Finding[]> => {
  const { name, claim, examination } = options
  const { schema, rows } = examination
  const found: (Finding | undefined)[] = []
  const before = schema && rows ? await lastSoundBefore(name, tools) : undefined
  const was = before?.verdict
  if (schema && rows && was?.schema && was.rows) {
    const drift = driftOf(was.schema, schema)
    const { collapse } = expectationsOf(tools.settings.databases, name.database)
    found.push(judgeDrift(drift))
    if (collapse)
      found.push(judgeCollapse({ before: was.rows, now: rows, drift, limits: collapse }))
  }
  const structure = examination.findings.find(({ check }) => check === 'structure')
  found.push(judgeEngine(claim, structure?.outcome))
  if (!claim.adopted) found.push(judgeHostClock(claim))
  return found.filter((finding) => finding !== undefined)
}
