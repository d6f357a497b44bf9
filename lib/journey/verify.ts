/**
 * Step 3: open the snapshot, put every question to it, and have the verdict written down.
 */
import * as z from 'zod'

import { Fault } from '../faults'
import type { Examination, StoredObject, Tools } from '../ports'
import { listCommand } from '../rules/copy/choice'
import { wordOf } from '../rules/copy/entry'
import type { Entry } from '../rules/copy/entry'
import type { SnapshotName } from '../rules/copy/snapshot'
import { own } from '../rules/plain/own'
import { expectationsOf, expectationsSha256 } from '../rules/settings/databases'
import type { Expectations } from '../rules/settings/databases'
import { keptOf } from '../rules/verdict/bounds'
import { withStart } from '../rules/watching/waiting'

import { changeEntry, parseTicket, readEntry } from './bucket/ledger'
import { compare, comparedBefore } from './gather/compare'
import { record } from './record'
import type { Examined } from './record'
import type { Step } from './step'

export const VerifyRequest = z.object({ ticket: z.string() })
export type VerifyRequest = z.infer<typeof VerifyRequest>

export type VerifyAnswer = { ticket: string; verdict: string }

/** A snapshot that nobody announced is a Fault; of one that has not arrived, `object` is undefined. */
export const openShelf = async (name: SnapshotName, tools: Tools) => {
  const read = await readEntry(tools, name)
  if (!read) {
    throw new Fault({
      code: 'not-found',
      why: `No snapshot was announced as ${name.id}.`,
      mend: `Push again; ${listCommand(name.database)} shows the copies that exist.`,
    })
  }
  const object = await tools.store.head(read.entry.key)
  return { entry: read.entry, object }
}

export const notArrived = (name: SnapshotName): Fault =>
  new Fault({
    code: 'not-arrived',
    why: `${name.id} was announced, but its upload has not arrived.`,
    mend: 'If no upload is going on, push again.',
  })

/** Of a kind that only a newer build opens nothing is said, neither good nor bad. */
const unopened: Examination = {
  findings: [
    {
      check: 'structure',
      outcome: 'unverifiable',
      detail: 'This build of Snapproof cannot open what is of this kind.',
      mend: 'Deploy the newest build: npm run deploy.',
    },
  ],
  method: 'not opened',
  tookMs: 0,
}

/** Opens exactly the object that was found: what is said of it must not be said of another. */
const examine = (
  about: { entry: Entry; object: StoredObject; expectations: Expectations },
  { examiners, deadlineAt }: Tools,
): Promise<Examination> | Examination => {
  const { key, etag } = about.object
  const { kind, asked: expected } = about.expectations
  const order = { key, etag, claim: about.entry.claim, expected, deadlineAt }
  return own(examiners, kind)?.(order) ?? unopened
}

/** Opens what stands there, and says what is to be written down of it. */
export const judgeStored = async (
  name: SnapshotName,
  { entry, object }: { entry: Entry; object: StoredObject },
  tools: Tools,
): Promise<Examined> => {
  const { claim } = entry
  const expectations = expectationsOf(tools.settings.databases, name.database, claim.kind)
  const examination = keptOf(await examine({ entry, object, expectations }, tools))
  const arrivedAt = entry.arrivedAt ?? object.modifiedAt.toISOString()
  // Comparing costs a listing and a few reads; a store that fails here must not cost the verdict.
  const about = { name, entry, arrivedAt, examination }
  const compared = await compare(about, tools).catch(() => comparedBefore(about))
  const findings = [...examination.findings, ...compared.findings]
  const judged = {
    ...examination,
    ...compared.change,
    findings,
    expectations: expectationsSha256(expectations),
  }
  return { judged, object }
}

/** Verifies what stands under this name, whatever was said of it before. */
export const verifySnapshot = async (name: SnapshotName, tools: Tools): Promise<Entry> => {
  const { entry, object } = await openShelf(name, tools)
  if (!object) throw notArrived(name)
  return record(name, await judgeStored(name, { entry, object }, tools), tools)
}

/**
 * Has `verify` started, and notes it, so that whoever asks meanwhile does not start it again.
 * Started first: a note about a run that never began would only keep others from beginning it.
 */
export const startVerify = async (name: SnapshotName, tools: Tools): Promise<void> => {
  await tools.starter?.('verify', { ticket: name.id })
  await changeEntry(tools, name, (entry) => withStart(entry, tools.clock.now()))
}

export const verify: Step<VerifyRequest, VerifyAnswer> = {
  request: VerifyRequest,
  access: 'platform',
  run: async ({ ticket }, tools) => {
    const entry = await verifySnapshot(parseTicket(ticket), tools)
    return { ticket: entry.id, verdict: wordOf(entry) }
  },
  lines: (answer) => [
    ['ticket', answer.ticket],
    ['verdict', answer.verdict],
  ],
}
