/**
 * A bad week: twelve disasters, each as it comes. Of each the first sentence that a person reads, the
 * command that is named, typed as it was printed, and what it brought back.
 */
import { closeSync, copyFileSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import path from 'node:path'

import type { Alert } from '../../lib/rules/alerts/alert'
import type { DatabaseSettings } from '../../lib/rules/settings/databases'

import type { Cloud, Ended, Told } from './cloud'

export type Line = {
  disaster: string
  /** What push.sh said, in one line; what the mail says; what the page says first. */
  push: string
  subject: string
  page: string
  command: string
  broughtBack: string
  /** What did not hold, each a sentence. */
  wrong: string[]
}

export type Scene = {
  disaster: string
  settings?: DatabaseSettings
  play(cloud: Cloud, report: Report): Promise<void>
}

export type Report = {
  line: Line
  check(holds: boolean, what: string): void
  push(ended: Ended): void
  told(told: Told): void
  typed(command: string | undefined, ended: Ended | undefined): void
}

export const reportOf = (disaster: string): Report => {
  const line: Line = {
    disaster,
    push: '',
    subject: '',
    page: '',
    command: '',
    broughtBack: '',
    wrong: [],
  }
  return {
    line,
    check: (holds, what) => void (holds || line.wrong.push(what)),
    push: ({ text }) => void (line.push ||= text.split('\n')[0]?.replace(/^push\.sh: /, '') ?? ''),
    told: ({ subject, page }) => {
      line.subject ||= subject
      line.page ||= page
    },
    typed: (command, ended) => {
      line.command ||= command ?? ''
      if (ended && ended.code !== 0)
        line.wrong.push(`${command} ended with ${ended.code}: ${ended.text}`)
    },
  }
}

const ordersFrom = (count: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
   INSERT INTO orders(id, customer, total) SELECT i, 1 + i % 3, i * 7 % 991 FROM n;`

const makeShop = (cloud: Cloud): void => {
  cloud.sql(`CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), total INTEGER);
    INSERT INTO customers VALUES (1, 'ann'), (2, 'bob'), (3, 'cid');
    ${ordersFrom(6181)}`)
}

const alertOf = ({ alerts }: Told, kind: string): Alert | undefined =>
  alerts.find((alert) => alert.kind === kind && alert.status === 'firing')

/** A healthy shop with one proven copy; what stood in it then. */
const begin = async (cloud: Cloud, report: Report): Promise<string> => {
  makeShop(cloud)
  const pushed = await cloud.push()
  report.check(pushed.code === 0 && pushed.text === '', `the first push: ${pushed.text}`)
  const { alerts, page } = await cloud.watch()
  report.check(alerts.length === 0, 'a healthy database raises nothing')
  report.check(page.includes('is safe'), `the page is green: ${page}`)
  return cloud.rows()
}

/** Every command of an alert, typed; the one that brings rows back is the last. */
const followed = async (
  cloud: Cloud,
  report: Report,
  { command, before }: { command: string | undefined; before: string },
): Promise<void> => {
  report.check(command !== undefined, 'a command is named')
  if (command === undefined) return
  report.typed(command, await cloud.type(command))
  const isBack = cloud.rows() === before
  report.check(isBack, 'the rows from before are back, each as it was')
  report.line.broughtBack = isBack
    ? `all ${before.split('\n').length} rows from before`
    : 'not the rows from before'
}

/** After the mend the same database is pushed again, and everything is well. */
const endsWell = async (cloud: Cloud, report: Report): Promise<void> => {
  cloud.sql(`INSERT INTO customers VALUES (NULL, 'new')`)
  const pushed = await cloud.push()
  report.check(pushed.code === 0, `the next push is sound: ${pushed.text}`)
  const { page } = await cloud.watch()
  report.check(page.includes('is safe'), `the page is green again: ${page}`)
}

/** A page in the middle of a table becomes noise. */
const spoil = (file: string): void => {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, 4096 * 5)
  closeSync(handle)
}

const fall = async (
  cloud: Cloud,
  report: Report,
  { before, pushes, lose }: { before: string; pushes: number; lose(round: number): void },
): Promise<void> => {
  let told: Told | undefined
  for (let round = 0; round < pushes; round += 1) {
    lose(round)
    report.push(await cloud.push())
    const now = await cloud.watch()
    report.check(
      told === undefined || alertOf(now, 'rows.collapsed') === undefined,
      'it is told once',
    )
    if (alertOf(now, 'rows.collapsed')) told = now
    if (told) report.check(!now.page.includes('is safe'), `the page is not green: ${now.page}`)
  }
  report.check(told !== undefined, 'the fall is told')
  if (!told) return
  report.told(told)
  const alert = alertOf(told, 'rows.collapsed')
  const unasked = await cloud.type('restore.sh /etc/snapproof/shop.env')
  report.check(unasked.code === 2, 'without a terminal the emptied copy is not restored unasked')
  await followed(cloud, report, { command: alert?.nextStep.command, before })
  await endsWell(cloud, report)
}

const wholeOf = (cloud: Cloud): void => {
  cloud.sql('ALTER TABLE orders RENAME COLUMN total TO amount')
}

export const scenes: readonly Scene[] = [
  {
    disaster: 'damage: a page of the live file is overwritten',
    play: async (cloud, report) => {
      const before = await begin(cloud, report)
      spoil(cloud.file)
      const pushed = await cloud.push()
      report.push(pushed)
      report.check(pushed.code === 1, 'push.sh exits 1')
      const told = await cloud.watch()
      report.told(told)
      const alert = alertOf(told, 'verify.failed')
      const asked = await cloud.type(alert?.nextStep.command ?? 'false')
      report.check(asked.code === 1, `the question finds it damaged: ${asked.text}`)
      report.check(asked.text.includes('restore.sh --dry-run'), 'it says what to do next')
      await followed(cloud, report, { command: alert?.newestProven?.restoreCommand, before })
      await endsWell(cloud, report)
    },
  },
  {
    disaster: 'migration: a column that is expected has a new name',
    settings: { tables: { orders: ['total'] } },
    play: async (cloud, report) => {
      await begin(cloud, report)
      wholeOf(cloud)
      const migrated = cloud.rows()
      const pushed = await cloud.push()
      report.push(pushed)
      report.check(pushed.code === 4, `push.sh exits 4, not ${pushed.code}`)
      report.check(!/damaged/i.test(pushed.text), 'nothing calls it damaged')
      const told = await cloud.watch()
      report.told(told)
      report.check(!/damaged/i.test(told.mail + told.page), 'no mail and no page calls it damaged')
      report.check(!told.page.includes('is safe'), 'the page is not green')
      const silently = await cloud.type('restore.sh /etc/snapproof/shop.env')
      report.check(silently.code === 2, 'the state from before is not brought back silently')
      const alert = alertOf(told, 'verify.unmet')
      const { command } = alert?.nextStep.otherwise ?? {}
      report.typed(command, await cloud.type(command ?? 'false'))
      const safe = await cloud.watch()
      report.check(safe.page.includes('is safe'), `accepted, the page is green: ${safe.page}`)
      cloud.sql('DELETE FROM orders')
      report.typed(command, await cloud.type('restore.sh /etc/snapproof/shop.env'))
      const isBack = cloud.rows() === migrated
      report.check(isBack, 'the migrated rows are back')
      report.line.broughtBack = isBack ? 'the migrated rows' : 'something else'
    },
  },
  {
    disaster: 'migration: lib/databases.ts is changed after it, and deployed',
    settings: { tables: { orders: ['total'] } },
    play: async (cloud, report) => {
      await begin(cloud, report)
      wholeOf(cloud)
      report.push(await cloud.push())
      report.told(await cloud.watch())
      cloud.expect({ tables: { orders: ['amount'] } })
      const { page } = await cloud.watch()
      report.check(page.includes('is safe'), `judged anew, the page is green: ${page}`)
      const { text } = await cloud.type('restore.sh --dry-run /etc/snapproof/shop.env')
      report.check(text.includes('verdict     passed'), `the migrated copy is proven: ${text}`)
      report.line.command = 'deploy'
      report.line.broughtBack = 'nothing was lost: the copies are judged anew'
    },
  },
  {
    disaster: 'mass deletion: DELETE FROM orders WHERE id % 5 < 3',
    play: async (cloud, report) => {
      const before = await begin(cloud, report)
      const lose = () => void cloud.sql('DELETE FROM orders WHERE id % 5 < 3')
      await fall(cloud, report, { before, pushes: 1, lose })
    },
  },
  {
    disaster: 'slow loss: a fifth of the orders goes with each copy',
    play: async (cloud, report) => {
      const before = await begin(cloud, report)
      const lose = () =>
        void cloud.sql(
          'DELETE FROM orders WHERE id IN (SELECT id FROM orders ORDER BY id LIMIT (SELECT count(*) / 5 FROM orders))',
        )
      await fall(cloud, report, { before, pushes: 5, lose })
    },
  },
  {
    disaster: 'grown and lost within the hour: filled, pushed, and most of it deleted',
    play: async (cloud, report) => {
      await begin(cloud, report)
      cloud.sql(
        'INSERT INTO orders(customer, total) SELECT customer, total FROM orders, (SELECT 1 UNION SELECT 2 UNION SELECT 3)',
      )
      const filled = await cloud.push()
      report.check(filled.code === 0 && filled.text === '', `the filled one: ${filled.text}`)
      const before = cloud.rows()
      const lose = () => void cloud.sql('DELETE FROM orders WHERE id % 5 < 3')
      await fall(cloud, report, { before, pushes: 1, lose })
    },
  },
  {
    disaster: 'dropped table: DROP TABLE orders',
    play: async (cloud, report) => {
      const before = await begin(cloud, report)
      await fall(cloud, report, {
        before,
        pushes: 1,
        lose: () => void cloud.sql('DROP TABLE orders'),
      })
    },
  },
  {
    disaster: 'emptied, and pushed twice',
    play: async (cloud, report) => {
      const before = await begin(cloud, report)
      const lose = (round: number) =>
        void cloud.sql(`DELETE FROM orders; INSERT INTO customers VALUES (NULL, 'round ${round}')`)
      await fall(cloud, report, { before, pushes: 2, lose })
    },
  },
  {
    disaster: 'truncated: the second half of the live file is gone',
    play: async (cloud, report) => {
      const before = await begin(cloud, report)
      truncateSync(cloud.file, 4096 * Math.floor(readFileSync(cloud.file).length / 8192))
      const pushed = await cloud.push()
      report.push(pushed)
      report.check(pushed.code === 1, `push.sh exits 1, not ${pushed.code}: ${pushed.text}`)
      const mend = /mend: .*: (restore\.sh --dry-run \S+)/.exec(pushed.text)?.[1]
      const told = await cloud.type(mend ?? 'false')
      report.check(told.text.includes('verdict     passed'), `it says which copy: ${told.text}`)
      report.told(await cloud.watch())
      await followed(cloud, report, { command: mend?.replace(' --dry-run', ''), before })
      await endsWell(cloud, report)
    },
  },
  {
    disaster: 'wrong file: the settings name another database',
    settings: { tables: { orders: [], customers: [] } },
    play: async (cloud, report) => {
      const before = await begin(cloud, report)
      const kept = path.join(cloud.folder, 'kept.db')
      copyFileSync(cloud.file, kept)
      cloud.sql(
        'DROP TABLE orders; DROP TABLE customers; CREATE TABLE notes(text); INSERT INTO notes VALUES (1)',
      )
      const pushed = await cloud.push()
      report.push(pushed)
      report.check(pushed.code === 4, `push.sh exits 4, not ${pushed.code}`)
      const told = await cloud.watch()
      report.told(told)
      const alert = alertOf(told, 'verify.unmet')
      const listed = await cloud.type(alert?.nextStep.command ?? 'false')
      report.check(listed.text.includes('unmet'), `the list shows it: ${listed.text}`)
      await followed(cloud, report, { command: alert?.newestProven?.restoreCommand, before })
      await endsWell(cloud, report)
    },
  },
  {
    disaster: 'late: cron has stopped',
    play: async (cloud, report) => {
      const before = await begin(cloud, report)
      let told = await cloud.watch()
      for (let hour = 0; hour < 30 && !alertOf(told, 'backup.late'); hour += 2) {
        cloud.passHours(2)
        told = await cloud.watch()
      }
      report.told(told)
      const alert = alertOf(told, 'backup.late')
      const { command } = alert?.nextStep ?? {}
      report.typed(command, await cloud.type(command ?? 'false'))
      report.check(cloud.rows() === before, 'the live database is as it was')
      report.line.broughtBack = 'the next copy'
    },
  },
  {
    disaster: 'future: an old script left a file of 2031',
    play: async (cloud, report) => {
      const before = await begin(cloud, report)
      const old = path.join(cloud.folder, 'old.db')
      cloud.sql('CREATE TABLE notes(text); INSERT INTO notes VALUES (1)', old)
      await cloud.tools.store.put('backups/shop_2031-01-01.db', readFileSync(old))
      cloud.sql(`INSERT INTO customers VALUES (NULL, 'today')`)
      const today = cloud.rows()
      report.push(await cloud.push())
      const told = await cloud.watch()
      report.told(told)
      report.check(told.alerts.length === 0, `nothing is raised: ${told.subject}`)
      report.check(told.page.includes('is safe'), `the page is green: ${told.page}`)
      cloud.sql('DELETE FROM orders')
      const command = 'restore.sh /etc/snapproof/shop.env'
      report.typed(command, await cloud.type(command))
      const isBack = cloud.rows() === today
      report.check(
        isBack && today !== before,
        'the newest copy comes back, and not the one of 2031',
      )
      report.line.broughtBack = isBack ? "today's rows" : 'something else'
    },
  },
]
