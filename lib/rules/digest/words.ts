/**
 * How is a digest said? Once, for the text and for the page, and what needs somebody stands first. A
 * figure stands with what it was before, and what could not be checked is neither good nor bad.
 */
import type { ShownFall } from '../copy/shown'
import { listed } from '../fall/drift'
import { spanWords } from '../keeping/periods'
import { priceWords, pricesWords } from '../keeping/prices'
import { adviceOf } from '../kinds/kinds'
import { hourMs } from '../plain/time-units'
import { ageWords, countWords, durationWords, instantWords, sizeWords } from '../plain/wording'
import { otherwiseHeading, someOf } from '../troubles/trouble'
import type { Trouble } from '../troubles/trouble'
import { isInDanger, isRed } from '../watching/danger'
import { runningWords } from '../watching/running'

import type { Advice } from './advice'
import { passRate } from './database'
import type { Count, DatabaseDigest } from './database'
import { isWell } from './digest'
import type { Digest } from './digest'
import { listsOf, outcomeWords } from './lists'
import type { List } from './lists'
import { healthWords, markOf, newestWords, partedOf, signed } from './parts'
import type { Brief, Mark } from './parts'

export type ToldTrouble = {
  mark: Mark
  what: string
  since: string
  text: string
  command?: string
  /** What to do instead where it was meant. */
  otherwise?: { heading: string; text: string; command?: string }
}

export type ToldDatabase = {
  name: string
  word: string
  mark: Mark
  days: DatabaseDigest['days']
  facts: { label: string; text: string }[]
  troubles: ToldTrouble[]
}

export type Told = {
  subject: string
  installation: string
  headline: string
  mark: Mark
  period: string
  tiles: { figure: string; label: string; note: string }[]
  /** What is wrong with the installation, and not with one database. */
  troubles: ToldTrouble[]
  databases: ToldDatabase[]
  /** The others, in a line each. */
  briefs: Brief[]
  /** Those there was no room for; empty where there are none. */
  more: string
  lists: List[]
  advice: Advice[]
  footer: string
}

/** "7 came: 6 sound, 1 failed". */
export const cameWords = ({ came, sound, failed, unmet, unchecked, pending }: Count): string => {
  if (came === 0) return 'none came'
  const parts = [
    [sound, 'sound'],
    [failed, 'failed'],
    [unmet, 'not what is expected'],
    [unchecked, 'could not be checked'],
    [pending, 'without a verdict yet'],
  ] as const
  const said = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return `${came} came: ${said.join(', ')}`
}

const commandOf = ({ command }: { command?: string | undefined }) =>
  command === undefined ? {} : { command }

export const troubleWords = (trouble: Trouble): ToldTrouble => {
  const { what, since, facts, nextStep } = trouble
  const { text, otherwise } = nextStep
  // A table's name stays as it is written.
  const isName = facts.some(({ label }) => what.startsWith(`${label} `))
  return {
    mark: isRed(trouble) ? 'bad' : 'late',
    what: isName ? what : `${what.charAt(0).toUpperCase()}${what.slice(1)}`,
    since: instantWords(since),
    text,
    ...commandOf(nextStep),
    ...(otherwise && {
      otherwise: {
        heading: otherwiseHeading(otherwise.text),
        text: otherwise.text,
        ...commandOf(otherwise),
      },
    }),
  }
}

/** "ID, 26 h ago: orders 6181, now 2472". */
const fallWords = ({ before, beforeAt, tables }: ShownFall, now: Date): string => {
  const counts = tables.map((one) => `${one.table} ${one.before}, now ${one.now ?? 'gone'}`)
  return `${before}, ${ageWords(beforeAt, now)}: ${listed(counts)}`
}

/** A check that found several things is told by what did not pass, and each of it once. */
const checkWords = ({ checks }: DatabaseDigest): string => {
  const others = checks.filter(({ outcome }) => outcome !== 'passed')
  const told = others.map(({ check, outcome }) => `${check} ${outcome}`)
  const well = checks.filter(({ check }) => !others.some((one) => one.check === check))
  const names = [...new Set(well.map(({ check }) => check))]
  const passed = names.length > 0 ? [`${names.join(', ')} passed`] : []
  return [...new Set(told), ...passed].join('; ')
}

export const copiesWords = (count: number): string => (count === 1 ? '1 copy' : `${count} copies`)

export const goneWords = ({ letGo, letGoBytes }: Pick<Digest, 'letGo' | 'letGoBytes'>): string =>
  letGo === 0 ? 'none let go' : `${letGo} let go (${sizeWords(letGoBytes)})`

/** "3 copies, the first after 2026-11-22 02:30 UTC: ID, ID and 1 more". */
const leavingWords = ({ leaving }: DatabaseDigest): string => {
  const first = leaving.slice(0, 1).map(({ leavesAt }) => instantWords(leavesAt))
  const ids = someOf(leaving.map(({ id }) => id))
  return `${copiesWords(leaving.length)}, the first after ${first.join('')}: ${ids}; pin what is to stay`
}

export const databaseWords = (one: DatabaseDigest, now: Date): ToldDatabase => {
  const { lastDrill, newest } = one
  const covered = one.days.filter(({ isCovered }) => isCovered).length
  const isBehind = newest !== undefined && newest.id !== one.newestSound?.id
  return {
    name: one.database,
    word: one.health === 'trouble' && isInDanger(one) ? 'in danger' : healthWords[one.health],
    mark: markOf(one),
    days: one.days,
    facts: [
      { label: 'newest sound', text: newestWords(one, now) },
      ...(one.newestSound ? [{ label: 'its ticket', text: one.newestSound.id }] : []),
      ...(isBehind
        ? [
            {
              label: 'newest',
              text: `${newest.id}: ${newest.word}, ${ageWords(newest.arrivedAt, now)}`,
            },
          ]
        : []),
      ...(one.fall ? [{ label: 'before the fall', text: fallWords(one.fall, now) }] : []),
      { label: 'copies', text: cameWords(one.count) },
      { label: adviceOf(one.kind).covered, text: `${covered} of the last ${one.days.length} days` },
      ...(one.checks.length > 0 ? [{ label: 'checks', text: checkWords(one) }] : []),
      {
        label: 'last drill',
        text: lastDrill
          ? `${instantWords(lastDrill.at)}, ${outcomeWords(lastDrill, one.kind)}`
          : 'none yet',
      },
      {
        label: 'kept',
        text: `${copiesWords(one.copies)}, ${sizeWords(one.sizeBytes)}; ${goneWords(one)}`,
      },
      { label: 'policy', text: one.policy },
      ...(one.brake === undefined ? [] : [{ label: 'held back', text: one.brake }]),
      ...(one.leaving.length > 0 ? [{ label: 'on its way out', text: leavingWords(one) }] : []),
    ],
    troubles: one.troubles.map(troubleWords),
  }
}

const headlineOf = ({ isCalm, databases, others, count, troubles }: Digest): string => {
  const bad = databases.filter((one) => !isWell(one)).length + others.unwell
  const number = databases.length + others.databases
  if (number === 0) return 'No database has been backed up yet.'
  if (bad > 0)
    return `${bad} of ${countWords(number, 'database')} ${bad === 1 ? 'needs' : 'need'} you.`
  if (!isCalm)
    return `The databases are sound; ${troubles[0]?.what ?? 'an alert was not delivered'}.`
  const all =
    number === 1
      ? 'The database is'
      : number === 2
        ? 'Both databases are'
        : `All ${number} databases are`
  return count.came === 0 ? `${all} sound; nothing new came.` : `${all} sound.`
}

const tilesOf = (digest: Digest, days: string): Told['tiles'] => {
  const { count, drills, channels } = digest
  const rate = passRate(count)
  const proven = drills.filter(({ outcome }) => outcome === 'proven')
  const longest = Math.max(...proven.map(({ tookMs }) => tookMs))
  const open = digest.open.filter(({ held }) => !held).length
  const held = digest.open.length - open
  return [
    {
      figure: rate === undefined ? '–' : `${rate} %`,
      label: 'passed',
      note: cameWords(count),
    },
    {
      figure: sizeWords(digest.sizeBytes),
      label: `in ${copiesWords(digest.copies)}`,
      note: `${signed(digest.sizeDelta, sizeWords)} in ${days}; ${goneWords(digest)}`,
    },
    {
      figure: `${proven.length} of ${drills.length}`,
      label: 'drills proven',
      note: proven.length > 0 ? `the longest took ${durationWords(longest)}` : 'none in this time',
    },
    {
      figure: String(open),
      label: open === 1 ? 'open alert' : 'open alerts',
      note: [
        ...(held > 0 ? [`${held} held open`] : []),
        channels.length === 0 ? 'nobody is told' : `told to ${someOf(channels)}`,
      ].join('; '),
    },
  ]
}

const countedWords = ({ databases, others }: Digest): string =>
  others.databases === 0
    ? ''
    : ` What came, went and was opened is that of the ${databases.length} databases that need you most; of ${others.databases} others their copies are counted.`

export const toldOf = (digest: Digest): Told => {
  const { since, until } = digest.span
  const days = spanWords(Math.round((until.getTime() - since.getTime()) / hourMs) * hourMs)
  const headline = headlineOf(digest)
  const { whole, briefs, more } = partedOf(digest)
  return {
    subject: `Backups: ${headline.charAt(0).toLowerCase()}${headline.slice(1).replace(/\.$/, '')} (${digest.installation})`,
    installation: digest.installation,
    headline,
    mark: digest.isCalm ? 'good' : digest.databases.some(isInDanger) ? 'bad' : 'late',
    period: `${instantWords(since.toISOString())} to ${instantWords(until.toISOString())}`,
    tiles: tilesOf(digest, days),
    troubles: digest.troubles.map(troubleWords),
    databases: whole.map((one) => databaseWords(one, until)),
    briefs,
    more,
    lists: listsOf(digest),
    advice: digest.advice,
    footer: `Snapproof ${digest.version} opened ${copiesWords(digest.opened)} of ${digest.installation} in ${days}, which took ${durationWords(digest.openedMs)}. Times are UTC; sizes are compared with the newest sound copy from before.${countedWords(digest)} What is stored costs ${priceWords(digest.sizeBytes)} ${pricesWords}. ${runningWords(digest.running)} Written ${instantWords(until.toISOString())}.`,
  }
}
