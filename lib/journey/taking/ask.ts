/**
 * What does the newest sound copy of a database say to somebody who holds it against something else? It is opened
 * as for a verdict, by the same engine with the same bounds, and gives values and nothing else.
 */
import * as z from 'zod'

import { asFault } from '../../faults'
import type { Handed, TakeOrder, Tools } from '../../ports'
import { isSoundEntry } from '../../rules/copy/entry'
import type { Entry } from '../../rules/copy/entry'
import { judgedOf } from '../../rules/copy/shelf'
import type { Shelf } from '../../rules/copy/shelf'
import { heartbeatKey } from '../../rules/copy/snapshot'
import type { SnapshotName } from '../../rules/copy/snapshot'
import { kindNamed } from '../../rules/kinds/kinds'
import { usualKind } from '../../rules/kinds/suffixes'
import { own } from '../../rules/plain/own'
import { parseJson } from '../../rules/trust/seal'
import { passOverForeign, readEntry } from '../bucket/ledger'
import { listShelves } from '../bucket/shelves'

export type Found = { name: SnapshotName; entry: Entry }

/** The copies of which this holds, as they were judged, newest first. */
export async function* eachIn(
  shelves: readonly Shelf[],
  isMeant: (entry: Entry) => boolean,
  tools: Tools,
): AsyncGenerator<Found> {
  for (const shelf of shelves) {
    const { name } = shelf
    const read = shelf.entry && (await readEntry(tools, name).catch(passOverForeign))
    if (read && isMeant(read.entry) && judgedOf(shelf, read.entry))
      yield { name, entry: read.entry }
  }
}

export const newestIn = async (...asked: Parameters<typeof eachIn>): Promise<Found | undefined> => {
  const { value } = await eachIn(...asked).next()
  return value ?? undefined
}

/** Of what is left of a run: the copy that is being taken must still be judged and written down. */
const share = 0.5

const instant = z.iso.datetime()
const Heartbeat = z.object({ ticket: z.string(), at: instant, takenAt: instant })

/** A host whose clock runs ahead has taken it when it came. */
const earlier = (cameAt: Date, takenAt: string | undefined): number =>
  Math.min(cameAt.getTime(), Date.parse(takenAt ?? '') || Infinity)

/** When was the database as this copy is? A host that has the same still sends nothing but word of it. */
const asOf = async ({ name, entry }: Found, { store, settings }: Tools): Promise<Date> => {
  const read = await store.read(heartbeatKey(settings.prefix, name.database))
  const still = read && Heartbeat.safeParse(parseJson(Buffer.from(read.bytes))).data
  const stillMs = still?.ticket === name.id ? earlier(new Date(still.at), still.takenAt) : 0
  return new Date(Math.max(stillMs, earlier(name.at, entry.claim.takenAt)))
}

const asked = async (found: Found, sql: string, tools: Tools): Promise<Handed> => {
  const { examiners, clock, deadlineAt } = tools
  const { entry } = found
  const { claim, key, etag } = entry
  const { kind = usualKind } = claim
  const examine = own(examiners, kind)
  const expected = kindNamed(kind)?.handingOut?.(sql)
  if (!examine || expected === undefined)
    return { why: 'Its newest sound copy is of a kind that cannot be asked.' }
  const now = clock.now().getTime()
  const until = new Date(now + (deadlineAt.getTime() - now) * share)
  const { values, findings } = await examine({ key, etag, claim, expected, deadlineAt: until })
  if (values) return { values, copyAt: await asOf(found, tools) }
  const said = findings.find(({ outcome }) => outcome !== 'passed' && outcome !== 'warned')
  return { why: said?.detail ?? 'Its newest sound copy gave no answer.' }
}

/** Whatever comes in between is said in its place: the inventory is taken all the same. */
export const askIn =
  (tools: Tools): TakeOrder['ask'] =>
  async ({ of, sql }) => {
    try {
      const found = await newestIn(await listShelves(tools, of), isSoundEntry, tools)
      return found ? await asked(found, sql, tools) : { why: 'There is no sound copy of it.' }
    } catch (thrown) {
      return { why: asFault(thrown).why }
    }
  }
