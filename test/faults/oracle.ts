/** What must hold after each round, read from the store and the disks and never from a client. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

import { readEntry } from '../../lib/journey/bucket/ledger'
import type { Tools } from '../../lib/ports'
import { wordOf } from '../../lib/rules/copy/entry'
import type { Entry } from '../../lib/rules/copy/entry'
import { parseKey } from '../../lib/rules/copy/snapshot'

import type { Host } from './world/scripts'
import { askAll } from './world/writer'

const hashOf = (bytes: Uint8Array, how: 'sha256' | 'md5' = 'sha256'): string =>
  createHash(how).update(bytes).digest('hex')

export type Copy = { id: string; entry: Entry; bytes: Buffer | undefined }

const definite = new Set(['passed', 'warned', 'unmet', 'failed'])

/** Everything of one database in the bucket; what is neither entry, copy nor sums is a finding. */
export const readCopies = async (
  database: string,
  { store, settings, ...rest }: Tools,
): Promise<{ copies: Copy[]; found: string[] }> => {
  const found: string[] = []
  const objects = await store.list(`${settings.prefix}${database}/`)
  const copies = new Map<string, Copy>()
  for (const { key } of objects) {
    const parsed = parseKey(settings.prefix, key)
    if (parsed === undefined) found.push(`${key} is no key of ours`)
    if (parsed?.kind !== 'entry') continue
    const read = await readEntry({ store, settings, ...rest }, parsed.name)
    if (!read) continue
    const object = await store.read(read.entry.key)
    const bytes = object && Buffer.from(object.bytes)
    copies.set(read.entry.id, { id: read.entry.id, entry: read.entry, bytes })
  }
  for (const { key } of objects) {
    const id = parseKey(settings.prefix, key)?.name.id
    if (id !== undefined && !copies.has(id)) found.push(`${key} stands without an entry`)
  }
  return { copies: [...copies.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)), found }
}

/** A copy is exactly what its claim says or is absent; what passed is a real state of its source. */
export const judgeCopies = (copies: readonly Copy[], scratch: string): string[] => {
  const found: string[] = []
  for (const { id, entry, bytes } of copies) {
    const { claim } = entry
    if (bytes && (bytes.length !== claim.sizeBytes || hashOf(bytes) !== claim.sha256))
      found.push(`${id} holds other bytes than it claims`)
    const word = wordOf(entry)
    const said = entry.history.map((line) => line.word).filter((one) => definite.has(one))
    if (new Set(said).size > 1) found.push(`${id} was judged ${said.join(', then ')}`)
    if (word !== 'passed' && word !== 'warned') continue
    if (!bytes) {
      found.push(`${id} is ${word} but is not there`)
      continue
    }
    const file = path.join(scratch, 'judged.db')
    writeFileSync(file, claim.encoding === 'gzip' ? gunzipSync(bytes) : bytes)
    const { integrity, isTorn } = askAll(file)
    for (const part of ['', '-wal', '-shm']) rmSync(`${file}${part}`, { force: true })
    if (integrity !== 'ok') found.push(`${id} is ${word}, and SQLite says ${integrity}`)
    else if (isTorn) found.push(`${id} is ${word}, and is a mixture of two states`)
  }
  return found
}

type StoredFile = { key: string; file: string; md5: string; sizeBytes: number }

/** The folder of the store itself: every object whole, and nothing that nobody names. */
export const checkStoreFolder = (bucket: string, isDeep: boolean): string[] => {
  const found: string[] = []
  for (const part of ['incoming', 'locks']) {
    const names = readdirSync(path.join(bucket, part))
    if (names.length > 0) found.push(`the store keeps ${names.length} in ${part}: ${names[0]}`)
  }
  const files = new Set(readdirSync(path.join(bucket, 'bytes')))
  for (const name of readdirSync(path.join(bucket, 'entries'))) {
    const entry: StoredFile = JSON.parse(readFileSync(path.join(bucket, 'entries', name), 'utf8'))
    if (!files.delete(entry.file)) found.push(`the store has lost the bytes of ${entry.key}`)
    else if (
      isDeep &&
      hashOf(readFileSync(path.join(bucket, 'bytes', entry.file)), 'md5') !== entry.md5
    )
      found.push(`the store has other bytes of ${entry.key} than it says`)
  }
  for (const name of files) found.push(`the store keeps bytes that no entry names: ${name}`)
  return found
}

/** After a good run only the empty lock is left of all that the scripts write to. */
export const leftovers = (host: Host): string[] => {
  const spool = path.join(host.spool, `.snapproof-${host.name}`)
  const inSpool = existsSync(spool) ? readdirSync(spool).filter((name) => name !== 'lock') : []
  const beside = readdirSync(path.dirname(host.file))
  const known = new Set(['', '-wal', '-shm', '-journal'].map((part) => `${host.name}.db${part}`))
  return [
    ...inSpool.map((name) => `the spool keeps ${name}`),
    ...readdirSync(host.temp).map((name) => `the temp folder keeps ${name}`),
    ...beside
      .filter((name) => !known.has(name))
      .map((name) => `beside the database stands ${name}`),
  ]
}
