/**
 * What is to be said of the live thing behind a copy, and how is it asked? Of what a host pushes, which
 * `restore.sh` brings back: a kind that nobody pushes says all of it in its own words.
 */
import { countWords } from '../plain/wording'
import { acceptCommand, hostCommand, manyWords, operatorCommand } from '../troubles/trouble'

import type { Advice } from './kind'

export const pushed: Advice = {
  live: 'the live database',
  untouched: 'The live database is not touched by it.',
  unmetNote:
    'It is whole: nothing speaks against its bytes. It is not what lib/databases.ts expects, so that it is handed out only to whoever names it.',
  unit: () => ['row', 'rows'],
  drill: {
    name: 'Practice restore',
    done: 'restored',
    proven: (from) => `restored${from}, opened and compared`,
    provenBriefly: (from) => `restored${from} and read`,
    time: 'Time to restore',
    none: 'No practice restore yet.',
  },
  covered: 'restorable',
  reach: 'Each day, week and month leads to the copy that a restore to its end would take.',
  countedAll: (rows) =>
    countWords(
      Object.values(rows).reduce((sum, count) => sum + count, 0),
      'row',
    ),
  otherCounts: 'The restored file has other row counts than the copy had.',
  first: (database) => ({
    text: 'Run this on your own machine. It sets the Droplet up, and takes the first copy:',
    command: operatorCommand(`enroll ${database} --ssh root@HOST`),
  }),
  never: (database) => ({
    what: 'the first backup is overdue',
    meaning: 'Nothing of what the app writes is in any backup.',
    nextStep: {
      text: 'Set the Droplet up. On your own machine, this prints what to paste there:',
      command: operatorCommand(`enroll ${database}`),
      otherwise: {
        text: 'If no backup is wanted, take the database out of lib/databases.ts and deploy again.',
      },
    },
  }),
  late: (database) => ({
    what: 'the backup is late',
    meaning: 'Whatever the app has written since the last copy is in no backup.',
    nextStep: {
      text: 'Run the push by hand on the Droplet and read what it says:',
      command: hostCommand('push.sh -v', database),
      otherwise: {
        text: "If the database is retired, set expectEvery: 'off' for it in lib/databases.ts and deploy again.",
      },
    },
  }),
  damaged: ({ database, isSomethingLeft }) => ({
    what: 'the newest copy is damaged',
    meaning: isSomethingLeft
      ? 'The live database may be damaged too. The copies before this one are untouched, and nothing is deleted while this lasts.'
      : 'The live database may be damaged too, and there is no sound copy to go back to.',
    nextStep: {
      text: 'Ask the live database. This says what it found, and what to do next; on the Droplet:',
      command: hostCommand('push.sh --check', database),
    },
  }),
  changed: (database) => ({
    text: 'Take a new copy at once; then find out who may write to the bucket, and ask the provider. On the Droplet:',
    command: hostCommand('push.sh -v', database),
  }),
  nothingLeft: 'There is no sound copy to go back to.',
  unmet: ({ database, copy, isSomethingLeft }) => ({
    what: 'the newest copy is not what is expected',
    meaning: `The copy is whole: nothing speaks against its bytes. It is not handed out unasked, and ${
      isSomethingLeft ? 'the copies before it are kept' : 'there is no other to go back to'
    }.`,
    nextStep: {
      text: 'If nobody changed the app or its database, look at what has changed; on the Droplet:',
      command: hostCommand('restore.sh --list', database),
      otherwise: {
        text: 'After a migration, change lib/databases.ts and deploy again: the copies are then judged anew by themselves. To let this one copy count as it is, on your own machine:',
        command: acceptCommand(copy),
      },
    },
  }),
  missing: (database, count) => ({
    what:
      count === 1
        ? 'an upload was announced and never came'
        : `${manyWords(count, 'upload')} were announced and never came`,
    meaning: 'The Droplet took a copy and could not send it, or sent something else.',
    nextStep: {
      text: 'Run the push by hand on the Droplet and read what it says:',
      command: hostCommand('push.sh -v', database),
    },
  }),
  gone: (database) => ({
    text: 'Find out who holds a key to the bucket, and take a new copy at once; on the Droplet:',
    command: hostCommand('push.sh -v', database),
  }),
  fallen: ({ database, before, copy, tables }) => ({
    what: fallWords(tables),
    meaning:
      'The file itself is sound: something removed them from the live database, and every copy since then lacks them too.',
    nextStep: {
      text: 'If nobody meant it, stop the app and bring back the copy from before; what was written since is not in it. On the Droplet:',
      command: hostCommand(`restore.sh --at ${before}`, database),
      otherwise: {
        text: 'Say so on your own machine; from then on it is expected to be as it is:',
        command: acceptCommand(copy),
      },
    },
  }),
  nothingOfIt: 'the table is gone',
  leaving: 'After that no copy holds what has gone.',
  stale: 'the newest copy holds nothing fresh',
  trueToIt: 'The copy itself is sound, and true to what stood in the database.',
  empty: (days) => ({
    what: `not one copy of the last ${days} days holds a row`,
    meaning: 'A database without rows is kept with care, and would bring nothing back.',
  }),
  same: 'The host looks at it every time, and finds the same bytes: the app may be writing elsewhere.',
  still: (database) =>
    `Check that the app writes to the file that SNAPPROOF_FILE names in /etc/snapproof/${database}.env. If nothing is to change in it any more, set expectEvery: 'off' for it in lib/databases.ts and deploy again.`,
  hurried:
    'Look on the Droplet how often cron pushes. If it is not that, somebody else holds its token: revoke the key id in it (SNAPPROOF_REVOKED_KEYS), deploy, and enrol the Droplet anew.',
}

const fallWords = (tables: Parameters<Advice['fallen']>[0]['tables']): string => {
  const all = Object.entries(tables)
  const [first] = all
  if (!first || all.length > 1) return `rows are gone from ${countWords(all.length, 'table')}`
  const [table, { had, has }] = first
  if (has === undefined) return `the table ${table} is gone, with ${countWords(had, 'row')}`
  return `${table} has lost ${had - has} of ${countWords(had, 'row')}`
}
