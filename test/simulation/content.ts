import { createHash } from 'node:crypto'

import { z } from 'zod'

/**
 * What is in a snapshot? Its few bytes say so themselves: that is what the oracle knows and no rule.
 */
const kinds = ['sound', 'dwindled', 'corrupt', 'encrypted'] as const
export type Kind = (typeof kinds)[number]

const File = z.object({
  database: z.string(),
  serial: z.int(),
  kind: z.enum(kinds),
  rows: z.int(),
  columns: z.array(z.string()),
})
export type File = z.infer<typeof File>

export const bytesOf = (file: File): Buffer => Buffer.from(`${JSON.stringify(file)}\n`)

/** Undefined for bytes that are no database at all. */
export const readFile = (bytes: Uint8Array): File | undefined => {
  try {
    return File.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data
  } catch {
    return undefined
  }
}

export const sha256Of = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

export const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
