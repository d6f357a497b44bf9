/**
 * The same in figures, for Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/
 *
 * Labels are few and never grow by themselves: no copy, path or hash of a file is one. What is not known has
 * no sample, for zero would be an answer.
 */
import type { DatabaseOverview } from '../journey/gather/standing'
import type { Overview } from '../journey/overview'
import type { Shown } from '../rules/copy/shown'
import { isKnownWord, isSound, words } from '../rules/verdict/verdict'
import { timers } from '../rules/watching/timers'

import { capturedAt } from './page/words'

type Labels = Readonly<Record<string, string>>
type Sample = { labels?: Labels; value: number | undefined }
type Family = { name: string; help: string; samples: readonly Sample[] }

const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const sampleLine = (name: string, { labels = {}, value }: Sample): string => {
  const said = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${said.length === 0 ? '' : `{${said.join(',')}}`} ${value}\n`
}

const familyText = ({ name, help, samples }: Family): string => {
  const known = samples.filter(({ value }) => value !== undefined)
  const head = `# HELP snapproof_${name} ${help}\n# TYPE snapproof_${name} gauge\n`
  return head + known.map((sample) => sampleLine(`snapproof_${name}`, sample)).join('')
}

const secondsOf = (at: string | undefined): number | undefined =>
  at === undefined ? undefined : Date.parse(at) / 1000

const lastProven = (copies: readonly Shown[]): string | undefined =>
  copies
    .flatMap(({ provenAt }) => provenAt ?? [])
    .toSorted()
    .at(-1)

/** "daily 1 of 7" is the daily rule; what stands by no rule is kept by a floor. */
const rulesOf = ({ keep, pinnedBy, reasons }: Shown): string[] => {
  if (!keep) return []
  if (pinnedBy !== undefined) return ['pinned']
  const slots = reasons.flatMap(
    (reason) => /^(daily|weekly|monthly|yearly) \d/.exec(reason)?.[1] ?? [],
  )
  return slots.length > 0 ? slots : ['floor']
}

const rules = ['daily', 'weekly', 'monthly', 'yearly', 'pinned', 'floor']

/** No word that another build may write becomes a label. */
const other = 'other'

const count = <T>(items: readonly T[], is: (item: T) => boolean): number => items.filter(is).length

const perDatabase = (
  databases: readonly DatabaseOverview[],
  valueOf: (one: DatabaseOverview) => number | undefined,
): Sample[] => databases.map((one) => ({ labels: { db: one.database }, value: valueOf(one) }))

const perLabel = (
  databases: readonly DatabaseOverview[],
  [label, values]: readonly [string, readonly string[]],
  valueOf: (one: DatabaseOverview, value: string) => number,
): Sample[] =>
  databases.flatMap((one) =>
    values.map((value) => ({
      labels: { db: one.database, [label]: value },
      value: valueOf(one, value),
    })),
  )

const newestCopy = ({ newest, copies }: DatabaseOverview): Shown | undefined =>
  copies.find(({ id }) => id === newest?.id)

const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / 1000

const familiesOf = (overview: Overview): Family[] => {
  const { build, databases, jobs, silent, watch, undelivered, health } = overview
  const each = (valueOf: (one: DatabaseOverview) => number | undefined) =>
    perDatabase(databases, valueOf)
  const lastDrill = ({ drills }: DatabaseOverview) => drills.at(-1)
  return [
    {
      name: 'last_upload_timestamp_seconds',
      help: 'When the newest snapshot arrived, by the time of the store.',
      samples: each(({ newest }) => secondsOf(newest?.arrivedAt)),
    },
    {
      name: 'last_verified_timestamp_seconds',
      help: 'When a snapshot of this database was last opened.',
      samples: each(({ copies }) => secondsOf(lastProven(copies))),
    },
    {
      name: 'newest_pass_capture_timestamp_seconds',
      help: 'When the newest sound snapshot was taken.',
      samples: each(({ newestSound }) => secondsOf(newestSound && capturedAt(newestSound))),
    },
    {
      name: 'verify_status',
      help: 'Whether the newest snapshot is sound: 1, or 0 for any other verdict and for none.',
      samples: each(({ newest }) => (newest && isSound(newest.word) ? 1 : 0)),
    },
    {
      name: 'fall',
      help: 'Whether rows or tables are gone that an older snapshot still has: 1 or 0.',
      samples: each(({ fall }) => (fall ? 1 : 0)),
    },
    {
      name: 'before_fall_timestamp_seconds',
      help: 'When the newest snapshot arrived that still has them; only while something is gone.',
      samples: each(({ fall }) => secondsOf(fall?.beforeAt)),
    },
    {
      name: 'late',
      help: 'Whether a snapshot is overdue: 1 or 0. A host that says "unchanged" in time is not late.',
      samples: each((one) =>
        one.troubles.some(({ kind }) => kind === 'backup.late' || kind === 'backup.never') ? 1 : 0,
      ),
    },
    {
      name: 'verify_duration_seconds',
      help: 'How long the verification of the newest snapshot took.',
      samples: each((one) => seconds(newestCopy(one)?.tookMs)),
    },
    {
      name: 'snapshot_size_bytes',
      help: 'Size of the newest snapshot as it is stored.',
      samples: each(({ newest }) => newest?.sizeBytes),
    },
    {
      name: 'restore_test_timestamp_seconds',
      help: 'When a snapshot was last restored on purpose.',
      samples: each((one) => secondsOf(lastDrill(one)?.at)),
    },
    {
      name: 'restore_test_success',
      help: 'Whether that could be done: 1 or 0.',
      samples: each((one) => {
        const drill = lastDrill(one)
        return drill && (drill.outcome === 'proven' ? 1 : 0)
      }),
    },
    {
      name: 'restore_test_duration_seconds',
      help: 'How long it took, from asking for the address to having read every row.',
      samples: each((one) => seconds(lastDrill(one)?.tookMs)),
    },
    {
      name: 'snapshots',
      help: 'Stored snapshots by verdict; "other" counts verdicts of another build.',
      samples: perLabel(databases, ['state', [...words, other]], ({ copies }, state) =>
        count(copies, ({ word }) => (isKnownWord(word) ? word : other) === state),
      ),
    },
    {
      name: 'retention_kept',
      help: 'Snapshots that each rule of retention keeps; one may be kept by several.',
      samples: perLabel(databases, ['rule', rules], ({ copies }, rule) =>
        count(copies, (copy) => rulesOf(copy).includes(rule)),
      ),
    },
    {
      name: 'prune_blocked',
      help: 'Whether retention is held back: 1 or 0.',
      samples: each(({ brake }) => (brake === undefined ? 0 : 1)),
    },
    {
      name: 'alerts_undelivered',
      help: 'Messages that have not been delivered yet.',
      samples: [{ value: undelivered.length }],
    },
    {
      name: 'run_timestamp_seconds',
      help: 'When each timer last did its work.',
      samples: [
        { labels: { job: 'watch' }, value: secondsOf(watch.ranAt) },
        { labels: { job: 'prune' }, value: secondsOf(jobs.prune) },
        { labels: { job: 'drill' }, value: secondsOf(jobs.drill) },
      ],
    },
    {
      name: 'run_silent',
      help: 'Whether a timer has not run for longer than it may: 1 or 0. One that never ran counts from the first copy.',
      samples: timers.map((job) => ({
        labels: { job },
        value: silent.includes(job) ? 1 : 0,
      })),
    },
    {
      name: 'safe',
      help: 'What the headline of the page says: 1 when everything is safe and watched, 0 otherwise.',
      samples: [{ value: health === 'sound' && databases.length > 0 && !watch.isSilent ? 1 : 0 }],
    },
    {
      name: 'build_info',
      help: 'The version that answers, and the hash of what was built of it.',
      samples: [
        { labels: { version: build.version, build: build.sha256?.slice(0, 12) ?? '' }, value: 1 },
      ],
    },
  ]
}

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

export const metricsText = (overview: Overview): string =>
  familiesOf(overview).map(familyText).join('')
