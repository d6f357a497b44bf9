/** Rows or tables are gone that somebody would miss: which, and which copy still has them? */
import type { Fall } from '../fall/fall'
import { ageWords, countWords, instantWords } from '../plain/wording'

import { acceptCommand, hostCommand, operatorCommand, troubleOf } from './trouble'
import type { Asked, Trouble } from './trouble'

const fallWords = ({ tables }: Fall): string => {
  const all = Object.entries(tables)
  const [first] = all
  if (!first || all.length > 1) return `rows are gone from ${countWords(all.length, 'table')}`
  const [table, { had, has }] = first
  if (has === undefined) return `the table ${table} is gone, with ${countWords(had, 'row')}`
  return `${table} has lost ${had - has} of ${countWords(had, 'row')}`
}

export const fallen = ({ database, state, now }: Asked): Trouble[] => {
  const { fall, lastChance, newestSound } = state
  if (!fall) return []
  const copy = newestSound?.id ?? fall.since
  const counts = Object.entries(fall.tables).map(([table, { had, has }]) => ({
    label: table,
    text: `${countWords(had, 'row')} before, ${has === undefined ? 'the table is gone' : `${has} now`}`,
  }))
  const before = { label: 'from before', text: `${fall.before}, ${ageWords(fall.beforeAt, now)}` }
  const back = hostCommand(`restore.sh --at ${fall.before}`, database)
  const found = [
    troubleOf({
      kind: 'rows.collapsed',
      severity: 'error',
      database,
      since: fall.sinceAt,
      copy,
      what: fallWords(fall),
      facts: [...counts.slice(0, 5), before, { label: 'first missed in', text: fall.since }],
      meaning:
        'The file itself is sound: something removed them from the live database, and every copy since then lacks them too.',
      nextStep: {
        text: 'If nobody meant it, stop the app and bring back the copy from before; what was written since is not in it. On the Droplet:',
        command: back,
        otherwise: {
          text: 'Say so on your own machine; from then on it is expected to be as it is:',
          command: acceptCommand(copy),
        },
      },
    }),
  ]
  if (!lastChance) return found
  return [
    ...found,
    troubleOf({
      kind: 'rows.leaving',
      severity: 'critical',
      database,
      since: now.toISOString(),
      copy,
      what: 'the last copy from before the loss is about to go',
      facts: [
        { label: 'last chance', text: lastChance.id },
        { label: 'is let go', text: instantWords(lastChance.goesAt) },
        ...counts.slice(0, 3),
      ],
      meaning: 'After that no copy holds what has gone.',
      nextStep: {
        text: 'To keep that copy for good, on your own machine:',
        command: operatorCommand(`pin ${lastChance.id}`),
        otherwise: {
          text: 'If what has gone was to go, say so on your own machine:',
          command: acceptCommand(copy),
        },
      },
    }),
  ]
}
