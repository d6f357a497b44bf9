/** Is more stored of it than `maxStoredBytes` says, or will its policy come to that within a year? */
import type { Outlook } from '../keeping/outlook'
import { dayMs } from '../plain/time-units'
import { countWords, sizeWords } from '../plain/wording'

import { operatorCommand, troubleOf } from './trouble'
import type { Asked, Trouble } from './trouble'

const whatOf = (
  sizeBytes: number,
  outlook: Outlook | undefined,
  { limitBytes }: { limitBytes: number },
): string => {
  const limit = sizeWords(limitBytes)
  if (sizeBytes > limitBytes)
    return `its copies take ${sizeWords(sizeBytes)}, more than the ${limit} they may`
  return outlook && outlook.sizeBytes > limitBytes
    ? `its copies will take about ${sizeWords(outlook.sizeBytes)} in a year, more than the ${limit} they may`
    : `its copies take ${sizeWords(sizeBytes)} of the ${limit} they may`
}

export const crowded = ({ database, state }: Asked): Trouble[] => {
  const { budget, outlook, sizeBytes, copies } = state
  if (!budget) return []
  const inAll = (count: number, bytes: number) =>
    `${countWords(count, 'copy', 'copies')}, ${sizeWords(bytes)}`
  return [
    troubleOf({
      kind: 'stored.many',
      severity: 'warning',
      database,
      since: budget.since,
      what: whatOf(sizeBytes, outlook, budget),
      facts: [
        { label: 'stored now', text: inAll(copies, sizeBytes) },
        ...(outlook
          ? [{ label: 'in a year', text: `about ${inAll(outlook.copies, outlook.sizeBytes)}` }]
          : []),
        { label: 'maxStoredBytes', text: sizeWords(budget.limitBytes) },
      ],
      meaning:
        'Nothing is deleted for it and no copy is refused: keep alone says which copies go, and the last ones never do.',
      nextStep: {
        text: 'Look at what is kept, and why; keep fewer by keep of it in lib/databases.ts, and deploy again. On your own machine:',
        command: operatorCommand(`plan ${database}`),
        otherwise: {
          text: 'Raise maxStoredBytes of it in lib/databases.ts, and deploy again.',
        },
      },
      // What the next night lets go of passes by itself.
      graceMs: dayMs,
    }),
  ]
}
