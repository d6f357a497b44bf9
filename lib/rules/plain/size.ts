/**
 * How much is `20 GB`? Sizes as people write them in lib/databases.ts: 500 MB, 1.5 GiB, 2 TB.
 */
import * as z from 'zod'

/** A shop's GB is decimal, and what the page prints is GiB: both are read as what they say. */
const unitBytes = {
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const

const pattern = /^(\d{1,6}(?:\.\d{1,3})?) ?([MGT]i?B)$/

/** Undefined for anything else, and for a size of nothing. */
export const parseSize = (text: string): number | undefined => {
  const match = pattern.exec(text)
  const unit = Object.entries(unitBytes).find(([name]) => name === match?.[2])
  if (!match || !unit) return undefined
  const bytes = Math.round(Number(match[1]) * unit[1])
  return bytes === 0 ? undefined : bytes
}

export const size = z.string().refine((text) => parseSize(text) !== undefined, {
  error: 'expected a size such as 500 MB, 20 GB or 20 GiB',
})
