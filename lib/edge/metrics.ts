/**
 * The same in figures, for Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/
 *
 * Labels are few and never grow by themselves: no copy, path or hash of a file is one. What is not known has
 * no sample, for zero would be an answer.
 */
import type { View } from '../journey/gather/view'
import { capturedAt } from '../rules/copy/shown'
import { isSound, words } from '../rules/verdict/verdict'
import { healths, isOverdue, keepingRules, otherWord } from '../rules/watching/standing'
import type { Standing } from '../rules/watching/standing'
import { timers } from '../rules/watching/timers'

type Labels = Readonly<Record<string, string>>
type Sample = { labels?: Labels; value: number | undefined }
type Figured = Pick<View, 'head' | 'list'>
type Family = {
  /** Without `snapproof_` before it. */
  name: string
  help: string
  samples(view: Figured): readonly Sample[]
}

const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const sampleLine = (name: string, { labels = {}, value }: Sample): string => {
  const said = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${said.length === 0 ? '' : `{${said.join(',')}}`} ${value}\n`
}

const familyText = ({ name, help, samples }: Family, view: Figured): string => {
  const known = samples(view).filter(({ value }) => value !== undefined)
  const head = `# HELP snapproof_${name} ${help}\n# TYPE snapproof_${name} gauge\n`
  return head + known.map((sample) => sampleLine(`snapproof_${name}`, sample)).join('')
}

const secondsOf = (at: string | undefined): number | undefined =>
  at === undefined ? undefined : Date.parse(at) / 1000

const each =
  (valueOf: (one: Standing) => number | undefined): Family['samples'] =>
  ({ list }) =>
    list.lines.map((one) => ({ labels: { db: one.database }, value: valueOf(one) }))

const eachOf =
  (
    [label, values]: readonly [string, readonly string[]],
    valueOf: (one: Standing, value: string) => number | undefined,
  ): Family['samples'] =>
  ({ list }) =>
    list.lines.flatMap((one) =>
      values.map((value) => ({
        labels: { db: one.database, [label]: value },
        value: valueOf(one, value),
      })),
    )

const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / 1000

/** Everything that there is; alert rules and dashboard are made of it as well (cli/monitoring/). */
export const families: readonly Family[] = [
  {
    name: 'last_upload_timestamp_seconds',
    help: 'When the newest snapshot arrived, by the time of the store.',
    samples: each(({ newest }) => secondsOf(newest?.arrivedAt)),
  },
  {
    name: 'last_verified_timestamp_seconds',
    help: 'When a snapshot of this database was last opened.',
    samples: each(({ stock }) => secondsOf(stock?.provenAt)),
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
    samples: each(({ troubles }) => (troubles.some(isOverdue) ? 1 : 0)),
  },
  {
    name: 'verify_duration_seconds',
    help: 'How long the verification of the newest snapshot took.',
    samples: each(({ stock }) => seconds(stock?.tookMs)),
  },
  {
    name: 'snapshot_size_bytes',
    help: 'Size of the newest snapshot as it is stored.',
    samples: each(({ newest }) => newest?.sizeBytes),
  },
  {
    name: 'restore_test_timestamp_seconds',
    help: 'When a snapshot was last restored for practice.',
    samples: each(({ lastDrill }) => secondsOf(lastDrill?.at)),
  },
  {
    name: 'restore_test_success',
    help: 'Whether that could be done: 1 or 0.',
    samples: each(({ lastDrill }) => lastDrill && (lastDrill.outcome === 'proven' ? 1 : 0)),
  },
  {
    name: 'restore_test_duration_seconds',
    help: 'How long it took, from asking for the address to having read every row.',
    samples: each(({ lastDrill }) => seconds(lastDrill?.tookMs)),
  },
  {
    name: 'snapshots',
    help: 'Stored snapshots by verdict; "other" counts verdicts of another build.',
    samples: eachOf(
      ['state', [...words, otherWord]],
      ({ stock }, state) => stock && (stock.words[state] ?? 0),
    ),
  },
  {
    name: 'retention_kept',
    help: 'Snapshots that each rule of retention keeps; one may be kept by several.',
    samples: eachOf(['rule', keepingRules], ({ stock }, rule) => stock && (stock.kept[rule] ?? 0)),
  },
  {
    name: 'prune_blocked',
    help: 'Whether retention is held back: 1 or 0.',
    samples: each(({ stock }) => stock && (stock.isHeld ? 1 : 0)),
  },
  {
    name: 'second_behind',
    help: 'Sound snapshots that do not stand at the second place yet; no sample where none is set.',
    samples: each(({ second }) => second?.behind),
  },
  {
    name: 'second_contents_behind',
    help: 'Contents of objects that do not stand there yet; no sample where none waits.',
    samples: each(({ second }) => second?.contents),
  },
  {
    name: 'second_newest_timestamp_seconds',
    help: 'When the newest snapshot at the second place was announced.',
    samples: each(({ second }) => secondsOf(second?.newestAt)),
  },
  {
    name: 'second_behind_since_timestamp_seconds',
    help: 'Since when the one waits that has waited longest; no sample where none does.',
    samples: ({ head }) => [{ value: secondsOf(head.second?.since) }],
  },
  {
    name: 'function_gib_seconds_monthly',
    help: 'GiB-seconds that the functions take in a month, as measured; no sample before the first whole week.',
    samples: ({ head }) => [{ value: head.running?.gibSeconds }],
  },
  {
    name: 'store_requests_monthly',
    help: 'Requests that the functions make of the stores in a month, measured in the same way.',
    samples: ({ head }) => [{ value: head.running?.requests }],
  },
  {
    name: 'alerts_undelivered',
    help: 'Messages that have not been delivered yet.',
    samples: ({ head }) => [{ value: head.all.undelivered }],
  },
  {
    name: 'run_timestamp_seconds',
    help: 'When each timer last did its work.',
    samples: ({ head }) => [
      { labels: { job: 'watch' }, value: secondsOf(head.watch.ranAt) },
      { labels: { job: 'prune' }, value: secondsOf(head.jobs.prune) },
      { labels: { job: 'drill' }, value: secondsOf(head.jobs.drill) },
    ],
  },
  {
    name: 'run_silent',
    help: 'Whether a timer has not run for longer than it may: 1 or 0. One that never ran counts from the first copy.',
    samples: ({ head }) =>
      timers.map((job) => ({ labels: { job }, value: head.silent.includes(job) ? 1 : 0 })),
  },
  {
    name: 'safe',
    help: 'What the headline of the page says: 1 when everything is safe and watched, 0 otherwise.',
    samples: ({ head: { health, totals, watch } }) => [
      { value: health === 'sound' && totals.databases > 0 && !watch.isSilent ? 1 : 0 },
    ],
  },
  {
    name: 'databases',
    help: 'All databases by how they stand, those of other pages included.',
    samples: ({ head: { totals } }) =>
      healths.map((state) => ({ labels: { state }, value: totals.byHealth[state] })),
  },
  {
    name: 'pages',
    help: 'How many pages of databases there are: this is one of them, and ?page=2 is the next.',
    samples: ({ list }) => [{ value: list.pages }],
  },
  {
    name: 'seen_timestamp_seconds',
    help: 'When the databases were looked at for these figures.',
    samples: ({ head }) => [{ value: secondsOf(head.asOf) }],
  },
  {
    name: 'build_info',
    help: 'The version that answers, and the hash of what was built of it.',
    samples: ({ head: { build } }) => [
      { labels: { version: build.version, build: build.sha256?.slice(0, 12) ?? '' }, value: 1 },
    ],
  },
]

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

export const metricsText = (view: Figured): string =>
  families.map((family) => familyText(family, view)).join('')
