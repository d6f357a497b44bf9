/**
 * A recipe's bytes. A change that finds nothing to change leaves everything as it was: so a recipe
 * from which a line is taken away is still one.
 */
import { spawnSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'

import { changeSchema } from './apply-schema'
import { basedOn } from './bases'
import type { Based } from './bases'
import { noise } from './foreign'
import * as pages from './pages'
import { headerFields } from './recipe'
import type { Change, Recipe } from './recipe'

export type Prepared = {
  base: Buffer
  bytes: Buffer
  isArchive: boolean
  /** What comes out of an archive; the bytes themselves of what is none. */
  raw: Buffer | { error: string }
  /** Made by SQL alone, or changed only where no reader of the data looks. */
  isSound: boolean
}

const placeIn = (bytes: Buffer, at: number): number => pages.wrap(at, bytes.length)

const fill = (bytes: Buffer, at: number, put: Buffer): void => {
  if (bytes.length > 0) put.copy(bytes, placeIn(bytes, at))
}

const pageOf = (bytes: Buffer, page: number): Buffer => {
  const start = pages.startOf(bytes, page)
  return Buffer.from(bytes.subarray(start, start + pages.pageSizeOf(bytes)))
}

const nodeOffsets = { type: 0, freeblock: 1, cells: 3, content: 5, fragments: 7, right: 8 } as const
const nodeWidths = { type: 1, freeblock: 2, cells: 2, content: 2, fragments: 1, right: 4 } as const

const harmless = (bytes: Buffer, change: Change & { do: 'harmless' }): void => {
  if (bytes.length < 512) return
  const { what, to } = change
  const field = headerFields[what]
  if (what === 'change counter') {
    pages.putBytes(bytes, { at: 24, to, count: 4 })
    pages.putBytes(bytes, { at: 92, to, count: 4 })
  } else if (what === 'WAL flag') {
    bytes.writeUInt16BE(0x0202, 18)
  } else if (what === 'free leaf') {
    const leaves = pages.freeLeaves(bytes)
    const leaf = leaves[pages.wrap(to, leaves.length)]
    const seed = String(to)
    if (leaf !== undefined)
      fill(bytes, pages.startOf(bytes, leaf), noise(seed, pages.pageSizeOf(bytes)))
  } else if (what === 'gap') {
    const gap = pages.gapOf(bytes, to)
    if (gap) fill(bytes, gap.from, noise(String(to), gap.to - gap.from))
  } else if (field) {
    pages.putBytes(bytes, { at: field.at, to, count: field.bytes })
  }
}

/** Changes the bytes where they are. */
const changeWithin = (bytes: Buffer, change: Change, later: Buffer): void => {
  if (bytes.length === 0) return
  const put = (at: number | undefined, to: number, count: number) =>
    at === undefined ? undefined : pages.putBytes(bytes, { at, to, count })
  switch (change.do) {
    case 'flip': {
      const at = placeIn(bytes, change.at)
      return put(at, bytes.readUInt8(at) ^ (1 << change.bit), 1)
    }
    case 'byte':
      return put(placeIn(bytes, change.at), change.to, 1)
    case 'fill':
      return fill(bytes, change.at, Buffer.alloc(Math.min(change.length, bytes.length), change.to))
    case 'noise':
      return fill(bytes, change.at, noise(change.seed, Math.min(change.length, bytes.length)))
    case 'zero page':
      return fill(bytes, pages.startOf(bytes, change.page), Buffer.alloc(pages.pageSizeOf(bytes)))
    case 'noise page':
      return fill(
        bytes,
        pages.startOf(bytes, change.page),
        noise(change.seed, pages.pageSizeOf(bytes)),
      )
    case 'copy page':
      return fill(bytes, pages.startOf(bytes, change.page), pageOf(bytes, change.from))
    case 'swap pages': {
      const [one, other] = [pageOf(bytes, change.page), pageOf(bytes, change.with)]
      const places = [pages.startOf(bytes, change.page), pages.startOf(bytes, change.with)]
      fill(bytes, places[0] ?? 0, other)
      return fill(bytes, places[1] ?? 0, one)
    }
    case 'stale page': {
      const start = pages.startOf(bytes, change.page)
      const end = start + pages.pageSizeOf(bytes)
      return fill(bytes, start, Buffer.from(later.subarray(start, end)))
    }
    case 'shift page': {
      const page = pageOf(bytes, change.page)
      const start = pages.startOf(bytes, change.page)
      const by = pages.wrap(change.by, page.length)
      return fill(bytes, start + by, page.subarray(0, page.length - by))
    }
    case 'header': {
      const field = headerFields[change.field]
      return field && put(field.at, change.to, field.bytes)
    }
    case 'node': {
      const at = pages.nodeOf(bytes, change.page) + nodeOffsets[change.part]
      return put(at, change.to, nodeWidths[change.part])
    }
    case 'pointer': {
      const { pointers, cellCount } = pages.readNode(bytes, change.page)
      return put(pointers + 2 * pages.wrap(change.cell, cellCount), change.to, 2)
    }
    case 'cell': {
      const first = pages.cellOf(bytes, change.page, change.cell)
      return put(first === undefined ? first : first + change.at, change.to, 1)
    }
    case 'child': {
      const { isInterior } = pages.readNode(bytes, change.page)
      return put(
        isInterior ? pages.cellOf(bytes, change.page, change.cell) : undefined,
        change.to,
        4,
      )
    }
    case 'overflow':
      return put(pages.overflowOf(bytes, change.page, change.cell), change.to, 4)
    case 'harmless':
      return harmless(bytes, change)
    case 'cut':
    case 'grow':
    case 'schema':
    case 'gzip':
    case 'member':
      return undefined
    default:
      return change satisfies never
  }
}

const apply = (bytes: Buffer, change: Change, { later }: Based): Buffer => {
  if (change.do === 'cut') return bytes.subarray(0, pages.wrap(change.to, bytes.length + 1))
  if (change.do === 'grow') return Buffer.concat([bytes, Buffer.alloc(change.by, change.to)])
  if (change.do === 'schema') return changeSchema(bytes, change)
  if (change.do === 'gzip') return gzipSync(bytes, { level: change.level })
  if (change.do === 'member') return Buffer.concat([bytes, gzipSync(Buffer.from(change.of))])
  changeWithin(bytes, change, later)
  return bytes
}

/** A file of somebody else's with changes, of which it has no later state. */
export const changed = (file: Buffer, changes: readonly Change[]): Buffer => {
  let bytes = Buffer.from(file)
  const based = { bytes: file, later: file, isDatabase: true }
  for (const change of changes) bytes = Buffer.from(apply(bytes, change, based))
  return bytes
}

const mostUnpackedBytes = 64 * 1024 ** 2

/** By gzip itself: where bytes stand behind a whole archive it warns, and ends with 2. */
const unpacked = (bytes: Buffer): Prepared['raw'] => {
  const { status, stdout, stderr } = spawnSync('gzip', ['-dc'], {
    input: bytes,
    maxBuffer: mostUnpackedBytes,
  })
  return status === 0 || status === 2 ? stdout : { error: stderr.toString('utf8').trim() }
}

export const prepare = ({ base, changes }: Recipe): Prepared => {
  const based = basedOn(base)
  let bytes = Buffer.from(based.bytes)
  for (const change of changes) bytes = Buffer.from(apply(bytes, change, based))
  const isArchive = changes.some((change) => change.do === 'gzip')
  const raw = isArchive ? unpacked(bytes) : bytes
  const isQuiet = changes.every((change) => change.do === 'harmless')
  const isSame = Buffer.isBuffer(raw) && raw.equals(based.bytes)
  return {
    base: based.bytes,
    bytes,
    isArchive,
    raw,
    isSound: based.isDatabase && (isQuiet || isSame),
  }
}
