/**
 * The functions of the command line, for programs. Each answers with values; nothing is printed and
 * no process is ended. What could not be done is thrown: an Error with `code`, `why` and `mend`.
 *
 * A database that is damaged is an answer, and is never thrown.
 */

/** `root` is the folder with `.env` and `.snapproof`; `environment` goes before what `.env` says. */
export type Where = { root?: string; environment?: Record<string, string | undefined> }

/**
 * `failed` is damaged: something speaks against the bytes. `unmet` is whole, and not what lib/databases.ts
 * expects.
 */
export type Outcome = 'passed' | 'warned' | 'unmet' | 'failed' | 'unverifiable'

/** Of a stored copy. The list is open: what another build wrote is passed on as it stands. */
export type VerdictWord = Outcome | 'pending' | 'accepted' | (string & {})

export type Check = {
  check: string
  outcome: Outcome | (string & {})
  detail: string
  mend?: string | undefined
  /** What exactly was found, where one check finds several things: 'fall', 'drift'. */
  code?: string | undefined
}

export type Verified = {
  file: string
  overall: Outcome
  /** In the order in which they were put. */
  checks: Check[]
  method: string
  sha256: string | undefined
  /** By table. */
  rows: Record<string, number> | undefined
  tookMs: number
}

/**
 * Opens one SQLite file on this disk (or a .gz of one), which is only read.
 *
 *     const { overall, checks } = await verify('backup.db')
 *     if (overall !== 'passed') console.error(checks.filter(({ outcome }) => outcome !== 'passed'))
 */
export function verify(
  file: string,
  options?: {
    /** Also hold it against what lib/databases.ts expects of this one. */
    database?: string
    timeoutMs?: number
  },
): Promise<Verified>

export type Snapshot = {
  ticket: string
  database: string
  /** Also 'gone', 'not arrived', 'being let go', 'untrusted', 'of a newer Snapproof' and 'unknown'. */
  verdict: VerdictWord
  sizeBytes: number
  takenAt: string
  verifiedAt: string | undefined
  pinnedBy: string | undefined
}

/**
 * The snapshots in the store, newest first.
 *
 *     const failed = (await list({ database: 'tokens' })).filter(({ verdict }) => verdict === 'failed')
 */
export function list(options?: Where & { database?: string }): Promise<Snapshot[]>

export type Plan = {
  id: string
  database: string
  at: string
  policy: string
  /** Why nothing is let go today. */
  brake?: string | undefined
  notes: string[]
  /** What the policy will hold in a year; absent while copies are too few to tell. */
  outlook?: { copies: number; sizeBytes: number } | undefined
  copies: {
    id: string
    word: VerdictWord
    arrivedAt: string
    sizeBytes: number
    keep: boolean
    reasons: string[]
  }[]
}

/**
 * What retention would keep and let go; nothing is deleted.
 *
 *     for (const { copies } of await plan()) console.log(copies.filter(({ keep }) => !keep).length)
 */
export function plan(options?: Where & { database?: string }): Promise<Plan[]>

export type Health = 'sound' | 'pending' | 'late' | 'trouble' | 'never'

export type Trouble = {
  kind: string
  severity: string
  what: string
  since: string
  nextStep: {
    text: string
    command?: string | undefined
    /** Where it was meant. */
    otherwise?: { text: string; command?: string | undefined } | undefined
  }
}

/** Rows or tables are gone since a copy that still has them. */
export type Fall = {
  since: string
  sinceAt: string
  /** The copy one wants back, by its ticket. */
  before: string
  beforeAt: string
  /** Without `now` the table is gone. */
  tables: { table: string; before: number; now: number | undefined }[]
  restoreCommand: string
}

export type Status = {
  generatedAt: string
  installation: string
  health: Health
  /** What the functions take in a month, as measured over so many weeks; absent before the first. */
  running?: { runs: number; gibSeconds: number; requests: number; weeks: number } | undefined
  databases: {
    database: string
    health: Health
    newest: { id: string; word: VerdictWord; takenAt: string; sizeBytes: number } | undefined
    newestSound: { id: string; word: VerdictWord; takenAt: string; sizeBytes: number } | undefined
    fall: Fall | undefined
    /** The gravest first. */
    troubles: Trouble[]
    /** Newest first; `change` says what is another than in the copy before it. */
    copies: {
      id: string
      word: VerdictWord
      rows: number | undefined
      change: string | undefined
    }[]
  }[]
  troubles: Trouble[]
  /** What is open, the gravest first: who has heard of it, and whether it is only held open. */
  incidents: {
    key: string
    kind: string
    severity: string
    database: string | undefined
    what: string
    since: string
    toldAt: string | undefined
    heardBy: string[]
    unheardBy: { channel: string; why: string }[]
    held: { why: string; until: string | undefined } | undefined
  }[]
  publicKey: string
  /** How many databases there are, and which page of 100 of them, by their names, this is. */
  found: number
  page: number
  pages: number
}

/**
 * Am I safe? What the status page shows. All else is of every database, `databases` of a hundred at a time.
 *
 *     if ((await status()).health !== 'sound') process.exitCode = 1
 */
export function status(options?: Where & { page?: number }): Promise<Status>

export type Drilled = {
  at: string
  copies: {
    database: string
    id: string
    outcome: 'proven' | 'failed' | 'undone'
    detail: string
    tookMs: number
    steps: { step: string; tookMs: number }[]
  }[]
  rings: { name: string; isHeard: boolean; detail: string }[]
  left: { database: string; why: string }[]
}

/**
 * Restores kept copies on this machine as on a bad day, and throws them away again.
 *
 *     const { copies } = await drill({ database: 'tokens' })
 *     console.log(copies.every(({ outcome }) => outcome === 'proven'))
 */
export function drill(
  options?: Where & {
    database?: string
    /** As restore.sh takes it. */
    at?: string
    /** 'yes' delivers the alarms that are rung. */
    ring?: 'yes' | 'no'
  },
): Promise<Drilled>

export type Reported = {
  subject: string
  text: string
  html: string
  digest: {
    isCalm: boolean
    count: {
      came: number
      sound: number
      failed: number
      unmet: number
      unchecked: number
      pending: number
    }
    copies: number
    sizeBytes: number
    sizeDelta: number
    advice: { text: string; command?: string }[]
  }
}

/**
 * What happened in the last week, or since a UTC day or a span such as 30d.
 *
 *     writeFileSync('backups.html', (await report({ since: '30d' })).html)
 */
export function report(options?: Where & { since?: string }): Promise<Reported>

export type Bundled = {
  folder: string
  files: number
  entries: number
  journal: number
  drills: number
  untrusted: readonly { path: string; why: string }[]
}

/**
 * A folder for auditors, which sha256sum and openssl verify without us.
 *
 *     await evidence({ from: '2026-01-01', to: '2026-03-31', out: 'q1' })
 */
export function evidence(
  options?: Where & { from?: string; to?: string; out?: string },
): Promise<Bundled>
