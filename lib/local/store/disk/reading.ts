// Which part of an object does a reader want, and does he have it already?

import { Refusal, preconditionFailed, unsupported } from '../wire/refusal'
import type { Target } from '../wire/target'

import type { Entry } from './entry'

export type ReadConditions = {
  match: string | undefined
  noneMatch: string | undefined
  modifiedSince: number
  unmodifiedSince: number
}

const etagOf = (header: string | undefined): string | undefined => {
  if (header === '*') throw unsupported('Gateways do not read a * as any ETag here.')
  return header?.replace(/^"(.*)"$/, '$1')
}

export const readConditions = (target: Target): ReadConditions => ({
  match: etagOf(target.header('if-match')),
  noneMatch: etagOf(target.header('if-none-match')),
  modifiedSince: Date.parse(target.header('if-modified-since') ?? ''),
  unmodifiedSince: Date.parse(target.header('if-unmodified-since') ?? ''),
})

/** True if the reader's copy is still good; throws if the object is not the one he meant. */
export const isUnmodified = (entry: Entry, conditions: ReadConditions): boolean => {
  const { match, noneMatch, modifiedSince, unmodifiedSince } = conditions
  // HTTP dates have no fractions; a date that does not parse is NaN and compares false.
  const modifiedAt = Math.floor(Date.parse(entry.lastModifiedAt) / 1000) * 1000
  if (match !== undefined && match !== entry.md5)
    throw preconditionFailed('The object has another ETag.')
  if (match === undefined && modifiedAt > unmodifiedSince)
    throw preconditionFailed('The object was modified since.')
  if (noneMatch !== undefined) return noneMatch === entry.md5
  return modifiedAt <= modifiedSince
}

const outside = (): Refusal =>
  new Refusal(416, 'InvalidRange', 'The range begins after the last byte of the object.')

/**
 * The bytes asked for, both ends included, or undefined for all of them. Of several ranges
 * the first is served, and a unit other than bytes is ignored, as gateways do.
 */
export const rangeOf = (
  header: string | undefined,
  sizeBytes: number,
): { start: number; end: number } | undefined => {
  const [, first, last] =
    /^bytes=(\d*)-(\d*)(?:,.*)?$/.exec(header?.replaceAll(' ', '') ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return undefined
  const isSuffix = first === ''
  const start = isSuffix ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const end = isSuffix || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (start >= sizeBytes || end < start) throw outside()
  return { start, end }
}
