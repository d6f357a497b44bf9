/**
 * What is to be said of the app's own objects, and what can be done, where an inventory tells of trouble?
 * Nobody pushes one and nothing is restored from one: the watch takes it, and it says what to look at.
 */
import { countWords } from '../../plain/wording'
import { acceptCommand, manyWords, operatorCommand } from '../../troubles/trouble'
import type { Advice } from '../kind'

const askDoctor = operatorCommand('doctor')

const takenBy =
  'The watch takes it by itself, and has not: it does not run, or it cannot list or read the app’s bucket. This looks at both, on your own machine:'

const takesAnother =
  'The watch takes the next inventory by itself; whether it can, this says on your own machine:'

const entries = / entries$/

/** Of a collection of lists, the entries are counted beside the objects. */
const unit: Advice['unit'] = (name) => {
  if (name === undefined) return ['object or entry', 'objects and entries']
  return entries.test(name) ? ['entry', 'entries'] : ['object', 'objects']
}

const fallWords = (tables: Parameters<Advice['fallen']>[0]['tables']): string => {
  const all = Object.entries(tables)
  const [first] = all
  if (!first || all.length > 1)
    return `objects or entries are gone from ${countWords(
      new Set(all.map(([name]) => name.replace(entries, ''))).size,
      'collection',
    )}`
  const [name, { had, has = 0 }] = first
  return `${had - has} of ${countWords(had, ...unit(name))} are gone from ${name.replace(entries, '')}`
}

export const advice: Advice = {
  live: 'the app’s objects',
  untouched: 'The app’s objects are not touched by it.',
  insteadOfBack:
    'An inventory brings nothing back by itself: it says which of the app’s objects there were and what each list held. What is lost comes back object by object: by npx snapproof fetch KEY, where keepContents is set in lib/databases.ts; from the versions of the app’s bucket, if it keeps any; or from where the app had it.',
  unmetNote:
    'It is whole, and tells the app’s objects as they were. They were not what lib/databases.ts expects.',
  unit,
  drill: {
    name: 'Sample read again',
    done: 'read again',
    proven: (from) => `opened${from} and compared, and a sample of the objects read again`,
    provenBriefly: (from) => `read again${from} and compared`,
    time: 'Time to read again',
    none: 'No sample was read again yet.',
  },
  covered: 'covered',
  reach:
    'Each day, week and month leads to the inventory that tells how the objects were at its end.',
  countedAll: (rows) => {
    const sumOf = (isEntry: boolean) =>
      Object.entries(rows).reduce(
        (sum, [name, count]) => (entries.test(name) === isEntry ? sum + count : sum),
        0,
      )
    const inLists = sumOf(true)
    const objects = countWords(sumOf(false), 'object')
    return inLists === 0 ? objects : `${objects}, ${countWords(inLists, 'entry', 'entries')}`
  },
  otherCounts: 'The restored inventory counts other objects or entries than it did.',
  first: () => ({
    text: 'The watch takes the first inventory by itself, within minutes. Whether it can, this says on your own machine:',
    command: askDoctor,
  }),
  never: () => ({
    what: 'the first inventory is overdue',
    meaning: 'Nobody looks at the app’s objects yet: what goes missing among them is not noticed.',
    nextStep: {
      text: takenBy,
      command: askDoctor,
      otherwise: {
        text: 'If no inventory is wanted, take it out of lib/databases.ts and deploy again.',
      },
    },
  }),
  late: () => ({
    what: 'the inventory is late',
    meaning:
      'What has gone from the app’s objects since the last inventory is not noticed. The objects themselves are not touched by it.',
    nextStep: {
      text: takenBy,
      command: askDoctor,
      otherwise: {
        text: "If lib/databases.ts does not name it any more, nobody takes it: name it again; if no inventory is wanted, with expectEvery: 'off'. Then deploy again.",
      },
    },
  }),
  damaged: ({ isSomethingLeft }) => ({
    what: 'the newest inventory is damaged',
    meaning: `It speaks of the stored inventory, and not of the app’s objects: those are only read. ${
      isSomethingLeft
        ? 'The inventories before this one are untouched, and nothing is deleted while this lasts.'
        : 'Until the next one no inventory says how the objects were.'
    }`,
    nextStep: {
      text: `Find out who may write to the bucket of the backups: the watch writes an inventory once, and nobody else does. ${takesAnother}`,
      command: askDoctor,
    },
  }),
  changed: () => ({
    text: `Find out who may write to the bucket of the backups, and ask the provider. ${takesAnother}`,
    command: askDoctor,
  }),
  nothingLeft: 'There is no sound inventory besides.',
  unmet: ({ database, copy, mend }) => ({
    what: 'the app’s objects are not as expected',
    meaning:
      'The newest inventory is whole, and tells them as they are. Each that follows says so again until they are as expected.',
    nextStep: {
      text: `${mend ?? 'Look at the objects that are named, and at what wrote them last.'} Every inventory with what came and went, on your own machine:`,
      command: operatorCommand(`list ${database}`),
      otherwise: {
        text: 'After a change of the app, change lib/databases.ts and deploy again: the inventories are then judged anew by themselves. To let this one count as it is, on your own machine:',
        command: acceptCommand(copy),
      },
    },
  }),
  missing: (_, count) => ({
    what:
      count === 1
        ? 'an inventory was announced and never stored'
        : `${manyWords(count, 'inventory', 'inventories')} were announced and never stored`,
    meaning:
      'The watch could not write into the bucket of the backups what it had taken, or was ended before.',
    nextStep: {
      text: `If it comes again, look at who may write to the bucket of the backups. ${takesAnother}`,
      command: askDoctor,
    },
  }),
  gone: () => ({
    text: `Find out who holds a key to the bucket of the backups. ${takesAnother}`,
    command: askDoctor,
  }),
  fallen: ({ before, copy, tables }) => ({
    what: fallWords(tables),
    meaning:
      'The inventories are sound: something removed them from the app’s bucket, and every inventory since then lacks them too.',
    nextStep: {
      text: 'If nobody meant it, find out what removes them, and stop it. What is lost comes back object by object: by npx snapproof fetch KEY, where keepContents is set in lib/databases.ts; from the versions of the app’s bucket, if it keeps any; or from where the app had it. The counts of then and now, on your own machine:',
      command: operatorCommand(`diff ${before} ${copy}`),
      otherwise: {
        text: 'Say so on your own machine; from then on it is expected to be as it is:',
        command: acceptCommand(copy),
      },
    },
  }),
  nothingOfIt: 'none are told of now',
  leaving: 'After that no inventory says what was there.',
  stale: 'not all of the app’s objects were written to in time',
  trueToIt: 'The inventory itself is sound, and true to what stood in the app’s bucket.',
  empty: (days) => ({
    what: `not one inventory of the last ${days} days names an object`,
    meaning:
      'Either the app writes nothing, or it writes elsewhere than lib/databases.ts says: nothing that goes missing would be noticed.',
  }),
  same: 'The watch looks at the objects every time, and finds the same ones: the app may be writing elsewhere.',
  still: () =>
    "Check that the app writes to this bucket, under the keys that objects in lib/databases.ts names. If nothing is to change there any more, set expectEvery: 'off' for it and deploy again.",
  hurried:
    'Look at expectEvery of it in lib/databases.ts: the watch takes an inventory so often. If it is not that, somebody else writes into the bucket of the backups: find out who holds a key to it.',
}
