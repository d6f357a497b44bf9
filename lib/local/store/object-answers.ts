// What does the store answer about one object?

import { link } from 'node:fs/promises'
import { join } from 'node:path'

import type { Entry } from './disk/entry'
import { fileName } from './disk/file-names'
import { type Condition, commit, deleteObject, findEntry, openObject } from './disk/objects'
import { ownName } from './disk/owner'
import { isUnmodified, rangeOf, readConditions } from './disk/reading'
import { declaredBody, receive } from './disk/upload'
import type { Answer } from './wire/answer'
import type { Call } from './wire/call'
import { Refusal, errorCode, noSuchKey, preconditionFailed, unsupported } from './wire/refusal'
import { unsignedPayload } from './wire/signature'
import { decoded } from './wire/target'
import { document, element } from './wire/xml'

const storedHeaders = new Set([
  'content-type',
  'content-disposition',
  'content-encoding',
  'content-language',
  'cache-control',
  'expires',
])

export const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const keptHeaders = ({ target }: Call): Record<string, string> => {
  const kept: Record<string, string> = {}
  for (const name of target.headerNames) {
    if (name.startsWith('x-amz-meta-') && name.includes('_'))
      throw unsupported('Metadata names with an underscore come back changed from some gateways.')
    const value = target.header(name)
    if (value !== undefined && (storedHeaders.has(name) || name.startsWith('x-amz-meta-')))
      kept[name] = value
  }
  return kept
}

const writeCondition = ({ target }: Call): Condition => {
  const noneMatch = target.header('if-none-match')
  const match = target.header('if-match')
  if (noneMatch !== undefined && (noneMatch !== '*' || match !== undefined))
    throw unsupported('Of If-None-Match only * is supported, and not beside If-Match.')
  if (noneMatch !== undefined) return { kind: 'absent' }
  if (match === undefined) return { kind: 'always' }
  if (match === '*') throw unsupported('If-Match needs an ETag.')
  // With its quotes, as it was received, an ETag never matches on Pacific and Reef; and so
  // not here: whatever is no bare MD5 differs from every one there is.
  return { kind: 'md5', md5: match }
}

const conditionHolds = (entry: Entry | undefined, condition: Condition): boolean =>
  condition.kind === 'always' ||
  (condition.kind === 'absent' ? entry === undefined : entry?.md5 === condition.md5)

const conditionFailed = (): Refusal =>
  preconditionFailed('The object is not in the state the condition asks for.')

export const putObject = async (call: Call): Promise<Answer> => {
  const { bucket, target, owner, now } = call
  const { key } = target
  const condition = writeCondition(call)
  const headers = keptHeaders(call)
  const declared = declaredBody(target, call.payload)
  if (!conditionHolds(await findEntry(bucket, key), condition)) throw conditionFailed()
  const body = call.readBody()
  const { path, sizeBytes, md5, sha256 } = await receive(bucket, { key, owner, declared, body })
  const lastModifiedAt = now().toISOString()
  const about = { key, sizeBytes, md5, sha256, lastModifiedAt, headers }
  if (!(await commit(bucket, { path, owner }, { about, condition }))) throw conditionFailed()
  return { status: 200, headers: { ETag: `"${md5}"` } }
}

const sourceOf = ({ target }: Call): { bucket: string; key: string } => {
  const raw = target.header('x-amz-copy-source') ?? ''
  if (raw.includes('?')) throw unsupported('There are no versions to copy from.')
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decoded(raw)) ?? []
  if (bucket === undefined || key === undefined)
    throw new Refusal(400, 'InvalidArgument', 'x-amz-copy-source must be <bucket>/<key>.')
  return { bucket, key }
}

/** Bytes never change once stored, so a copy is a second name for the same ones. */
const linkBytes = async (call: Call, from: { bucket: string; key: string }) => {
  const bucket = await call.findBucket(from.bucket)
  const path = join(call.bucket.incoming, ownName(fileName(call.target.key), call.owner))
  for (;;) {
    const entry = await findEntry(bucket, from.key)
    if (entry === undefined) throw noSuchKey()
    // Gone only if it was replaced or deleted since; the next look tells which.
    try {
      await link(join(bucket.bytes, entry.file), path)
      return { path, entry }
    } catch (error) {
      const isGone = errorCode(error) === 'ENOENT'
      if (!isGone || (await findEntry(bucket, from.key))?.file === entry.file) throw error
    }
  }
}

export const copyObject = async (call: Call): Promise<Answer> => {
  const { target, bucket, owner } = call
  // A bound address, whose hash is that of a body, must never copy instead; gateways agree.
  const hasBody = (target.header('content-length') ?? '0') !== '0'
  if (hasBody || ![emptySha256, unsignedPayload].includes(call.payload))
    throw unsupported('A copy has no body, so its x-amz-content-sha256 is that of nothing.')
  const directive = target.header('x-amz-metadata-directive') ?? 'COPY'
  if (directive !== 'COPY' && directive !== 'REPLACE')
    throw new Refusal(400, 'InvalidArgument', 'x-amz-metadata-directive is COPY or REPLACE.')
  const from = sourceOf(call)
  const isSame = from.bucket === target.bucket && from.key === target.key
  if (isSame && directive === 'COPY')
    throw new Refusal(400, 'InvalidRequest', 'A copy onto itself must replace the metadata.')
  const given = keptHeaders(call)
  const { path, entry } = await linkBytes(call, from)
  const { sizeBytes, md5, sha256 } = entry
  const lastModifiedAt = call.now().toISOString()
  const headers = directive === 'REPLACE' ? given : entry.headers
  const about = { key: target.key, sizeBytes, md5, sha256, lastModifiedAt, headers }
  await commit(bucket, { path, owner }, { about, condition: { kind: 'always' } })
  // Without quotes, unlike everywhere else: that is how Pacific answers a copy.
  const result = element('LastModified', lastModifiedAt) + element('ETag', md5)
  return { status: 200, xml: document('CopyObjectResult', result) }
}

const describing = (entry: Entry): Record<string, string> => ({
  'content-type': 'binary/octet-stream',
  ...entry.headers,
  ETag: `"${entry.md5}"`,
  'Last-Modified': new Date(entry.lastModifiedAt).toUTCString(),
  'Accept-Ranges': 'bytes',
})

const overrides = ({ target }: Call): Record<string, string> => {
  const named = [...target.query].filter(([name]) => name.startsWith('response-'))
  if (named.some(([, value]) => !/^[\x20-\x7e]*$/.test(value)))
    throw new Refusal(400, 'InvalidArgument', 'A header that is asked for must be plain text.')
  return Object.fromEntries(named.map(([name, value]) => [name.slice('response-'.length), value]))
}

export const getObject = async (call: Call): Promise<Answer> => {
  const { bucket, target } = call
  const conditions = readConditions(target)
  const asked = overrides(call)
  const found = await openObject(bucket, target.key)
  if (found === undefined) throw noSuchKey()
  const { entry, handle } = found
  try {
    const headers = { ...describing(entry), ...asked }
    if ((await handle.stat()).size !== entry.sizeBytes)
      throw new Error('the bytes of an object were changed on the disk')
    if (isUnmodified(entry, conditions)) {
      await handle.close()
      return { status: 304, headers }
    }
    const range = rangeOf(target.header('range'), entry.sizeBytes)
    const { start, end } = range ?? { start: 0, end: entry.sizeBytes - 1 }
    const file = { handle, start, end }
    if (range === undefined) return { status: 200, headers, file }
    const contentRange = `bytes ${start}-${end}/${entry.sizeBytes}`
    return { status: 206, headers: { ...headers, 'Content-Range': contentRange }, file }
  } catch (error) {
    await handle.close()
    throw error
  }
}

export const removeObject = async (call: Call): Promise<Answer> => {
  await deleteObject(call.bucket, { key: call.target.key, owner: call.owner })
  return { status: 204 }
}
