import { describe, expect, test } from 'vitest'

import type { Alert } from '../../../lib/rules/alerts/alert'
import { linesInChat, lineWords, moreWords, tell } from '../../../lib/rules/alerts/told'
import {
  alertOf,
  bundleOf,
  fallAlert,
  messageOf,
  reminderAlert,
  resolvedAlert,
  storeAlert,
  testAlert,
} from '../../fixtures/told/alerts'

const titleOf = (...alerts: Parameters<typeof messageOf>) => tell(messageOf(...alerts)).title

describe('one alert', () => {
  test('is told in full: what it means, what to do, what one can count on, what was found', () => {
    expect(tell(messageOf(alertOf()))).toMatchInlineSnapshot(`
      {
        "facts": [
          {
            "label": "Copy",
            "text": "tokens_2025-07-04T010000Z_3f9a1c, 8.0 MiB",
          },
          {
            "label": "SQLite",
            "text": "Page 9: btreeInitPage() returns error code 11",
          },
          {
            "label": "Missing",
            "text": "table sessions",
          },
        ],
        "footer": "Snapproof · acme-backups · error · since 2025-07-04 01:00 UTC",
        "lines": [],
        "sections": [
          {
            "command": undefined,
            "heading": "What it means",
            "role": "meaning",
            "text": "The copy taken at 01:00 UTC cannot be restored. The live database may be damaged too, or the file was changed while it was copied.",
          },
          {
            "command": "sqlite3 /srv/app/data/tokens.db "PRAGMA integrity_check" && push.sh tokens",
            "heading": "What to do now",
            "role": "step",
            "text": "Check the live database on the Droplet now. If it says "ok", push a new copy.",
          },
          {
            "command": "restore.sh --at tokens_2025-07-03T010000Z_b81d04 tokens /srv/app/data/tokens.db",
            "heading": "Newest proven copy",
            "role": "proven",
            "text": "tokens_2025-07-03T010000Z_b81d04, 24 h ago. To restore it:",
          },
        ],
        "title": "tokens: the newest copy is damaged, since 01:00 UTC",
        "tone": "error",
      }
    `)
  })

  test('says before its headline what it is, if it is no news of trouble', () => {
    expect([alertOf(), reminderAlert(), resolvedAlert(), testAlert()].map((one) => titleOf(one)))
      .toMatchInlineSnapshot(`
        [
          "tokens: the newest copy is damaged, since 01:00 UTC",
          "Reminder: tokens: the newest copy is damaged, since 01:00 UTC",
          "Resolved: tokens: the newest copy is sound again, after 24 h",
          "Test: acme-backups: this is only a test of the alarm",
        ]
      `)
  })

  test('says at its foot where, how grave and since when, and how often it was told', () => {
    const foot = (...alerts: Parameters<typeof messageOf>) => tell(messageOf(...alerts)).footer
    expect([
      foot(alertOf()),
      foot(reminderAlert()),
      foot(resolvedAlert()),
      foot(testAlert()),
      foot(alertOf({ since: 'yesterday' })),
    ]).toMatchInlineSnapshot(`
      [
        "Snapproof · acme-backups · error · since 2025-07-04 01:00 UTC",
        "Snapproof · acme-backups · error · since 2025-07-04 01:00 UTC · reminder 1",
        "Snapproof · acme-backups · since 2025-07-04 01:00 UTC",
        "Snapproof · acme-backups",
        "Snapproof · acme-backups · error",
      ]
    `)
  })

  test('says that there is no proven copy, for a database in trouble alone', () => {
    const proven = (...alerts: Parameters<typeof messageOf>) =>
      tell(messageOf(...alerts)).sections.filter(({ role }) => role === 'proven')
    expect(proven(alertOf({ newestProven: undefined }))).toEqual([
      {
        role: 'proven',
        heading: 'Newest proven copy',
        text: 'There is no proven copy of tokens.',
        command: undefined,
      },
    ])
    expect(proven(resolvedAlert())).toEqual([])
    expect(proven(storeAlert())).toEqual([])
  })

  test('tells both ways out where it may have been meant, and no command twice', () => {
    const { sections } = tell(messageOf(fallAlert()))
    expect(sections.map(({ role }) => role)).toEqual(['meaning', 'step', 'otherwise'])
    expect(sections.at(-1)).toMatchInlineSnapshot(`
      {
        "command": "npm run --silent snapproof -- accept orders_2025-07-04T010000Z_3f9a1c --reason 'it was meant'",
        "heading": "If it was meant",
        "role": "otherwise",
        "text": "Say so on your own machine; from then on it is expected to be as it is:",
      }
    `)
  })

  test('names the copy to go back to as what it is', () => {
    const provenOf = (changes: Partial<NonNullable<Alert['newestProven']>>) =>
      tell(
        messageOf(
          alertOf({
            newestProven: { ticket: 'tokens_1', age: '1 h ago', restoreCommand: 'see', ...changes },
          }),
        ),
      ).sections.at(-1)
    expect([
      provenOf({ isBeforeFall: true }),
      provenOf({ isDoubted: true }),
      provenOf({ isDoubted: true, restoreCommand: 'x'.repeat(501) }),
    ]).toMatchInlineSnapshot(`
      [
        {
          "command": "see",
          "heading": "The copy from before it",
          "role": "proven",
          "text": "tokens_1, 1 h ago. To restore it:",
        },
        {
          "command": "see",
          "heading": "Newest proven copy",
          "role": "proven",
          "text": "tokens_1, 1 h ago. It is the one in question. To see the others:",
        },
        {
          "command": undefined,
          "heading": "Newest proven copy",
          "role": "proven",
          "text": "tokens_1, 1 h ago. The command is too long for a message; the status page shows it.",
        },
      ]
    `)
  })

  test('leaves out a section that says nothing', () => {
    const { sections } = tell(
      messageOf(alertOf({ meaning: ' ', nextStep: { text: '' }, newestProven: undefined })),
    )
    expect(sections.map(({ role }) => role)).toEqual(['proven'])
  })

  test('never shows half a command', () => {
    const command = `restore.sh ${'x'.repeat(500)}`
    const { sections } = tell(
      messageOf(
        alertOf({
          nextStep: { text: 'Run it.', command },
          newestProven: { ticket: 'tokens_1', age: '1 h ago', restoreCommand: command },
        }),
      ),
    )
    expect(sections.slice(1)).toMatchInlineSnapshot(`
      [
        {
          "command": undefined,
          "heading": "What to do now",
          "role": "step",
          "text": "Run it. The command is too long for a message; the status page shows it.",
        },
      ]
    `)
    const bare = tell(messageOf(alertOf({ nextStep: { text: '', command } })))
    expect(bare.sections[1]?.text).toMatch(/^The command is too long/)
  })

  test('is one line wherever it comes from, and no longer than a message can bear', () => {
    const told = tell(
      messageOf(
        alertOf({
          headline: 'a\r\nBcc: b@c\u202Ed\u0007',
          facts: [{ label: 'x\n', text: 'y'.repeat(700) }],
        }),
      ),
    )
    expect(told.title).toBe('a Bcc: b@c d')
    expect(told.facts).toEqual([{ label: 'x', text: `${'y'.repeat(599)}…` }])
  })
})

describe('what is longer than a message can bear', () => {
  const long = 'x'.repeat(1000)
  const huge = alertOf({
    installation: long,
    database: long,
    headline: long,
    facts: [{ label: long, text: long }],
    meaning: long,
    nextStep: { text: long, command: 'c'.repeat(500), otherwise: { text: long } },
    newestProven: { ticket: long, age: long, restoreCommand: 'r'.repeat(500) },
  })
  const cutTo = (length: number) => `${'x'.repeat(length - 1)}…`

  test('is cut, each part of it to its own length, and a command of 500 is whole', () => {
    const { title, facts, sections, footer } = tell({ ...messageOf(huge), installation: long })
    expect(title).toBe(cutTo(120))
    expect(facts).toEqual([{ label: cutTo(64), text: cutTo(600) }])
    expect(sections.map(({ text, command }) => [text, command])).toEqual([
      [cutTo(600), undefined],
      [cutTo(600), 'c'.repeat(500)],
      [cutTo(600), undefined],
      [`${cutTo(100)}, ${cutTo(64)}. To restore it:`, 'r'.repeat(500)],
    ])
    expect(footer).toBe(`Snapproof · ${cutTo(100)} · error · since 2025-07-04 01:00 UTC`)
  })

  test('is cut in a list too', () => {
    const { lines, sections } = tell(messageOf(huge, resolvedAlert()))
    expect(lines[0]).toEqual({
      text: cutTo(120),
      note: `newest proven copy ${cutTo(64)}`,
      tone: 'error',
    })
    expect(sections[0]?.heading).toBe(`What to do first, for ${cutTo(100)}`)
  })
})

describe('a bundle', () => {
  test('is a list, gravest first, with the first one’s next step', () => {
    const told = tell(bundleOf(4))
    expect(told.lines.map(lineWords)).toMatchInlineSnapshot(`
      [
        "shop-000: the newest copy is damaged, since 01:00 UTC (no proven copy)",
        "shop-001: the newest copy is damaged, since 01:00 UTC (newest proven copy 24 h ago)",
        "shop-002: the newest copy is damaged, since 01:00 UTC (newest proven copy 24 h ago)",
        "shop-003: no copy, since 01:00 UTC (no proven copy)",
      ]
    `)
    expect(told.sections.map(({ heading }) => heading)).toEqual(['What to do first, for shop-000'])
    expect(told.facts).toEqual([])
    expect([told.tone, told.footer]).toEqual(['error', 'Snapproof · acme-backups · 4 alerts'])
    const mixed = tell(messageOf(alertOf(), alertOf({ status: 'success' })))
    expect(mixed.footer).toBe('Snapproof · acme-backups · 2 alerts')
  })

  const many = (['clock.skew', 'drill.failed', 'rows.collapsed', 'sound.warned'] as const).map(
    (kind) => alertOf({ kind }),
  )

  test.each([
    {
      name: 'many databases',
      alerts: bundleOf(12).alerts,
      title: '12 databases in trouble: 9 damaged, 3 late',
    },
    {
      name: 'one database, twice',
      alerts: [alertOf(), alertOf({ kind: 'backup.late' })],
      title: 'tokens in trouble: damaged, late',
    },
    {
      name: 'more kinds than fit into a line',
      alerts: [...many, alertOf()],
      title:
        'tokens in trouble: damaged, with rows or tables gone, with warnings, with a wrong clock and more',
    },
    {
      name: 'the installation alone',
      alerts: [storeAlert(), alertOf({ database: undefined, kind: 'watcher.silent' })],
      title: 'acme-backups in trouble: with store errors, with a silent watcher',
    },
    {
      name: 'the installation and a database',
      alerts: [storeAlert(), alertOf()],
      title: '1 database and acme-backups in trouble: 1 with store errors, 1 damaged',
    },
    {
      name: 'trouble and recovery and a test',
      alerts: [...bundleOf(2).alerts, resolvedAlert(), testAlert()],
      title: '2 databases in trouble: 2 damaged; 1 resolved; 1 test',
    },
    {
      name: 'one trouble and one recovery',
      alerts: [alertOf(), resolvedAlert()],
      title: 'tokens in trouble: damaged; 1 resolved',
    },
    {
      name: 'recoveries alone',
      alerts: [resolvedAlert(), resolvedAlert()],
      title: '2 resolved on acme-backups',
    },
    {
      name: 'trouble and good news',
      alerts: [alertOf(), alertOf({ kind: 'copy.proven', status: 'success' })],
      title: 'tokens in trouble: damaged; 1 copy proven',
    },
    {
      name: 'reminders alone',
      alerts: bundleOf(3, { status: 'reminder' }).alerts,
      title: 'Reminder: 3 databases in trouble: 3 damaged',
    },
    {
      name: 'a reminder and news',
      alerts: [reminderAlert(), alertOf({ kind: 'backup.late' })],
      title: 'tokens in trouble: damaged, late',
    },
  ])('is summed up: $name', ({ alerts, title }) => {
    expect(titleOf(...alerts)).toBe(title)
  })

  test('says nothing of copies where no database is in trouble', () => {
    const { lines } = tell(messageOf(storeAlert(), resolvedAlert()))
    expect(lines.map(lineWords)).toEqual([
      'acme-backups: the store refuses our key, since 01:00 UTC',
      'Resolved: tokens: the newest copy is sound again, after 24 h',
    ])
  })

  test('says how many did not fit, and where they stand', () => {
    expect(moreWords(188)).toBe('and 188 more, see the status page')
    expect(linesInChat).toBe(12)
  })

  test('is never empty', () => {
    expect(() => tell(messageOf())).toThrow(new RangeError('a message holds at least one alert'))
  })
})
