/**
 * What the watch sums up of all databases, so that a page costs the same few requests however many there
 * are: a head, and a line of each database in the order of the list.
 *
 * A line a database, and packed: whoever shows fifty of ten thousand reads the text of all and the values
 * of fifty. It is derived, and signed; without it, or with one of another build, it is made anew.
 */
import { gunzipSync, gzipSync } from 'node:zlib'

import * as z from 'zod'

import type { Tools } from '../../ports'
import { stateKey } from '../../rules/copy/snapshot'
import { parseJson } from '../../rules/trust/seal'
import { readPayload, shapeOf, storedOf } from '../../rules/trust/stored'
import { Head, summaryType } from '../../rules/watching/head'
import { Standing } from '../../rules/watching/standing'
import { Remembered } from '../../rules/watching/watch-state'

import { isNewer } from './ledger'
import { readSealed, sealValue } from './sealed'

const keyOf = (prefix: string): string => stateKey(prefix, 'summary.json')

/** What is kept of a database: its line, what it was made of, and what the next look goes by. */
const Kept = shapeOf({
  line: Standing,
  /** The state of the bucket and of the settings in which its stock was taken. */
  stamp: z.string(),
  known: Remembered,
})
export type Kept = z.infer<typeof Kept>

/** Whatever a head or a line has to say anew gets another number: one of another build's is not half read. */
const Packed = shapeOf({ shape: z.literal(1), packed: z.string() })

/** Unpacked it is no larger than this: 20,000 databases in trouble fit, and no bomb does. */
const largestText = 48 * 1024 ** 2

export type Summary = {
  head: Head
  /** By their places in the list. */
  names: readonly string[]
  /** Those at these places. */
  at(places: readonly number[]): Kept[]
}

/** The name stands first in each line: it is found without reading the rest. */
const begin = '{"database":"'

const nameIn = (line: Buffer): string =>
  line.toString('utf8', begin.length, line.indexOf('"', begin.length))

const textOf = ({ line, stamp, known }: Kept): string =>
  JSON.stringify({ database: line.database, line, stamp, known })

/** Gzip ends with the length of what it holds: given room for that, zlib copies no pieces together. */
const unpacked = (packed: string): Buffer | undefined => {
  try {
    const bytes = Buffer.from(packed, 'base64')
    const chunkSize = Math.min(bytes.readUInt32LE(bytes.length - 4) + 1, largestText)
    return gunzipSync(bytes, { maxOutputLength: largestText, chunkSize: Math.max(chunkSize, 64) })
  } catch {
    return undefined
  }
}

/** As bytes: one sign beyond Latin-1 would make a string of it that takes two bytes for each letter. */
const readLines = async (tools: Tools): Promise<Buffer | undefined> => {
  const kept = { key: keyOf(tools.settings.prefix), type: summaryType, shape: Packed }
  const found = await readSealed(tools, kept).catch((thrown: unknown) => {
    // What a newer build sums up is as well known from what it was made of.
    if (isNewer(thrown)) return undefined
    throw thrown
  })
  return found?.value && unpacked(found.value.packed)
}

/** From there to the end of the line, which is not of it. */
const lineFrom = (bytes: Buffer, start: number): Buffer => {
  const end = bytes.indexOf('\n', start)
  return bytes.subarray(start, end === -1 ? bytes.length : end)
}

const headIn = (bytes: Buffer | undefined): Head | undefined => {
  if (!bytes) return undefined
  const read = readPayload(lineFrom(bytes, 0), Head)
  return read.is === 'read' ? read.value : undefined
}

/** The first line of it: whoever wants no more parts no ten thousand others. */
export const readHead = async (tools: Tools): Promise<Head | undefined> =>
  headIn(await readLines(tools))

/** Undefined before the first run of a watch that writes one, and for one that is not of this shape. */
export const readSummary = async (tools: Tools): Promise<Summary | undefined> => {
  const bytes = await readLines(tools)
  const head = headIn(bytes)
  if (!bytes || !head) return undefined
  const starts: number[] = []
  const names: string[] = []
  for (let end = bytes.indexOf('\n'); end !== -1; end = bytes.indexOf('\n', end + 1)) {
    starts.push(end + 1)
    names.push(nameIn(lineFrom(bytes, end + 1)))
  }
  return {
    head,
    names,
    at: (places) =>
      places.flatMap((place) => {
        const start = starts[place]
        if (start === undefined) return []
        return Kept.safeParse(parseJson(lineFrom(bytes, start))).data ?? []
      }),
  }
}

/** The last writer wins: two runs beside one another saw the same bucket. */
export const writeSummary = (
  head: Head,
  kept: readonly Kept[],
  { store, settings }: Tools,
): Promise<void> => {
  const text = [JSON.stringify(storedOf(head)), ...kept.map(textOf)].join('\n')
  const packed = gzipSync(text, { level: 3 }).toString('base64')
  return store.put(keyOf(settings.prefix), sealValue(settings, summaryType, { shape: 1, packed }))
}
