/** What the store says when all is over, compared with what each client was told. */
import { wordOf } from '../../lib/rules/copy/entry'
import { parseKey } from '../../lib/rules/copy/snapshot'
import { checkStoreFolder, judgeCopies, leftovers, readCopies } from '../faults/oracle'
import type { Cloud } from '../faults/world/cloud'

import type { Pushed } from './crowd'

const judged = new Set(['passed', 'warned', 'unmet', 'failed', 'unverifiable'])

const checkOne = async (pushed: Pushed, cloud: Cloud, scratch: string): Promise<string[]> => {
  const { source, verdict, ticket } = pushed
  const { copies, found } = await readCopies(source.name, cloud.tools())
  const say = (what: string) => found.push(`${source.name} ${what}`)
  found.push(...judgeCopies(copies, scratch), ...(pushed.isShell ? leftovers(source) : []))
  const whole = copies.filter(({ entry }) => entry.claim.sha256 === source.sha256)
  // A shell's copy goes through .backup, which writes a header of its own.
  if (!pushed.isShell && whole.length !== copies.length) say('has a copy that nobody announced')
  if (copies.length !== 1) say(`has ${copies.length} copies of one announced`)
  for (const { id, entry, bytes } of copies) {
    if (!bytes) say(`was announced as ${id}, and never arrived`)
    if (!judged.has(wordOf(entry))) say(`is ${wordOf(entry)} after watch was quiet`)
    const verdicts = entry.history.filter(({ word }) => word === 'passed' || word === 'failed')
    if (verdicts.length > 1) say(`was judged ${verdicts.length} times`)
    if (ticket !== undefined && ticket !== id) say(`was told ${ticket}, and stands as ${id}`)
    if (verdict !== undefined && verdict !== 'unchanged' && verdict !== wordOf(entry))
      say(`was told ${verdict}, and its entry says ${wordOf(entry)}`)
  }
  return found
}

export const checkTruth = async (
  pushed: readonly Pushed[],
  cloud: Cloud,
  { scratch, others = [] }: { scratch: string; others?: readonly string[] },
): Promise<string[]> => {
  const found: string[] = []
  for (const one of pushed) found.push(...(await checkOne(one, cloud, scratch)))
  const { store, settings } = cloud.tools()
  const known = new Set([...others, ...pushed.map(({ source }) => source.name)])
  for (const { key } of await store.list(settings.prefix)) {
    const database = parseKey(settings.prefix, key)?.name.database
    const isOurs =
      database === undefined ? key.startsWith(`${settings.prefix}_state/`) : known.has(database)
    if (!isOurs) found.push(`${key} lies in the bucket, and nobody put it there`)
  }
  return [...found, ...checkStoreFolder(cloud.storeFolder, true)]
}
