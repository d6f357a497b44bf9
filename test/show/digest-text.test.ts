import { describe, expect, test } from 'vitest'

import { digestOf } from '../../lib/rules/digest/digest'
import { toldOf } from '../../lib/rules/digest/words'
import { digestText, wrapped } from '../../lib/show/digest-text'
import {
  badWeek,
  copyOn,
  databaseWith,
  happenedWith,
  standingWith,
  week,
} from '../fixtures/told/digests'
import { someTrouble } from '../fixtures/told/troubles'

const about = { span: week, version: '0.1.0', unnamed: ['sessions'] }
const bad = badWeek()

describe('a report as text', () => {
  test('of a calm week is read in one go', () => {
    const standing = standingWith({ databases: [databaseWith()] })
    const text = digestText(toldOf(digestOf(standing, happenedWith(), about)))
    expect(text).toMatchInlineSnapshot(`
      "The database is sound.
      acme-backups, 2026-11-14 06:00 UTC to 2026-11-21 06:00 UTC
      ========================================================================
            100 % passed           7 came: 7 sound
          7.5 MiB in 12 copies     +4.5 MiB in 7 days; none let go
           1 of 1 drills proven    the longest took 1.2 s
                0 open alerts      told to slack, mail to ops@example.com


      DATABASES
      ------------------------------------------------------------------------
      days: # has a copy of its own, = an older one reaches it, . none

      + tokens: sound
        newest sound    664 KiB (+28.0 KiB), 2210 rows (+70), 4 h ago
        its ticket      tokens_2026-11-21T010017Z_9d672f
        copies          7 came: 7 sound
        restorable      7 of the last 7 days
        checks          arrival, bytes, header, structure, references passed
        last drill      2026-11-16 05:45 UTC, restored, opened and compared in
                        1.2 s
        kept            12 copies, 7.5 MiB; none let go
        policy          7 daily, 4 weekly and 12 monthly copies, everything of
                        the last 2 days, and never fewer than 3 sound ones
        days            15# 16# 17# 18# 19# 20# 21#


      DRILLS
      ------------------------------------------------------------------------
      + tokens_2026-11-16T010017Z_9d672f, 644 KiB: restored, opened and
        compared in 1.2 s
      + the alarm was tried, and did as it should: a damaged copy


      ========================================================================
      Snapproof 0.1.0 opened 7 copies of acme-backups in 7 days, which took
      2.9 s. Times are UTC; sizes are compared with the newest sound copy from
      before. What is stored costs $5.00 a month by DigitalOcean's list for
      storage of November 2026. Functions and requests: not measured yet,
      which takes a whole week. Written 2026-11-21 06:00 UTC.
      "
    `)
  })

  test('of a bad week keeps to 72 columns, but for commands, which are to be copied', () => {
    const otherwise = { text: 'Say so on your own machine:', command: 'accept --reason meant' }
    const troubles = [
      someTrouble({ what: 'the watch is silent', nextStep: { text: 'Look at it.', otherwise } }),
    ]
    const unjudged = databaseWith({ copies: [copyOn('20', { word: 'unverifiable' })] })
    const databases = [...bad.standing.databases, unjudged]
    const standing = { ...bad.standing, databases, troubles }
    const text = digestText(toldOf(digestOf(standing, bad.happened, about)))
    for (const line of text.split('\n')) {
      if (line.length > 72) expect(line).toMatch(/^ {6}\S/)
      expect(line).toBe(line.trimEnd())
    }
    expect(text).toContain('THE INSTALLATION')
    expect(text).toContain('  ! The watch is silent, since 2025-07-04 01:00 UTC.')
    expect(text).toContain(
      '    If it was meant: Say so on your own machine:\n\n      accept --reason meant\n',
    )
    expect(text).toContain(
      '      sqlite3 -readonly /srv/app/data/tokens.db "PRAGMA integrity_check"',
    )
    expect(text).toContain('  days            15. 16# 17# 18= 19= 20= 21=')
    expect(text).toContain('WHAT WOULD MAKE IT BETTER')
    expect(text).toContain('\n? tokens_2026-11-20T010017Z_9d672f: unverifiable\n')
    expect(text).not.toMatch(/\n{4}/)
  })

  test('says how many there was no room for', () => {
    const databases = Array.from({ length: 101 }, (_, nth) => databaseWith({ database: `d${nth}` }))
    const told = toldOf(digestOf(standingWith({ databases }), happenedWith(), about))
    expect(digestText(told)).toContain('\nand 1 more that are well: see the status page\n')
  })

  test('tells many in columns, and in a sentence whoever has a name that is too long for one', () => {
    const names = ['amber-orders', 'b', 'c', 'd', 'e', 'f', 'n'.repeat(40)]
    const databases = names.map((database) => databaseWith({ database }))
    const text = digestText(toldOf(digestOf(standingWith({ databases }), happenedWith(), about)))
    expect(text.slice(text.indexOf('DATABASES'), text.indexOf('DRILLS'))).toMatchInlineSnapshot(`
      "DATABASES THAT ARE WELL
      ------------------------------------------------------------------------
        database      newest   size     days    practice
      + amber-orders  4 h ago  664 KiB  7 of 7  5 days ago
      + b             4 h ago  664 KiB  7 of 7  5 days ago
      + c             4 h ago  664 KiB  7 of 7  5 days ago
      + d             4 h ago  664 KiB  7 of 7  5 days ago
      + e             4 h ago  664 KiB  7 of 7  5 days ago
      + f             4 h ago  664 KiB  7 of 7  5 days ago
      + nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn: 4 h ago, 664 KiB, 7 of 7, 5
        days ago

      newest: when the newest sound copy came, with its size. days: to how
      many of the last days one can go back. practice: the last drill.


      "
    `)
  })

  test('breaks between words, and leaves a word whole that is longer than a line', () => {
    const long = 'x'.repeat(90)
    expect(wrapped(`one ${long} two`, '- ')).toEqual(['- one', `  ${long}`, '  two'])
    expect(wrapped('', 'label ')).toEqual(['label'])
  })
})
