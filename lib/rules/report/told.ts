import { heardWords, standingWords } from '../alerts/open-incidents'
import { spanWords } from '../keeping/periods'
import { isWell } from './digest'
import type { Digest } from './digest'
import type { Advice } from './advice'
import { passRate } from './history'
import {
  cameWords,
  copiesWords,
  databaseWords,
  goneWords,
  outcomeWords,
  signed,
  troubleWords,
} from './words'
import type { Mark, ToldDatabase, ToldTrouble } from './words'
import { someOf } from '../troubles/trouble'
import { countWords, durationWords, instantWords, sizeWords } from '../plain/wording'
import { hourMs } from '../plain/time-units'

/**
 * How is a digest said? Once, for the text and for the page, and what needs somebody stands first.
 */
export type Told = {
  subject: string
  installation: string
  headline: string
  isCalm: boolean
  period: string
  tiles: { figure: string; label: string; note: string }[]
  /** What is wrong with the installation, and not with one database. */
  troubles: ToldTrouble[]
  databases: ToldDatabase[]
  /** How many well databases there was no room for. */
  more: number
  lists: { heading: string; rows: { mark: Mark; text: string; note: string }[] }[]
  advice: Advice[]
  footer: string
}

/** A mail has room for so many in detail, and a person reads fewer. */
const databasesAtMost = 40
const rowsAtMost = 20

const headlineOf = ({ isCalm, databases, count, troubles }: Digest): string => {
  const bad = databases.filter((one) => !isWell(one)).length
  if (databases.length === 0) return 'No database has been backed up yet.'
  if (bad > 0)
    return `${bad} of ${countWords(databases.length, 'database')} ${bad === 1 ? 'needs' : 'need'} you.`
  if (!isCalm)
    return `The databases are sound; ${troubles[0]?.what ?? 'an alert was not delivered'}.`
  const all =
    databases.length === 1
      ? 'The database is'
      : databases.length === 2
        ? 'Both databases are'
        : `All ${databases.length} databases are`
  return count.came === 0 ? `${all} sound; nothing new came.` : `${all} sound.`
}

const tilesOf = (digest: Digest, days: string): Told['tiles'] => {
  const { count, drills, channels } = digest
  const rate = passRate(count)
  const proven = drills.filter(({ outcome }) => outcome === 'proven')
  const longest = Math.max(0, ...proven.map(({ tookMs }) => tookMs))
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

const listsOf = (digest: Digest): Told['lists'] => {
  const { drills, rings, undelivered, spared, databases } = digest
  const lists: Told['lists'] = [
    {
      heading: 'Drills',
      rows: [
        ...drills.toReversed().map((drill) => ({
          mark: ({ proven: 'good', failed: 'bad', undone: 'open' } as const)[drill.outcome],
          text: `${drill.id}, ${sizeWords(drill.sizeBytes)}`,
          note: outcomeWords(drill),
        })),
        ...rings.map(({ name, isHeard, detail }) => ({
          mark: isHeard ? ('good' as const) : ('bad' as const),
          text: `alarm rung on purpose: ${name}`,
          note: detail,
        })),
      ],
    },
    {
      heading: 'Copies set apart',
      rows: databases
        .flatMap((one) => one.setApart)
        .map(({ id, word, remarks }) => ({
          mark: word === 'failed' ? ('bad' as const) : ('open' as const),
          text: `${id}: ${word}`,
          note: remarks.find(({ outcome }) => outcome === word)?.detail ?? '',
        })),
    },
    {
      heading: 'Spared by retention',
      rows: spared.map(({ id, why }) => ({ mark: 'open' as const, text: id, note: why })),
    },
    {
      heading: 'Alerts',
      rows: [
        ...digest.open.map((one) => ({
          mark: one.held ? ('open' as const) : ('bad' as const),
          text: `${one.database === undefined ? '' : `${one.database}: `}${one.what}`,
          note: `${standingWords(one)}, began ${instantWords(one.since)}, ${heardWords(one, digest.span.until)}`,
        })),
        ...digest.over.map(({ database, what, since }) => ({
          mark: 'good' as const,
          text: `${database === undefined ? '' : `${database}: `}${what}`,
          note: `over, began ${instantWords(since)}`,
        })),
        ...undelivered.map(({ channel, why, since }) => ({
          mark: 'bad' as const,
          text: `not delivered to ${channel}`,
          note: `${why}, since ${instantWords(since)}`,
        })),
      ],
    },
  ]
  return lists.flatMap(({ heading, rows }) => {
    const more = rows.length - rowsAtMost
    const shown = rows.slice(0, rowsAtMost)
    if (more > 0) shown.push({ mark: 'open', text: `and ${more} more`, note: '' })
    return shown.length === 0 ? [] : [{ heading, rows: shown }]
  })
}

export const toldOf = (digest: Digest): Told => {
  const { since, until } = digest.span
  const days = spanWords(Math.round((until.getTime() - since.getTime()) / hourMs) * hourMs)
  const headline = headlineOf(digest)
  const shown = digest.databases.slice(0, databasesAtMost)
  return {
    subject: `Backups: ${headline.charAt(0).toLowerCase()}${headline.slice(1).replace(/\.$/, '')} (${digest.installation})`,
    installation: digest.installation,
    headline,
    isCalm: digest.isCalm,
    period: `${instantWords(since.toISOString())} to ${instantWords(until.toISOString())}`,
    tiles: tilesOf(digest, days),
    troubles: digest.troubles.map(troubleWords),
    databases: shown.map((one) => databaseWords(one, until)),
    more: digest.databases.length - shown.length,
    lists: listsOf(digest),
    advice: digest.advice,
    footer: `Snapproof ${digest.version} opened ${copiesWords(digest.opened)} of ${digest.installation} in ${days}, which took ${durationWords(digest.openedMs)}. Times are UTC; sizes are compared with the newest sound copy from before. Written ${instantWords(until.toISOString())}.`,
  }
}
