/**
 * What programs may rely on: the shapes that --json prints, whole, as lib/docs/programs.md tells them. A field
 * that is added to what is printed and not to these does not compile, and one that the page does not name
 * fails in docs/json.test.ts.
 */
import * as z from 'zod'

import type { Observation } from '../../lib/cli/doctor/observation'
import type { ToldPlan } from '../../lib/cli/plans'
import type { Proof } from '../../lib/cli/rehearse/proof'
import type { Bundled } from '../../lib/cli/verbs/evidence'
import type { FoundCopy } from '../../lib/cli/verbs/stored'
import type { FileVerdict } from '../../lib/cli/verbs/verify'
import type { Resigned, Row } from '../../lib/journey/resign'
import type { NextStep } from '../../lib/rules/alerts/alert'
import type { Incident } from '../../lib/rules/alerts/incidents'
import type { OpenIncident, Waiting } from '../../lib/rules/alerts/open-incidents'
import type { Leftover, PlannedCopy, PruneResult } from '../../lib/rules/copy/journal'
import type { Listed, Shown, ShownFall } from '../../lib/rules/copy/shown'
import type { Advice } from '../../lib/rules/digest/advice'
import type { Count, DatabaseDigest } from '../../lib/rules/digest/database'
import type { Digest, Others } from '../../lib/rules/digest/digest'
import type { Untrusted } from '../../lib/rules/digest/evidence'
import type { Span } from '../../lib/rules/digest/span'
import type { Outlook } from '../../lib/rules/keeping/outlook'
import type { Trouble } from '../../lib/rules/troubles/trouble'
import type { Finding } from '../../lib/rules/verdict/verdict'
import type { CopyDrill, DrillReport, Ring } from '../../lib/rules/watching/drill'
import type { Running } from '../../lib/rules/watching/running'

/** Each field of what is printed, and none besides. */
type Fields<Printed> = Record<keyof Printed, z.ZodType>

const text = z.string()
const texts = z.array(text)
const yes = z.boolean()
const count = z.int().nonnegative()
const change = z.int()
const tookMs = z.number().nonnegative()
const instant = z.iso.datetime()
const severity = z.enum(['info', 'warning', 'error', 'critical'])

const finding = z.strictObject({
  check: text,
  outcome: text,
  detail: text,
  mend: text.optional(),
  code: text.optional(),
} satisfies Fields<Finding>)

const copy = z.strictObject({
  id: text,
  file: text,
  word: text,
  takenAt: instant,
  arrivedAt: instant,
  provenAt: instant.optional(),
  sizeBytes: count,
  rows: count.optional(),
  change: text.optional(),
  tookMs: tookMs.optional(),
  remarks: z.array(finding),
  pinnedBy: text.optional(),
  keep: yes,
  reasons: texts,
} satisfies Fields<Shown>)

const step = { text, command: text.optional() }

const trouble = z.strictObject({
  kind: text,
  severity,
  database: text.optional(),
  since: instant,
  what: text,
  facts: z.array(z.strictObject({ label: text, text })),
  meaning: text,
  nextStep: z.strictObject({
    ...step,
    otherwise: z.strictObject(step).optional(),
  } satisfies Fields<NextStep>),
  copy: text.optional(),
  graceMs: z.number(),
  isEvent: yes,
} satisfies Fields<Trouble>)

const drilled = z.strictObject({
  database: text,
  id: text,
  at: instant,
  outcome: z.enum(['proven', 'failed', 'undone']),
  detail: text,
  sizeBytes: count,
  steps: z.array(z.strictObject({ step: text, tookMs })),
  tookMs,
  place: text.optional(),
} satisfies Fields<CopyDrill>)

const ring = z.strictObject({ name: text, isHeard: yes, detail: text } satisfies Fields<Ring>)

const why = z.strictObject({ id: text, why: text })

const counted = z.strictObject({
  came: count,
  sound: count,
  failed: count,
  unmet: count,
  unchecked: count,
  pending: count,
} satisfies Fields<Count>)

const waiting = z.array(z.strictObject({ channel: text, why: text } satisfies Fields<Waiting>))

const open = z.strictObject({
  key: text,
  kind: text,
  severity,
  database: text.optional(),
  what: text,
  since: instant,
  toldAt: instant.optional(),
  heardBy: texts,
  unheardBy: waiting,
  remindersWait: waiting,
  calmSince: instant.optional(),
  held: z.strictObject({ why: text, until: instant.optional() }).optional(),
} satisfies Fields<OpenIncident>)

const over = z.strictObject({
  kind: text,
  severity,
  database: text.optional(),
  what: text,
  since: instant,
  isEvent: yes,
  isOpen: yes,
  openedAt: instant,
  toldAt: instant.optional(),
  told: count,
  firingId: text.optional(),
  channels: texts,
  calmSince: instant.optional(),
  closings: z.array(instant),
} satisfies Fields<Incident>)

const outlook = z.strictObject({ copies: count, sizeBytes: count } satisfies Fields<Outlook>)

const ofDatabase = z.strictObject({
  database: text,
  kind: text.optional(),
  health: text,
  count: counted,
  newest: copy.optional(),
  newestSound: copy.optional(),
  sizeDelta: change.optional(),
  rowsDelta: change.optional(),
  days: z.array(z.strictObject({ label: text, isCovered: yes, isOwn: yes })),
  checks: z.array(z.strictObject({ check: text, outcome: text })),
  lastDrill: drilled.optional(),
  copies: count,
  firstAt: instant.optional(),
  sizeBytes: count,
  outlook: outlook.optional(),
  letGo: count,
  letGoBytes: count,
  policy: text,
  brake: text.optional(),
  leaving: z.array(z.strictObject({ id: text, leavesAt: instant })),
  fall: z
    .strictObject({
      since: text,
      sinceAt: instant,
      before: text,
      beforeAt: instant,
      tables: z.array(z.strictObject({ table: text, before: count, now: count.optional() })),
      restoreCommand: text,
    } satisfies Fields<ShownFall>)
    .optional(),
  troubles: z.array(trouble),
  setApart: z.array(copy),
} satisfies Fields<DatabaseDigest>)

const plan = z.strictObject({
  id: text,
  database: text,
  at: instant,
  policy: text,
  brake: text.optional(),
  fellAt: instant.optional(),
  notes: texts,
  copies: z.array(
    z.strictObject({
      id: text,
      key: text,
      word: text,
      arrivedAt: instant,
      sizeBytes: count,
      entryEtag: text,
      keep: yes,
      isBraked: z.literal(true).optional(),
      leavesAt: instant.optional(),
      reasons: texts,
    } satisfies Fields<PlannedCopy>),
  ),
  leftovers: z.array(
    z.strictObject({ id: text, keys: texts, reason: text } satisfies Fields<Leftover>),
  ),
  outlook: outlook.optional(),
} satisfies Fields<ToldPlan>)

const pruned = z.strictObject({
  plan: text,
  database: text,
  at: instant,
  removed: texts,
  spared: z.array(why),
  unfinished: z.array(why),
  left: texts,
  stillThere: texts,
} satisfies Fields<PruneResult>)

/** What stands in several of them: the page tells each once, by this name. */
export const jsonParts = { finding, copy, trouble, drilled, ring, outlook, plan } as const

export const jsonShapes = {
  verify: z.strictObject({
    file: text,
    verdict: z.enum(['passed', 'warned', 'unmet', 'failed', 'unverifiable']),
    findings: z.array(finding),
    method: text,
    sha256: z.hash('sha256').optional(),
    rows: z.record(z.string(), count).optional(),
    tookMs,
  } satisfies Fields<FileVerdict>),
  stored: z.array(
    z.strictObject({
      ticket: text,
      database: text,
      verdict: text,
      before: text.optional(),
      detail: text,
      findings: z.array(finding).optional(),
      tookMs: count.optional(),
      mends: texts,
      isRecorded: yes,
    } satisfies Fields<FoundCopy>),
  ),
  list: z.array(
    z.strictObject({
      ticket: text,
      database: text,
      verdict: text,
      sizeBytes: count,
      takenAt: instant,
      verifiedAt: instant.optional(),
      pinnedBy: text.optional(),
      rows: count.optional(),
      change: text.optional(),
    } satisfies Fields<Listed>),
  ),
  diff: texts,
  plan: z.array(plan),
  prune: z.strictObject({ plans: z.array(plan), results: z.array(pruned) }),
  drill: z.strictObject({
    at: instant,
    copies: z.array(drilled),
    rings: z.array(ring),
    left: z.array(z.strictObject({ database: text, why: text })),
    isOfAll: yes.optional(),
    place: text.optional(),
  } satisfies Fields<DrillReport>),
  report: z.strictObject({
    installation: text,
    span: z.strictObject({ since: instant, until: instant } satisfies Fields<Span>),
    version: text,
    isCalm: yes,
    count: counted,
    copies: count,
    sizeBytes: count,
    inAYearBytes: count.optional(),
    running: z
      .strictObject({
        runs: count,
        gibSeconds: z.number().nonnegative(),
        requests: count,
        weeks: count,
      } satisfies Fields<Running>)
      .optional(),
    sizeDelta: change,
    opened: count,
    openedMs: tookMs,
    letGo: count,
    letGoBytes: count,
    spared: z.array(why),
    databases: z.array(ofDatabase),
    others: z.strictObject({
      databases: count,
      unwell: count,
      copies: count,
      sizeBytes: count,
    } satisfies Fields<Others>),
    troubles: z.array(trouble),
    drills: z.array(drilled),
    rings: z.array(ring),
    open: z.array(open),
    over: z.array(over),
    undelivered: z.array(z.strictObject({ channel: text, since: instant, why: text })),
    channels: texts,
    advice: z.array(z.strictObject(step satisfies Fields<Advice>)),
  } satisfies Fields<Digest>),
  evidence: z.strictObject({
    folder: text,
    files: count,
    entries: count,
    journal: count,
    drills: count,
    untrusted: z.array(z.strictObject({ path: text, why: text } satisfies Fields<Untrusted>)),
  } satisfies Fields<Bundled>),
  resign: z.strictObject({
    isPreviousSet: yes,
    rows: z.array(
      z.strictObject({
        database: text.optional(),
        kind: z.enum(['entries', 'catalog', 'journal', 'states', 'drill reports']),
        present: count,
        written: count,
        previous: count,
        neither: count,
      } satisfies Fields<Row>),
    ),
    notOurs: texts,
    contended: texts,
    sums: z.strictObject({ present: count, written: count, previous: count, neither: count }),
  } satisfies Fields<Resigned & { sums: unknown }>),
  rehearse: z.strictObject({
    isProven: yes,
    findings: z.array(z.strictObject({ isRight: yes, text })),
    restoredTo: count,
    lostCommits: count,
    rowsAtLoss: count,
    rowsRestored: count,
    lostWords: text,
    recoveryMs: tookMs,
  } satisfies Fields<Proof>),
  doctor: z.array(
    z.strictObject({
      what: text,
      state: z.enum(['ok', 'wrong', 'note', 'unknown']),
      detail: text,
      mend: text.optional(),
    } satisfies Fields<Observation>),
  ),
} as const
