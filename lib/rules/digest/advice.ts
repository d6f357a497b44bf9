/**
 * What would make the backups better, though nothing is wrong today? Troubles say what to do by
 * themselves; this is what no alert tells.
 */
import { dayMs } from '../plain/time-units'
import { sizeWords } from '../plain/wording'
import { acceptCommand, operatorCommand, someOf } from '../troubles/trouble'

import type { DatabaseDigest } from './database'
import type { Span } from './span'

export type Advice = { text: string; command?: string }

/** What of a digest advice is given on. */
type Digest = { span: Span; channels: readonly string[]; databases: readonly DatabaseDigest[] }

export type Known = {
  /** Databases of which lib/databases.ts expects no tables and no rows. */
  unnamed: readonly string[]
  watch: { ranAt: string | undefined; isSilent: boolean }
  alarmProvenAt: string | undefined
}

/** Drills come every week: one that is older than two was left out. */
const drillsWithinMs = 14 * dayMs

/** From then on a database that has one or two sound copies is not simply new. */
const newForMs = 3 * dayMs
const fewAtMost = 2

const grownBy = 2
const grownLeastBytes = 10 * 1024 ** 2

const named = (some: readonly { database: string }[]): string =>
  someOf(some.map(({ database }) => database))

const isOlder = (at: string | undefined, ms: number, { span }: Digest): boolean =>
  at === undefined || span.until.getTime() - Date.parse(at) > ms

const channels = (digest: Digest): Advice[] =>
  digest.channels.length > 0
    ? []
    : [
        {
          text: 'Nobody is told when something goes wrong. Set ALERTS in .env, and try it:',
          command: operatorCommand('alert-test'),
        },
      ]

const watch = (_: Digest, known: Known): Advice[] => {
  if (known.watch.ranAt !== undefined && !known.watch.isSilent) return []
  const text = 'The watch does not run, and without it nothing is told. Look at its trigger:'
  return [{ text, command: 'doctl serverless triggers list' }]
}

const alarm = (digest: Digest, { alarmProvenAt }: Known): Advice[] =>
  isOlder(alarmProvenAt, drillsWithinMs, digest)
    ? [
        {
          text: 'The alarm was not heard in the last two weeks. Ring it on purpose:',
          command: operatorCommand('drill --ring'),
        },
      ]
    : []

const drills = (digest: Digest): Advice[] => {
  const undrilled = digest.databases.filter(
    ({ newestSound, lastDrill }) =>
      newestSound !== undefined && isOlder(lastDrill?.at, drillsWithinMs, digest),
  )
  if (undrilled.length === 0) return []
  const text = `No drill in the last two weeks: ${named(undrilled)}. To rehearse it:`
  return [{ text, command: operatorCommand('drill') }]
}

const few = (digest: Digest): Advice[] => {
  const isFew = ({ copies, setApart, firstAt }: DatabaseDigest) => {
    const sound = copies - setApart.length
    return sound > 0 && sound <= fewAtMost && isOlder(firstAt, newForMs, digest)
  }
  const found = digest.databases.filter(isFew)
  if (found.length === 0) return []
  const text = `One or two sound copies are all there is: ${named(found)}. Damage that is noticed late has then nothing to go back to; push more often, or keep more in lib/databases.ts.`
  return [{ text }]
}

const unnamed = ({ databases }: Digest, known: Known): Advice[] => {
  const found = databases.filter(({ database }) => known.unnamed.includes(database))
  if (found.length === 0) return []
  const text = `lib/databases.ts names no tables and no rows: ${named(found)}. With them a copy that is whole and empty is called unmet, and nobody is handed it unasked.`
  return [{ text }]
}

const setApart = ({ databases }: Digest): Advice[] => {
  const apart = databases.flatMap((one) => one.setApart)
  const counted = (wanted: string) => apart.filter(({ word }) => word === wanted).length
  const [failed, unmet] = [counted('failed'), counted('unmet')]
  return [
    ...(failed === 0
      ? []
      : [
          {
            text: `Copies that failed stand apart (${failed}), for 30 days at most. To keep one for a closer look:`,
            command: operatorCommand('pin TICKET'),
          },
        ]),
    ...(unmet === 0
      ? []
      : [
          {
            text: `Copies that are whole and not what is expected stand apart (${unmet}). Where lib/databases.ts expects too much, change it and deploy again; to let one count as it is:`,
            command: acceptCommand('TICKET'),
          },
        ]),
  ]
}

const grown = ({ databases }: Digest): Advice[] => {
  const found = databases.flatMap(({ database, newestSound, sizeDelta }) => {
    if (!newestSound || sizeDelta === undefined) return []
    const before = newestSound.sizeBytes - sizeDelta
    const isGrown = newestSound.sizeBytes >= before * grownBy && sizeDelta >= grownLeastBytes
    return isGrown
      ? [`${database} (${sizeWords(before)}, now ${sizeWords(newestSound.sizeBytes)})`]
      : []
  })
  if (found.length === 0) return []
  return [{ text: `More than doubled: ${someOf(found)}. See that this is meant.` }]
}

export const adviceOf = (digest: Digest, known: Known): Advice[] =>
  [channels, watch, alarm, drills, few, unnamed, setApart, grown].flatMap((say) =>
    say(digest, known),
  )
