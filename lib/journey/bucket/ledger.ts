/** The entries in the bucket: read only when the signature holds, changed only as they were read. */
import { Fault } from '../../faults'
import type { Settings, StoredObject, Tools } from '../../ports'
import { newEntry } from '../../rules/copy/entry'
import type { Claim, Entry } from '../../rules/copy/entry'
import { entryKey, keysOf, nameSnapshot, parseId } from '../../rules/copy/snapshot'
import type { SnapshotName } from '../../rules/copy/snapshot'
import { idInStatement, payloadType, readStatement, statementOf } from '../../rules/copy/statement'

import { newerFault, openSealed, sealBytes } from './sealed'

export const parseTicket = (ticket: string): SnapshotName => {
  const name = parseId(ticket)
  if (name) return name
  throw new Fault({
    code: 'bad-request',
    why: 'That is not a ticket id.',
    mend: 'A ticket id looks like tokens_2025-07-04T010000Z_3f9a1c; restore.sh --list shows those that exist.',
  })
}

export type ReadEntry = { entry: Entry; etag: string }

/**
 * Undefined when there is none. An entry whose signature does not hold is a Fault, never an entry; one
 * that a newer build signed is a Fault of its own, and nobody's forgery.
 */
export const readEntry = async (
  { store, settings }: Tools,
  name: SnapshotName,
): Promise<ReadEntry | undefined> => {
  const found = await store.read(entryKey(settings.prefix, name))
  return found && entryIn(settings, name, found)
}

/** The same of what was read under its key, in whichever place. */
export const entryIn = (
  settings: Settings,
  name: SnapshotName,
  found: { bytes: Uint8Array; object: StoredObject },
): ReadEntry => {
  const payload = openSealed(settings, payloadType, found.bytes)
  // A true entry that stands under another name was put there by somebody else.
  if (payload && idInStatement(payload) === name.id) {
    const read = readStatement(payload)
    if (read.is === 'read') return { entry: read.value, etag: found.object.etag }
    throw newerFault(`The entry of ${name.id}`)
  }
  throw new Fault({
    code: 'untrusted-entry',
    why: `The entry of ${name.id} does not carry this installation's signature.`,
    mend: 'Look at who else may write to the bucket. After a change of secret, set SNAPPROOF_SECRET_PREVIOUS.',
  })
}

export const isNewer = (thrown: unknown): boolean =>
  thrown instanceof Fault && thrown.code === 'newer-format'

/**
 * A forged entry is no entry, and one of a newer build cannot be read here; but neither must stop a new
 * push, or hide the true copies beside it. For `catch`: every other trouble goes on.
 */
export const passOverForeign = (thrown: unknown): undefined => {
  if (isNewer(thrown) || (thrown instanceof Fault && thrown.code === 'untrusted-entry'))
    return undefined
  throw thrown
}

/** The bytes of an entry as they are stored, signed under the current secret. */
const sealed = ({ settings }: Tools, entry: Entry): Uint8Array =>
  sealBytes(settings, payloadType, statementOf(entry))

export const createEntry = async (tools: Tools, name: SnapshotName, entry: Entry) =>
  tools.store.create(entryKey(tools.settings.prefix, name), sealed(tools, entry))

/** The entry of a copy that is to come, under a name that no other has; `mark` is the first that is tried. */
export const announce = async (
  tools: Tools,
  { claim, at, mark: first }: { claim: Claim; at: Date; mark: string },
): Promise<{ name: SnapshotName; key: string }> => {
  for (let mark = first; ; mark = tools.randomHex(6)) {
    const name = nameSnapshot({ database: claim.database, at, mark })
    const { snapshot: key } = keysOf(tools.settings.prefix, name, claim)
    const written = await createEntry(tools, name, newEntry(name.id, key, claim))
    if (written === 'created') return { name, key }
  }
}

/** Changes exactly the entry that was read; `changed` when somebody was faster. */
export const replaceEntry = (
  tools: Tools,
  name: SnapshotName,
  { entry, etag }: ReadEntry,
): Promise<'replaced' | 'changed'> =>
  tools.store.replace(entryKey(tools.settings.prefix, name), sealed(tools, entry), etag)

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
    const written = await replaceEntry(tools, name, { entry: changed, etag: read.etag })
    if (written === 'replaced') return changed
  }
  throw new Fault({
    code: 'contended',
    why: `The entry of ${name.id} kept changing, or went away, while a verdict was written to it.`,
    mend: 'Ask again in a minute; the next run writes it.',
  })
}
