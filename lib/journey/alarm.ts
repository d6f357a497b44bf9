/**
 * Would the alarm ring? Bad copies made on the spot, under a name that no database has, must each be
 * found and must become the alert that belongs to them; and a good one must raise none.
 *
 * Nothing of it touches the store. Alerts are rendered to the end for every channel, and sent only
 * when somebody asked to hear them.
 */
import { createHash } from 'node:crypto'

import type { Examination, TellingTools, Tools } from '../ports'
import { decide, keyOf } from '../rules/alerts/incidents'
import { alertOf } from '../rules/alerts/making'
import { fallOf } from '../rules/fall/fall'
import type { Fall } from '../rules/fall/fall'
import type { Kind, Sample } from '../rules/kinds/kind'
import { judgeAs, kinds } from '../rules/kinds/kinds'
import { usualKind } from '../rules/kinds/suffixes'
import { dayMs } from '../rules/plain/time-units'
import { countWords } from '../rules/plain/wording'
import { expectationsOf } from '../rules/settings/databases'
import type { Schedule } from '../rules/settings/schedule'
import type { Trouble } from '../rules/troubles/trouble'
import { troublesOf } from '../rules/troubles/troubles'
import type { Finding } from '../rules/verdict/verdict'
import type { Ring } from '../rules/watching/drill'
import type { DatabaseState } from '../rules/watching/watch-state'

const reserved = 'alarm-drill'

const schedule: Schedule = { everyMs: dayMs, graceMs: 0 }

type OfKind = { kind: string; sample: Sample }

const examine = ({ kind, sample }: OfKind, now: Date, tools: Tools): Promise<Examination> => {
  const bytes = sample.make(now)
  return tools.rehearsal.open(bytes, {
    claim: {
      kind,
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      encoding: 'identity',
      takenAt: now.toISOString(),
    },
    expected: sample.expected,
    deadlineAt: tools.deadlineAt,
  })
}

/** What would have been found had a copy come yesterday with so many rows in it. */
const fallIn = ({ had }: Sample, { schema, rows }: Examination, now: Date): Fall | undefined => {
  const limits = expectationsOf({}, reserved).collapse
  if (had === undefined || !schema || !rows || !limits) return undefined
  const yesterday = new Date(now.getTime() - dayMs).toISOString()
  const past = [{ id: `${reserved}_before`, arrivedAt: yesterday, rows: had }]
  const told = { id: `${reserved}_copy`, arrivedAt: now.toISOString(), schema, rows }
  const last = { schema, fall: undefined, begins: {} }
  return fallOf({ told, past, last, drift: { came: [], went: [] }, limits }).fall
}

/** What the watch would know of this database, had the copy come in the ordinary way. */
const stateOf = (
  { kind, findings }: { kind: string; findings: Finding[] },
  { arrivedAt, fall }: { arrivedAt: Date; fall: Fall | undefined },
): DatabaseState => {
  const at = arrivedAt.toISOString()
  const newest = {
    id: `${reserved}_copy`,
    word: judgeAs(kind, findings),
    takenAt: at,
    arrivedAt: at,
    provenAt: at,
    sizeBytes: 0,
    remarks: findings.filter(({ outcome }) => outcome !== 'passed'),
  }
  return {
    fingerprint: '',
    since: at,
    copies: 1,
    sizeBytes: 0,
    newest,
    arrivedAt: at,
    missing: [],
    strangers: [],
    wentBad: [],
    fall,
    unjudged: 0,
  }
}

/** From the trouble to what each channel would send, or does send. */
const alarm = async (
  trouble: Trouble,
  options: { now: Date; isLoud: boolean },
  tools: TellingTools,
): Promise<string> => {
  const { now, isLoud } = options
  const { installation, remindEveryMs } = tools.settings
  const { incidents, tellings } = decide({}, [trouble], { now, remindEveryMs })
  const incident = incidents[keyOf(trouble)]
  const [telling] = tellings
  if (!incident || !telling) return ''
  const alert = alertOf(telling, { installation, incident, state: undefined, now })
  const drilled = { ...alert, headline: `Drill, no harm done: ${alert.headline}`.slice(0, 120) }
  const message = { id: alert.id, installation, alerts: [drilled] }
  const takers = tools.notifier.channels.filter((channel) => channel.takes(alert))
  const mute = takers.filter((channel) => channel.rehearse(message) === 0)
  if (mute.length > 0) return ''
  if (takers.length === 0) return `raised ${alert.kind}; no channel takes it`
  if (!isLoud) return `raised ${alert.kind}, written for ${countWords(takers.length, 'channel')}`
  const said: string[] = []
  for (const channel of takers) {
    const { outcome } = await channel.send(message)
    if (outcome !== 'delivered') return ''
    said.push(channel.name)
  }
  return `raised ${alert.kind}, delivered to ${said.join(', ')}`
}

const ring = async (
  { kind, sample }: OfKind,
  options: { now: Date; isLoud: boolean },
  tools: TellingTools,
): Promise<Ring> => {
  const { now } = options
  const { raises, isLate } = sample
  const name = kind === usualKind ? sample.name : `${sample.name} (${kind})`
  const examination = await examine({ kind, sample }, now, tools)
  const { findings } = examination
  const arrivedAt = isLate ? new Date(now.getTime() - 3 * dayMs) : now
  const fall = fallIn(sample, examination, now)
  const state = stateOf({ kind, findings }, { arrivedAt, fall })
  const troubles = troublesOf(reserved, state, { schedule, kind, now })
  if (raises === undefined) {
    const isHeard = troubles.length === 0 && judgeAs(kind, findings) === 'passed'
    const raised = troubles.map((trouble) => trouble.kind).join(', ')
    return { name, isHeard, detail: isHeard ? 'passed, and raised nothing' : `raised ${raised}` }
  }
  const trouble = troubles.find((one) => one.kind === raises)
  if (!trouble) return { name, isHeard: false, detail: `did not raise ${raises}` }
  const detail = await alarm(trouble, options, tools)
  return { name, isHeard: detail !== '', detail: detail || `${raises} did not become a message` }
}

/** Of the usual kind, and of each that is kept here: nobody is rung for what he does not have. */
const samplesFor = ({ databases }: Tools['settings']): OfKind[] => {
  const kept = new Set(Object.values(databases).map(({ kind = usualKind }) => kind)).add(usualKind)
  return Object.values<Kind>(kinds)
    .filter(({ name }) => [...kept].some((one) => one === name))
    .flatMap(({ name, samples }) => samples.map((sample) => ({ kind: name, sample })))
}

export const ringAlarms = async (
  options: { now: Date; isLoud: boolean },
  tools: TellingTools,
): Promise<Ring[]> => {
  const rings: Ring[] = []
  for (const sample of samplesFor(tools.settings)) rings.push(await ring(sample, options, tools))
  return rings
}
