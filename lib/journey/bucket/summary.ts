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

const nameIn = (text: string): string => text.slice(begin.length, text.indexOf('"', begin.length))

const textOf = ({ line, stamp, known }: Kept): string =>
  JSON.stringify({ database: line.database, line, stamp, known })

const unpacked = (packed: string): string | undefined => {
  try {
    return gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: largestText }).toString(
      'utf8',
    )
  } catch {
    return undefined
  }
}

const readText = async (tools: Tools): Promise<string | undefined> => {
  const kept = { key: keyOf(tools.settings.prefix), type: summaryType, shape: Packed }
  const found = await readSealed(tools, kept).catch((thrown: unknown) => {
    // What a newer build sums up is as well known from what it was made of.
    if (isNewer(thrown)) return undefined
    throw thrown
  })
  return found?.value && unpacked(found.value.packed)
}

const headIn = (line: string): Head | undefined => {
  const read = readPayload(Buffer.from(line), Head)
  return read.is === 'read' ? read.value : undefined
}

/** The first line of it: whoever wants no more parts no ten thousand others. */
export const readHead = async (tools: Tools): Promise<Head | undefined> => {
  const [first = ''] = (await readText(tools))?.split('\n', 1) ?? []
  return headIn(first)
}

/** Undefined before the first run of a watch that writes one, and for one that is not of this shape. */
export const readSummary = async (tools: Tools): Promise<Summary | undefined> => {
  const [first = '', ...texts] = (await readText(tools))?.split('\n') ?? []
  const head = headIn(first)
  if (!head) return undefined
  return {
    head,
    names: texts.map(nameIn),
    at: (places) =>
      places.flatMap(
        (place) => Kept.safeParse(parseJson(Buffer.from(texts[place] ?? ''))).data ?? [],
      ),
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
