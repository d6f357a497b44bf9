// Which operation does a request ask for, and does it ask for nothing this store would ignore?

import { unsupported } from './refusal'
import type { Target } from './target'

export type OperationName =
  | 'ListBuckets'
  | 'HeadBucket'
  | 'CreateBucket'
  | 'ListObjectsV2'
  | 'GetAcl'
  | 'GetBucketLocation'
  | 'GetBucketVersioning'
  | 'GetBucketLifecycle'
  | 'GetBucketPolicy'
  | 'GetBucketCors'
  | 'DeleteObjects'
  | 'GetObject'
  | 'HeadObject'
  | 'PutObject'
  | 'CopyObject'
  | 'DeleteObject'

type Operation = {
  name: OperationName
  method: string
  place: 'service' | 'bucket' | 'object'
  /** The query parameter that tells this operation from the others of its method. */
  mark?: string
  query?: string[]
  headers?: string[]
}

const listing = ['prefix', 'delimiter', 'start-after', 'max-keys', 'continuation-token']
const overrides = ['type', 'language', 'expires', 'cache-control', 'disposition', 'encoding']
const response = overrides.map((name) =>
  name === 'expires' || name === 'cache-control' ? `response-${name}` : `response-content-${name}`,
)
const reading = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']
const checksums = ['crc32', 'sha1', 'sha256']
  .map((name) => `x-amz-checksum-${name}`)
  .concat('x-amz-sdk-checksum-algorithm')
const copying = ['x-amz-acl', 'x-amz-copy-source', 'x-amz-metadata-directive']

const operations: Operation[] = [
  { name: 'ListBuckets', method: 'GET', place: 'service' },
  { name: 'HeadBucket', method: 'HEAD', place: 'bucket' },
  { name: 'CreateBucket', method: 'PUT', place: 'bucket', headers: ['x-amz-acl'] },
  {
    name: 'ListObjectsV2',
    method: 'GET',
    place: 'bucket',
    mark: 'list-type',
    query: [...listing, 'encoding-type'],
  },
  { name: 'GetAcl', method: 'GET', place: 'bucket', mark: 'acl' },
  { name: 'GetBucketLocation', method: 'GET', place: 'bucket', mark: 'location' },
  { name: 'GetBucketVersioning', method: 'GET', place: 'bucket', mark: 'versioning' },
  { name: 'GetBucketLifecycle', method: 'GET', place: 'bucket', mark: 'lifecycle' },
  { name: 'GetBucketPolicy', method: 'GET', place: 'bucket', mark: 'policy' },
  { name: 'GetBucketCors', method: 'GET', place: 'bucket', mark: 'cors' },
  {
    name: 'DeleteObjects',
    method: 'POST',
    place: 'bucket',
    mark: 'delete',
    headers: checksums,
  },
  { name: 'GetAcl', method: 'GET', place: 'object', mark: 'acl' },
  {
    name: 'GetObject',
    method: 'GET',
    place: 'object',
    query: response,
    headers: [...reading, 'x-amz-checksum-mode'],
  },
  {
    name: 'HeadObject',
    method: 'HEAD',
    place: 'object',
    query: response,
    headers: [...reading, 'x-amz-checksum-mode'],
  },
  {
    name: 'PutObject',
    method: 'PUT',
    place: 'object',
    headers: ['if-match', 'if-none-match', 'x-amz-acl', 'x-amz-meta-', ...checksums],
  },
  { name: 'CopyObject', method: 'PUT', place: 'object', headers: [...copying, 'x-amz-meta-'] },
  { name: 'DeleteObject', method: 'DELETE', place: 'object' },
]

/** Part of every signed request; they change nothing. */
const signingNames = new Set(['x-amz-date', 'x-amz-content-sha256', 'x-amz-user-agent'])
const signingQuery =
  /^(x-id|X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Content-Sha256))$/

/** Headers that would change what happens. All others (Accept, User-Agent …) only inform. */
const isCommanding = (name: string): boolean =>
  name.startsWith('x-amz-') || name.startsWith('if-') || name === 'range'

const find = (target: Target): Operation | undefined => {
  const place = target.bucket === '' ? 'service' : target.key === '' ? 'bucket' : 'object'
  const isCopy = target.header('x-amz-copy-source') !== undefined
  return operations
    .filter((one) => one.method === target.method && one.place === place)
    .filter((one) => place !== 'object' || target.method !== 'PUT' || isCopy === copies(one))
    .find((one) => one.mark === undefined || target.query.has(one.mark))
}

const copies = (operation: Operation): boolean => operation.name === 'CopyObject'

const refuseExtras = (target: Target, operation: Operation): void => {
  const { name, mark, query = [], headers = [] } = operation
  for (const parameter of target.query.keys())
    if (!signingQuery.test(parameter) && parameter !== mark && !query.includes(parameter))
      throw unsupported(`${name} with the query parameter ${parameter} is not supported.`)
  for (const header of target.headerNames) {
    const isKnown = headers.some((known) =>
      known.endsWith('-') ? header.startsWith(known) : header === known,
    )
    if (isCommanding(header) && !signingNames.has(header) && !isKnown)
      throw unsupported(`${name} with the header ${header} is not supported.`)
  }
  if (mark === 'list-type' && target.query.get(mark) !== '2')
    throw unsupported('Only the second version of the list call is supported.')
  const acl = target.header('x-amz-acl')
  if (acl !== undefined && acl !== 'private')
    throw unsupported('Everything is private here; no other x-amz-acl is supported.')
}

/** Names the operation, or throws when any part of the request would be ignored. */
export const operationOf = (target: Target): OperationName => {
  const operation = find(target)
  if (operation === undefined)
    throw unsupported(`${target.method} with these parameters is not supported.`)
  refuseExtras(target, operation)
  return operation.name
}
