/** Rows or tables are gone that somebody would miss: which, and which copy still has them? */
import { ageWords, countWords, instantWords } from '../plain/wording'

import { acceptCommand, operatorCommand, troubleOf } from './trouble'
import type { Asked, Trouble } from './trouble'

export const fallen = ({ database, state, now, advice }: Asked): Trouble[] => {
  const { fall, lastChance, newestSound } = state
  if (!fall) return []
  const copy = newestSound?.id ?? fall.since
  const counts = Object.entries(fall.tables).map(([table, { had, has }]) => ({
    label: table,
    text: `${countWords(had, ...advice.unit(table))} before, ${has === undefined ? advice.nothingOfIt : `${has} now`}`,
  }))
  const before = { label: 'from before', text: `${fall.before}, ${ageWords(fall.beforeAt, now)}` }
  const found = [
    troubleOf({
      kind: 'rows.collapsed',
      severity: 'error',
      database,
      since: fall.sinceAt,
      copy,
      ...advice.fallen({ ...fall, database, copy }),
      facts: [...counts.slice(0, 5), before, { label: 'first missed in', text: fall.since }],
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
        { label: 'is deleted', text: instantWords(lastChance.goesAt) },
        ...counts.slice(0, 3),
      ],
      meaning: advice.leaving,
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
