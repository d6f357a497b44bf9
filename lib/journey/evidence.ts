/**
 * For auditors: the signed documents of a time, a file at a time, so that any number of them passes
 * through little memory. What does not carry our signature is named, and never handed out.
 */
import { createHash, createPublicKey } from 'node:crypto'

import * as z from 'zod'

import { version } from '../../package.json'
import type { Tools } from '../ports'
import type { Entry } from '../rules/copy/entry'
import { journalType, planIdOf, planPath, PrunePlan, PruneResult } from '../rules/copy/journal'
import { sortObjects } from '../rules/copy/shelf'
import { journalKey, reportKey } from '../rules/copy/snapshot'
import { idInStatement, payloadType, readStatement } from '../rules/copy/statement'
import { entriesTable, evidenceFiles, evidenceKeys, readmeText } from '../rules/digest/evidence'
import type { EvidenceFile, Untrusted } from '../rules/digest/evidence'
import { isIn, monthFolders } from '../rules/digest/span'
import type { Span } from '../rules/digest/span'
import { parseJson, publicKeyPem, readEnvelope } from '../rules/trust/seal'
import type { Envelope } from '../rules/trust/seal'
import { readPayload } from '../rules/trust/stored'
import { DrillReport, drillReportType } from '../rules/watching/drill'

import { openSealed } from './bucket/sealed'
import { listDatabase } from './bucket/shelves'
import { databaseNames } from './bucket/survey'

export type Evidence = {
  entries: number
  journal: number
  drills: number
  untrusted: readonly Untrusted[]
}

type Bundle = {
  tools: Tools
  span: Span
  entries: Entry[]
  untrusted: Untrusted[]
  /** The key ids by which something here is signed. */
  signedBy: Set<string>
}

type Opened = { payload: Buffer; envelope: Envelope; bytes: Uint8Array }

const open = async (key: string, type: string, bundle: Bundle): Promise<Opened | undefined> => {
  const { tools, untrusted } = bundle
  const found = await tools.store.read(key)
  // It went between listing and reading: retention let it go, and its journal says so.
  if (!found) return undefined
  const envelope = readEnvelope(found.bytes)
  const payload = openSealed(tools.settings, type, found.bytes)
  if (envelope && payload) return { payload, envelope, bytes: found.bytes }
  const why = envelope ? 'it does not carry our signature' : 'it is no signed document'
  untrusted.push({ path: key, why })
  return undefined
}

const filesOf = (path: string, { bytes, envelope }: Opened, bundle: Bundle): EvidenceFile[] => {
  for (const { keyid } of envelope.signatures) bundle.signedBy.add(keyid)
  return evidenceFiles(path, { bytes, envelope }, evidenceKeys(bundle.tools.settings.secrets))
}

async function* entriesOf(bundle: Bundle): AsyncGenerator<EvidenceFile> {
  const { tools, span, entries, untrusted } = bundle
  for (const database of await databaseNames(tools)) {
    const objects = await listDatabase(tools, database)
    const { shelves } = sortObjects(tools.settings, objects)
    for (const { name, entry: object } of shelves.toReversed()) {
      if (!object || !isIn(span, name.at)) continue
      const opened = await open(object.key, payloadType, bundle)
      if (!opened) continue
      // A true entry that stands under another name was put there by somebody else.
      if (idInStatement(opened.payload) !== name.id) {
        untrusted.push({ path: object.key, why: 'it is the entry of another copy' })
        continue
      }
      const entry = readStatement(opened.payload)
      // One of a newer build is handed out all the same; only the table cannot tell of it.
      if (entry.is === 'read') entries.push(entry.value)
      yield* filesOf(`entries/${database}/${name.id}.json`, opened, bundle)
    }
  }
}

/** Where a document belongs by what it says itself: `undefined` for one that is none of ours. */
type Place = (document: unknown, name: string) => string | undefined

const journalPlace: Place = (document) => {
  const plan = PrunePlan.safeParse(document).data
  if (plan) return `${planPath(plan.database, plan.id)}.plan.json`
  const result = PruneResult.safeParse(document).data
  return result && `${planPath(result.database, result.plan)}.result.json`
}

const drillPlace: Place = (document, name) => {
  const report = DrillReport.safeParse(document).data
  const [, mark = ''] = /Z_([0-9a-f]+)\.json$/.exec(name) ?? []
  const id = report && planIdOf(new Date(report.at), mark)
  return id && `${id.slice(0, 7).replace('-', '/')}/${id}.json`
}

const elsewhereWords = ({ payload }: Opened): string =>
  readPayload(payload, z.unknown()).is === 'newer'
    ? 'a newer Snapproof wrote it, and only that one can say where it belongs'
    : 'it says itself that it belongs elsewhere'

/** "…/2026-11-21T033000Z_3f9a1c.plan.json": when it was written stands in its name. */
const writtenAt = (name: string): Date | undefined => {
  const [, day, hour, minute, second] =
    /(?:^|\/)(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z_[^/]*$/.exec(name) ?? []
  return day === undefined ? undefined : new Date(`${day}T${hour}:${minute}:${second}Z`)
}

/**
 * A document is taken only where it says itself that it belongs: one that was copied elsewhere is no
 * second one, and no name from the store decides where a file is written.
 */
async function* documentsOf(
  bundle: Bundle,
  about: { folder: string; type: string; into: string; place: Place; months: readonly string[] },
): AsyncGenerator<EvidenceFile> {
  const { tools, span, untrusted } = bundle
  const { folder, type, into, place, months } = about
  for (const month of months) {
    for await (const page of tools.store.pages(folder + month)) {
      for (const { key } of page) {
        const name = key.slice(folder.length)
        const at = writtenAt(name)
        if (!at || !isIn(span, at)) continue
        const opened = await open(key, type, bundle)
        if (!opened) continue
        if (place(parseJson(opened.payload), name) === name)
          yield* filesOf(`${into}/${name}`, opened, bundle)
        else untrusted.push({ path: key, why: elsewhereWords(opened) })
      }
    }
  }
}

const derHash = (pem: string): string =>
  createHash('sha256')
    .update(createPublicKey(pem).export({ format: 'der', type: 'spki' }))
    .digest('hex')

/** The keys come last, when it is known which of them are needed. */
const keysOf = ({ tools, signedBy }: Bundle) => {
  const { current, previous } = tools.settings.secrets
  const keys = evidenceKeys(tools.settings.secrets)
  return keys.flatMap((key, index) => {
    const secret = index === 0 ? current : previous
    if (secret === undefined || (index > 0 && !signedBy.has(key.keyId))) return []
    const pem = publicKeyPem(secret)
    return [{ ...key, pem, sha256: derHash(pem) }]
  })
}

const text = (path: string, content: string): EvidenceFile => ({
  path,
  bytes: Buffer.from(content),
})

/** Yields every file of the bundle but `SHA256SUMS`; answers with what it holds. */
export async function* evidenceOf(
  tools: Tools,
  span: Span,
): AsyncGenerator<EvidenceFile, Evidence> {
  const { prefix } = tools.settings
  const bundle: Bundle = { tools, span, entries: [], untrusted: [], signedBy: new Set() }
  const counts = { entries: 0, journal: 0, drills: 0 }
  const parts = [
    ['entries', entriesOf(bundle)],
    [
      'journal',
      documentsOf(bundle, {
        folder: journalKey(prefix, ''),
        type: journalType,
        into: 'journal',
        place: journalPlace,
        months: [''],
      }),
    ],
    [
      'drills',
      documentsOf(bundle, {
        folder: reportKey(prefix, 'drills/'),
        type: drillReportType,
        into: 'drills',
        place: drillPlace,
        months: monthFolders(span).map((month) => `${month}/`),
      }),
    ],
  ] as const
  for (const [name, files] of parts) {
    for await (const file of files) {
      if (file.path.endsWith('.json')) counts[name] += 1
      yield file
    }
  }
  const keys = keysOf(bundle)
  for (const { file, pem } of keys) yield text(file, pem)
  yield text('entries.csv', entriesTable(bundle.entries))
  const { untrusted } = bundle
  const madeAt = tools.clock.now()
  const { installation } = tools.settings
  yield text(
    'README.txt',
    readmeText({ installation, span, madeAt, version, keys, counts, untrusted }),
  )
  return { ...counts, untrusted }
}
