import * as z from 'zod'

import { databaseNamePattern, databaseNameRule } from '../rules/copy/snapshot'

/** What push.sh says of the bytes it wants to upload. Size and hashes bind; the rest is told. */
const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `expected ${digits} hexadecimal digits`)
/** Digits, and the blanks that some wc put before them: no other notation is guessed at. */
const digits = z
  .string()
  .trim()
  .regex(/^(0|[1-9]\d{0,15})$/, 'expected a whole number')
const count = z.union([z.number(), digits], 'expected a whole number').transform(Number)
const bytes = count.pipe(z.int().nonnegative())
/** Words of the host's own choosing: shown to people, so they stay short and printable. */
const word = z
  .string()
  .max(100)
  .regex(/^[\x20-\x7e]*$/, 'expected printable characters')

export const TicketRequest = z
  .strictObject({
    database: z.string().regex(databaseNamePattern, databaseNameRule),
    size_bytes: bytes,
    sha256: hex(64),
    md5: hex(32),
    taken_at: z.iso.datetime().max(40),
    sqlite_version: word,
    journal_mode: word,
    encoding: z.enum(['identity', 'gzip']),
    raw_size_bytes: bytes.optional(),
    raw_sha256: hex(64).optional(),
    host: word,
    /** Databases pushed together carry one id, and how many they are. */
    set: z
      .string()
      .regex(/^[A-Za-z0-9.-]{1,64}$/)
      .optional(),
    set_size: count.pipe(z.int().min(1).max(100)).optional(),
    /** What the host wrote into the table snapproof_canary just before it took the copy. */
    canary: hex(32).optional(),
    /** Which push.sh asks. */
    script: word.optional(),
  })
  .refine(
    (request) =>
      request.encoding === 'identity' ||
      (request.raw_size_bytes !== undefined && request.raw_sha256 !== undefined),
    { path: ['encoding'], error: 'gzip needs raw_size_bytes and raw_sha256 as well' },
  )
export type TicketRequest = z.infer<typeof TicketRequest>
