/** What programs may rely on: the shapes that --json prints, whole, as lib/docs/programs.md tells them. */
import * as z from 'zod'

const count = z.int().nonnegative()
const instant = z.iso.datetime()

const findings = z.array(
  z.strictObject({
    check: z.string(),
    outcome: z.string(),
    detail: z.string(),
    mend: z.string().optional(),
    code: z.string().optional(),
  }),
)

export const jsonShapes = {
  verify: z.strictObject({
    file: z.string(),
    verdict: z.enum(['passed', 'warned', 'unmet', 'failed', 'unverifiable']),
    findings,
    method: z.string(),
    sha256: z.hash('sha256').optional(),
    rows: z.record(z.string(), count).optional(),
    tookMs: z.number(),
  }),
  stored: z.array(
    z.strictObject({
      ticket: z.string(),
      database: z.string(),
      verdict: z.string(),
      before: z.string().optional(),
      detail: z.string(),
      findings: findings.optional(),
      tookMs: count.optional(),
      mends: z.array(z.string()),
      isRecorded: z.boolean(),
    }),
  ),
  list: z.array(
    z.strictObject({
      ticket: z.string(),
      database: z.string(),
      verdict: z.string(),
      sizeBytes: count,
      takenAt: instant,
      verifiedAt: instant.optional(),
      pinnedBy: z.string().optional(),
      rows: count.optional(),
      change: z.string().optional(),
    }),
  ),
  plan: z.array(
    z.strictObject({
      id: z.string(),
      database: z.string(),
      at: instant,
      policy: z.string(),
      brake: z.string().optional(),
      notes: z.array(z.string()),
      copies: z.array(
        z.strictObject({
          id: z.string(),
          key: z.string(),
          word: z.string(),
          arrivedAt: instant,
          sizeBytes: count,
          keep: z.boolean(),
          reasons: z.array(z.string()),
          entryEtag: z.string(),
          isBraked: z.literal(true).optional(),
        }),
      ),
      leftovers: z.array(
        z.strictObject({ id: z.string(), keys: z.array(z.string()), reason: z.string() }),
      ),
    }),
  ),
  doctor: z.array(
    z.strictObject({
      what: z.string(),
      state: z.enum(['ok', 'wrong', 'note', 'unknown']),
      detail: z.string(),
      mend: z.string().optional(),
    }),
  ),
} as const
