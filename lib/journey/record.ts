/**
 * Step 4: write the verdict down, once, beside the snapshot.
 *
 * The entry comes first and the checksum line after it: a sound entry without its line is what a
 * killed run leaves, and `watch` knows it by the missing line and writes it.
 */
import type { StoredObject, Tools } from '../ports'
import { isSoundEntry, withVerdict } from '../rules/copy/entry'
import type { Entry, Verdict } from '../rules/copy/entry'
import { sumsLine } from '../rules/copy/snapshot'
import type { SnapshotName } from '../rules/copy/snapshot'
import { judgeAs } from '../rules/kinds/kinds'
import { keptFindings } from '../rules/verdict/bounds'

import { changeEntry } from './bucket/ledger'

export type Examined = { judged: Omit<Verdict, 'outcome' | 'at'>; object: StoredObject }

export const record = async (
  name: SnapshotName,
  examined: Examined,
  tools: Tools,
): Promise<Entry> => {
  const at = tools.clock.now().toISOString()
  const { judged, object } = examined
  const entry = await changeEntry(tools, name, (before) => {
    const outcome = judgeAs(before.claim.kind, judged.findings)
    const ran = tools.spent?.()
    const verdict = {
      ...judged,
      findings: keptFindings(judged.findings, outcome),
      outcome,
      at,
      ...(ran && { ran }),
    }
    return withVerdict(before, verdict, object.modifiedAt.toISOString(), object.etag)
  })
  await writeSums(entry, tools)
  return entry
}

/** One line that `sha256sum -c` reads, for every copy that was found sound. */
export const writeSums = async (entry: Entry, { store }: Tools): Promise<void> => {
  const { claim, key } = entry
  if (!isSoundEntry(entry) || claim.sha256 === undefined) return
  const line = Buffer.from(sumsLine(claim.sha256, key))
  // A line that an older script left is its own word, and stays.
  if (!claim.adopted?.hasSums) await store.put(`${key}.sha256`, line)
}
