import { createHash } from 'node:crypto'

import { Fault } from '../faults'
import type { StoredObject, Tools } from '../ports'
import { payloadType, readEnvelope, readStatement, statementOf } from '../rules/entry'
import type { Entry } from '../rules/entry'
import { seal, unseal } from '../rules/seal'
import { databasePrefix, entryKey, parseId, parseKey } from '../rules/snapshot'
import type { SnapshotName } from '../rules/snapshot'

/** The entries in the bucket: read only when the signature holds, changed only as they were read. */

/** What stands in the bucket under one ticket id. */
export type Shelf = {
  name: SnapshotName
  snapshot?: StoredObject
  hasSums: boolean
  hasEntry: boolean
}

/** Sorts a listing into shelves, newest first; keys that are not ours are passed over. */
export const shelvesOf = (prefix: string, objects: readonly StoredObject[]): Shelf[] => {
  const shelves = new Map<string, Shelf>()
  for (const object of objects) {
    const parsed = parseKey(prefix, object.key)
    if (!parsed) continue
    const shelf = shelves.get(parsed.name.id) ?? {
      name: parsed.name,
      hasSums: false,
      hasEntry: false,
    }
    if (parsed.kind === 'snapshot') shelf.snapshot = object
    if (parsed.kind === 'sums') shelf.hasSums = true
    if (parsed.kind === 'entry') shelf.hasEntry = true
    shelves.set(parsed.name.id, shelf)
  }
  // Two of one second are told apart by their names, so that every reader sees one order.
  const newer = (a: Shelf, b: Shelf) =>
    b.name.at.getTime() - a.name.at.getTime() || (a.name.id < b.name.id ? 1 : -1)
  return [...shelves.values()].toSorted(newer)
}

/** Everything of one database, or of all of them. */
export const listShelves = async (
  { store, settings }: Tools,
  database?: string,
): Promise<Shelf[]> => {
  const under = database === undefined ? settings.prefix : databasePrefix(settings.prefix, database)
  return shelvesOf(settings.prefix, await store.list(under))
}

export const parseTicket = (ticket: string): SnapshotName => {
  const name = parseId(ticket)
  if (name) return name
  throw new Fault({
    code: 'bad-request',
    why: 'That is not a ticket id.',
    mend: 'A ticket id looks like tokens_2025-07-04T010000Z_3f9a1c; "list" shows those that exist.',
  })
}

export type ReadEntry = { entry: Entry; etag: string }

/** Undefined when there is none. An entry whose signature does not hold is a Fault, never an entry. */
export const readEntry = async (
  { store, settings }: Tools,
  name: SnapshotName,
): Promise<ReadEntry | undefined> => {
  const found = await store.read(entryKey(settings.prefix, name))
  if (!found) return undefined
  const envelope = readEnvelope(found.bytes)
  const secrets = [settings.secrets.current, settings.secrets.previous ?? settings.secrets.current]
  const payload = envelope && unseal(secrets, payloadType, envelope)
  const entry = payload && readStatement(payload)
  // A true entry that stands under another name was put there by somebody else.
  if (entry?.id === name.id) return { entry, etag: found.object.etag }
  throw new Fault({
    code: 'untrusted-entry',
    why: `The entry of ${name.id} does not carry this installation's signature.`,
    mend: 'Look at who else may write to the bucket. After a change of secret, set SNAPPROOF_SECRET_PREVIOUS.',
  })
}

/**
 * A forged entry is no entry; but it must not stop a new push, or hide the true copies beside it.
 * For `catch`: every other trouble goes on.
 */
export const passOverUntrusted = (thrown: unknown): undefined => {
  if (thrown instanceof Fault && thrown.code === 'untrusted-entry') return undefined
  throw thrown
}

/** The bytes of an entry as they are stored, signed under the current secret. */
const sealed = ({ settings }: Tools, entry: Entry): Uint8Array => {
  const expected = settings.databases[entry.claim.database] ?? {}
  const policy = createHash('sha256').update(JSON.stringify(expected)).digest('hex')
  const envelope = seal(settings.secrets.current, payloadType, statementOf(entry, policy))
  return Buffer.from(`${JSON.stringify(envelope)}\n`)
}

export const createEntry = async (tools: Tools, name: SnapshotName, entry: Entry) =>
  tools.store.create(entryKey(tools.settings.prefix, name), sealed(tools, entry))

/** Two runs beside one another each get their turn; a third would mean something is wrong. */
const attempts = 5

/** Changes an entry exactly as it stands: when another run was faster, the change is made anew. */
export const changeEntry = async (
  tools: Tools,
  name: SnapshotName,
  change: (entry: Entry) => Entry,
): Promise<Entry> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const read = await readEntry(tools, name)
    if (!read) break
    const changed = change(read.entry)
    const key = entryKey(tools.settings.prefix, name)
    const written = await tools.store.replace(key, sealed(tools, changed), read.etag)
    if (written === 'replaced') return changed
  }
  throw new Fault({
    code: 'contended',
    why: `The entry of ${name.id} kept changing, or went away, while a verdict was written to it.`,
    mend: 'Ask again in a minute; the next run writes it.',
  })
}
