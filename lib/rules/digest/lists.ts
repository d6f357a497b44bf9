/**
 * What a digest tells in lists: drills, copies that stand apart, what retention left, and alerts. What did not
 * go well is named one by one; of what went as it should, it is enough to know how often.
 */
import { heardWords, standingWords } from '../alerts/open-incidents'
import { adviceOf } from '../kinds/kinds'
import { falling } from '../plain/order'
import { countWords, durationWords, instantWords, sizeWords } from '../plain/wording'
import { isRed } from '../watching/danger'
import { fromWords } from '../watching/drill'
import type { CopyDrill } from '../watching/drill'

import type { Digest } from './digest'
import { fullAtMost } from './parts'
import type { Mark } from './parts'

type Row = { mark: Mark; text: string; note: string }

export type List = { heading: string; rows: Row[] }

/** `kind` says in whose words. */
export const outcomeWords = (
  { outcome, tookMs, detail, place }: CopyDrill,
  kind: string | undefined,
): string => {
  const from = fromWords({ place })
  return outcome === 'proven'
    ? `${adviceOf(kind).drill.proven(from)} in ${durationWords(tookMs)}`
    : `${outcome === 'failed' ? 'failed' : 'could not be done'}${from}: ${detail}`
}

const drillMarks = { proven: 'good', failed: 'bad', undone: 'open' } as const

const drillRows = ({ drills, databases }: Digest): Row[] => {
  const newestFirst = drills.toReversed()
  const proven = newestFirst.filter(({ outcome }) => outcome === 'proven')
  const [longest] = proven.toSorted(falling(({ tookMs }) => tookMs))
  const isMany = proven.length > fullAtMost
  const each = isMany ? newestFirst.filter(({ outcome }) => outcome !== 'proven') : newestFirst
  const rowOf = (drill: CopyDrill): Row => ({
    mark: drillMarks[drill.outcome],
    text: `${drill.id}, ${sizeWords(drill.sizeBytes)}`,
    note: outcomeWords(drill, databases.find((one) => one.database === drill.database)?.kind),
  })
  if (!isMany || !longest) return each.map(rowOf)
  const { text, note } = rowOf(longest)
  const whole = `${countWords(proven.length, 'drill')} proven`
  return [...each.map(rowOf), { mark: 'good', text: whole, note: `the longest: ${text}, ${note}` }]
}

const ringRows = ({ rings }: Digest): Row[] => {
  const heard = rings.filter(({ isHeard }) => isHeard).map(({ name }) => name)
  return [
    ...rings
      .filter(({ isHeard }) => !isHeard)
      .map(({ name, detail }) => ({
        mark: 'late' as const,
        text: `the alarm was tried, and failed: ${name}`,
        note: detail,
      })),
    ...(heard.length === 0
      ? []
      : [
          {
            mark: 'good' as const,
            text: 'the alarm was tried, and did as it should',
            note: heard.join(', '),
          },
        ]),
  ]
}

const apartRows = ({ databases }: Digest): Row[] =>
  databases
    .flatMap((one) => one.setApart)
    .map(({ id, word, remarks }) => ({
      mark: word === 'failed' ? ('bad' as const) : ('open' as const),
      text: `${id}: ${word}`,
      note: remarks.find(({ outcome }) => outcome === word)?.detail ?? '',
    }))

const named = ({ database, what }: { database?: string | undefined; what: string }): string =>
  `${database === undefined ? '' : `${database}: `}${what}`

const alertRows = ({ open, over, undelivered, span }: Digest): Row[] => [
  ...open.map((one) => ({
    mark: one.held ? ('open' as const) : isRed(one) ? ('bad' as const) : ('late' as const),
    text: named(one),
    note: `${standingWords(one)}, began ${instantWords(one.since)}, ${heardWords(one, span.until)}`,
  })),
  ...over.map((one) => ({
    mark: 'good' as const,
    text: named(one),
    note: `over, began ${instantWords(one.since)}`,
  })),
  ...undelivered.map(({ channel, why, since }) => ({
    mark: 'late' as const,
    text: `not delivered to ${channel}`,
    note: `${why}, since ${instantWords(since)}`,
  })),
]

/** A person reads no more of them, and a page of paper holds them. */
const rowsAtMost = 12

export const listsOf = (digest: Digest): List[] => {
  const lists: List[] = [
    { heading: 'Drills', rows: [...drillRows(digest), ...ringRows(digest)] },
    { heading: 'Copies set apart', rows: apartRows(digest) },
    {
      heading: 'Spared by retention',
      rows: digest.spared.map(({ id, why }) => ({ mark: 'open', text: id, note: why })),
    },
    { heading: 'Alerts', rows: alertRows(digest) },
  ]
  return lists.flatMap(({ heading, rows }) => {
    const more = rows.length - rowsAtMost
    const shown = rows.slice(0, rowsAtMost)
    if (more > 0) shown.push({ mark: 'open', text: `and ${more} more`, note: '' })
    return shown.length === 0 ? [] : [{ heading, rows: shown }]
  })
}
