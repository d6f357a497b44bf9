import { z } from 'zod'

/**
 * What the first edition reads: later builds write what these still take, so that the two may stand
 * beside each other.
 *
 * Copied, and never changed: nothing here follows lib/. Who reads a shape leaves out what it does not
 * name, so that a new field does no harm; a new word in one of the closed lists does.
 */
export const checks = [
  'arrival',
  'bytes',
  'header',
  'structure',
  'references',
  'schema',
  'rows',
  'freshness',
  'assertions',
  'canary',
  'engine',
  'clock',
] as const

export const outcomes = ['passed', 'warned', 'failed', 'unverifiable'] as const

export const words = [...outcomes, 'pending', 'accepted'] as const

export const alertKinds = [
  'verify.failed',
  'copy.gone',
  'copy.decayed',
  'verify.unverifiable',
  'backup.late',
  'backup.never',
  'upload.missing',
  'object.unknown',
  'rows.collapsed',
  'content.stale',
  'sound.warned',
  'clock.skew',
  'prune.braked',
  'drill.failed',
  'restore.slow',
  'store.error',
  'alert.undelivered',
  'watcher.silent',
  'test',
] as const

export const severities = ['info', 'warning', 'error', 'critical'] as const

export const statuses = ['firing', 'reminder', 'resolved', 'test'] as const

export const drillOutcomes = ['proven', 'failed', 'undone'] as const

/** As which type each document is signed. */
export const payloadTypes = {
  statement: 'application/vnd.in-toto+json',
  catalog: 'application/vnd.snapproof.catalog+json',
  watch: 'application/vnd.snapproof.watch+json',
  alerts: 'application/vnd.snapproof.alerts+json',
  prune: 'application/vnd.snapproof.prune+json',
  journal: 'application/vnd.snapproof.journal+json',
  drill: 'application/vnd.snapproof.drill+json',
  drillReport: 'application/vnd.snapproof.drill-report+json',
} as const

const instant = z.iso.datetime()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')

/** What every signed document is wrapped in; no more than 64 MiB of it are read. */
export const Envelope = z.object({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })).max(4),
})

export const Claim = z.object({
  database: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_-]{0,63}$/,
      'A database name is 1 to 64 lower-case letters, digits, "-" or "_", and starts with a letter or digit.',
    ),
  sizeBytes: z.int().nonnegative(),
  sha256: sha256.optional(),
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  adopted: z.object({ etag: z.string(), hasSums: z.boolean().optional() }).optional(),
  takenAt: instant,
  encoding: z.enum(['identity', 'gzip']),
  rawSizeBytes: z.int().nonnegative().optional(),
  rawSha256: sha256.optional(),
  sqliteVersion: z.string(),
  journalMode: z.string(),
  host: z.string(),
  set: z.object({ id: z.string(), size: z.int() }).optional(),
  canary: z.string().optional(),
  ticketAt: instant,
})

export const Finding = z.object({
  check: z.enum(checks),
  outcome: z.enum(outcomes),
  detail: z.string(),
  mend: z.string().optional(),
})

export const Verdict = z.object({
  outcome: z.enum(outcomes),
  at: instant,
  method: z.string(),
  findings: z.array(Finding),
  sha256: sha256.optional(),
  schemaFingerprint: z.string().optional(),
  schema: z.record(z.string(), z.array(z.string()).readonly()).optional(),
  rows: z.record(z.string(), z.int()).optional(),
  tookMs: z.number(),
})

export const Entry = z.object({
  id: z.string(),
  key: z.string(),
  claim: Claim,
  arrivedAt: instant.optional(),
  verdict: Verdict.optional(),
  etag: z.string().optional(),
  tries: z.int().optional(),
  startedAt: instant.optional(),
  pin: z.object({ at: instant, by: z.string(), note: z.string() }).optional(),
  accepted: z
    .object({ at: instant, by: z.string(), reason: z.string(), checks: z.array(z.enum(checks)) })
    .optional(),
  heldUntil: instant.optional(),
  letGoAt: instant.optional(),
  history: z.array(z.object({ at: instant, word: z.enum(words), note: z.string() })),
})

/** How an entry stands in its file. */
export const Statement = z.object({ predicate: z.object({ snapproof: Entry }) })

export const Line = z.object({
  entryEtag: z.string(),
  key: z.string(),
  word: z.enum(words),
  sizeBytes: z.int(),
  takenAt: instant,
  ticketAt: instant,
  arrivedAt: instant.optional(),
  provenAt: instant.optional(),
  etag: z.string().optional(),
  adoptedEtag: z.string().optional(),
  sha256: z.string().optional(),
  startedAt: instant.optional(),
  heldUntil: instant.optional(),
  letGoAt: instant.optional(),
  pinnedBy: z.string().optional(),
  setId: z.string().optional(),
  setSize: z.int().optional(),
  tries: z.int(),
  wasSound: z.boolean(),
  rows: z.int().optional(),
  tookMs: z.number().optional(),
  remarks: z.array(Finding),
})

/** `_state/DATABASE/catalog.json` */
export const Catalog = z.object({
  keyIds: z.array(z.string()).default([]),
  lines: z.record(z.string(), Line),
  untrusted: z.record(z.string(), z.string()),
})

export const Seen = z.object({
  id: z.string(),
  word: z.enum(words),
  takenAt: instant,
  arrivedAt: instant,
  provenAt: instant.optional(),
  sizeBytes: z.int(),
  remarks: z.array(Finding),
  wasSound: z.boolean().optional(),
})

export const DatabaseState = z.object({
  fingerprint: z.string(),
  since: instant,
  copies: z.int(),
  sizeBytes: z.int(),
  newest: Seen.optional(),
  newestSound: Seen.optional(),
  arrivedAt: instant.optional(),
  heartbeatAt: instant.optional(),
  missing: z.array(z.object({ id: z.string(), ticketAt: instant })),
  strangers: z.array(z.string()),
  wentBad: z.array(Seen),
  vanished: z.object({ id: z.string(), at: instant }).optional(),
  unjudged: z.int(),
  reprovenAt: instant.optional(),
  dueAt: instant.optional(),
})

/** `_state/watch.json` */
export const WatchState = z.object({
  ranAt: instant,
  gapsMs: z.array(z.number()).optional(),
  clockSkewMs: z.number(),
  databases: z.record(z.string(), DatabaseState),
  strangers: z.array(z.string()),
  faults: z.array(z.string()),
})

export const Incident = z.object({
  kind: z.enum(alertKinds),
  severity: z.enum(severities),
  database: z.string().optional(),
  what: z.string(),
  since: instant,
  isEvent: z.boolean(),
  isOpen: z.boolean(),
  openedAt: instant,
  toldAt: instant.optional(),
  told: z.int(),
  firingId: z.string().optional(),
  channels: z.array(z.string()),
  calmSince: instant.optional(),
  closings: z.array(instant),
})

export const StoredAlert = z
  .object({
    id: z.string(),
    key: z.string(),
    kind: z.enum(alertKinds),
    severity: z.enum(severities),
    status: z.enum(statuses),
    installation: z.string(),
    database: z.string().optional(),
    since: instant,
    at: instant,
    told: z.int(),
    headline: z.string(),
    facts: z.array(z.object({ label: z.string(), text: z.string() })),
    meaning: z.string(),
    nextStep: z.object({ text: z.string(), command: z.string().optional() }),
    newestProven: z
      .object({ ticket: z.string(), age: z.string(), restoreCommand: z.string() })
      .optional(),
    answers: z.string().optional(),
  })
  .transform(({ database, newestProven, ...rest }) => ({ ...rest, database, newestProven }))

export const Folded = z.object({
  count: z.int(),
  since: instant,
  until: instant,
  kinds: z.partialRecord(z.enum(alertKinds), z.int()),
})

export const Outgoing = z.object({
  id: z.string(),
  channelId: z.string(),
  channelName: z.string(),
  alerts: z.array(StoredAlert),
  queuedAt: instant,
  attempts: z.int(),
  nextAt: instant,
  leaseUntil: instant.optional(),
  said: z.string().optional(),
  isRefused: z.boolean(),
  folded: Folded.optional(),
})

/** `_state/alerts.json` */
export const AlertState = z.object({
  incidents: z.record(z.string(), Incident),
  outbox: z.array(Outgoing),
  pinged: z.record(z.string(), z.string()),
  backSince: instant.optional(),
})

/** `_journal/DATABASE/YEAR/MONTH/….plan.json` */
export const PrunePlan = z.object({
  id: z.string(),
  database: z.string(),
  at: instant,
  policy: z.string(),
  brake: z.string().optional(),
  notes: z.array(z.string()),
  copies: z.array(
    z.object({
      id: z.string(),
      key: z.string(),
      word: z.enum(words),
      arrivedAt: instant,
      sizeBytes: z.int(),
      entryEtag: z.string(),
      keep: z.boolean(),
      isBraked: z.literal(true).optional(),
      reasons: z.array(z.string()),
    }),
  ),
  leftovers: z.array(z.object({ id: z.string(), keys: z.array(z.string()), reason: z.string() })),
})

/** `_journal/DATABASE/YEAR/MONTH/….result.json` */
export const PruneResult = z.object({
  plan: z.string(),
  database: z.string(),
  at: instant,
  removed: z.array(z.string()),
  spared: z.array(z.object({ id: z.string(), why: z.string() })),
  unfinished: z.array(z.object({ id: z.string(), why: z.string() })),
  left: z.array(z.string()),
  stillThere: z.array(z.string()),
})

/** `_state/prune.json` */
export const PruneState = z.object({
  ranAt: instant,
  databases: z.record(
    z.string(),
    z.object({
      kept: z.int(),
      removed: z.int(),
      brake: z.string().optional(),
      brakedSince: instant.optional(),
      faults: z.array(z.string()),
    }),
  ),
})

export const CopyDrill = z.object({
  database: z.string(),
  id: z.string(),
  at: instant,
  outcome: z.enum(drillOutcomes),
  detail: z.string(),
  sizeBytes: z.int(),
  steps: z.array(z.object({ step: z.string(), tookMs: z.number() })),
  tookMs: z.number(),
})

export const Ring = z.object({ name: z.string(), isHeard: z.boolean(), detail: z.string() })

/** `_reports/drills/YEAR/MONTH/….json` */
export const DrillReport = z.object({
  at: instant,
  copies: z.array(CopyDrill),
  rings: z.array(Ring),
  left: z.array(z.object({ database: z.string(), why: z.string() })),
})

/** `_state/drill.json` */
export const DrillState = z.object({
  ranAt: instant,
  alarmProvenAt: instant.optional(),
  rings: z.array(Ring),
  databases: z.record(
    z.string(),
    z.object({ drills: z.array(CopyDrill), proofs: z.record(z.string(), instant) }),
  ),
})
