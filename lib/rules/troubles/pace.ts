/** Do more copies come than ever did, or more than an hour has tickets for? And what of those from before? */
import { countWords, instantWords } from '../plain/wording'
import type { Pace } from '../watching/pace'

import { operatorCommand, troubleOf } from './trouble'
import type { Asked, Trouble } from './trouble'

const whatOf = ({ inDay, usual, limit }: Pace): string =>
  usual === undefined
    ? `all ${limit} tickets of an hour were taken`
    : `${inDay} copies came within a day, where ${usual} ${usual === 1 ? 'is' : 'are'} usual`

const leftWords = ({ before, inWeek, inFourWeeks }: Pace): string =>
  `${countWords(before, 'sound copy', 'sound copies')} now, ${inWeek} in a week, ${inFourWeeks} in four weeks`

export const hurried = ({ database, state: { pace }, advice }: Asked): Trouble[] => {
  if (!pace) return []
  const { since, inDay, usual, fullAt, limit, newestBefore } = pace
  const setting = usual === undefined ? 'ticketsPerHour' : 'expectEvery'
  const meant = {
    text: `Set ${setting} of it in lib/databases.ts by the pace that is right, and deploy again.`,
  }
  return [
    troubleOf({
      kind: 'copies.many',
      severity: 'warning',
      database,
      since,
      what: whatOf(pace),
      facts: [
        { label: 'within a day', text: countWords(inDay, 'copy', 'copies') },
        ...(fullAt === undefined
          ? []
          : [{ label: 'tickets', text: `all ${limit} of an hour, ${instantWords(fullAt)}` }]),
        { label: 'from before', text: leftWords(pace) },
      ],
      meaning: `Retention counts these copies like any others, and a restore gives the newest.${
        fullAt === undefined
          ? ''
          : ' Who asks for more within the hour is refused, the right host too.'
      }`,
      nextStep:
        newestBefore === undefined
          ? { text: advice.hurried, otherwise: meant }
          : {
              text: `${advice.hurried} To keep the newest copy from before for good, on your own machine:`,
              command: operatorCommand(`pin ${newestBefore}`),
              otherwise: meant,
            },
    }),
  ]
}
