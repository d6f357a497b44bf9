import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  adoptedPrefix,
  databaseOfNote,
  databaseNamePattern,
  databasePrefix,
  entryKey,
  heartbeatKey,
  journalKey,
  keysOf,
  nameSnapshot,
  nextInstant,
  parseId,
  parseKey,
  saysSecond,
  contentKey,
  reportKey,
  stateKey,
  sumsLine,
  kindOfKey,
} from '../../../lib/rules/copy/snapshot'
import type { Encoding } from '../../../lib/rules/copy/snapshot'
import { casesOf } from '../../cases'
import { id, key } from '../../fixtures/told/entries'

const prefix = 'backups/'
const base = key.slice(0, -'.db'.length)
const at = new Date('2025-07-04T01:00:00Z')
const tokens = nameSnapshot({ database: 'tokens', at, mark: '3f9a1c' })

const databases = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/)
const instants = fc.date({
  min: new Date('0000-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
})
const parts = fc.record({
  database: databases,
  at: instants,
  mark: fc.stringMatching(/^[0-9a-f]{6}$/),
})
const prefixes = fc.constantFrom('backups/', '', 'a/b/c/', 'drill/backups/')
const encodings = fc.constantFrom<Encoding>('identity', 'gzip')

/** One sign of the text put in the place of another. */
const perturbed = (text: string, where: number, sign: string): string => {
  const place = where % text.length
  return text.slice(0, place) + sign + text.slice(place + 1)
}

describe('a ticket id', () => {
  test('names database, second and mark', () => {
    expect(tokens).toEqual({ id, database: 'tokens', at })
  })

  test.each([
    { name: 'no part of a second', ms: 0, id },
    { name: 'the last part of a second', ms: 999, id },
    { name: 'the next second', ms: 1000, id: 'tokens_2025-07-04T010001Z_3f9a1c' },
  ])('counts whole seconds: $name', ({ ms, id: expected }) => {
    const named = nameSnapshot({
      database: 'tokens',
      at: new Date(at.getTime() + ms),
      mark: '3f9a1c',
    })
    expect(named.id).toBe(expected)
    expect(named.at.getTime() % 1000).toBe(0)
  })

  test('of any snapshot gives the snapshot back', () => {
    fc.assert(
      fc.property(parts, (some) => {
        const name = nameSnapshot(some)
        expect(parseId(name.id)).toEqual(name)
      }),
    )
  })

  test('of another second, database or mark is another id', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const isSame =
          one.database === other.database &&
          one.mark === other.mark &&
          Math.floor(one.at.getTime() / 1000) === Math.floor(other.at.getTime() / 1000)
        expect(nameSnapshot(one).id === nameSnapshot(other).id).toBe(isSame)
      }),
    )
  })

  test.each([
    { name: 'one letter', id: 'a_2025-07-04T010000Z_3f9a1c' },
    { name: '64 letters', id: `${'a'.repeat(64)}_2025-07-04T010000Z_3f9a1c` },
    { name: 'a name that looks like a time', id: '2025-07-04_2025-07-04T010000Z_3f9a1c' },
    { name: 'a leap day', id: 'tokens_2024-02-29T010000Z_3f9a1c' },
    { name: 'the last second of a day', id: 'tokens_2025-07-04T235959Z_3f9a1c' },
  ])('is read: $name', (row) => {
    expect(parseId(row.id)?.id).toBe(row.id)
  })

  test.each([
    { name: 'nothing', id: '' },
    { name: 'no name', id: '_2025-07-04T010000Z_3f9a1c' },
    { name: '65 letters', id: `${'a'.repeat(65)}_2025-07-04T010000Z_3f9a1c` },
    { name: 'a capital', id: 'Tokens_2025-07-04T010000Z_3f9a1c' },
    { name: 'a name that begins with "-"', id: '-tokens_2025-07-04T010000Z_3f9a1c' },
    { name: 'a folder in the name', id: 'a/b_2025-07-04T010000Z_3f9a1c' },
    { name: 'a way up', id: '../tokens_2025-07-04T010000Z_3f9a1c' },
    { name: 'a dot in the name', id: 'to.kens_2025-07-04T010000Z_3f9a1c' },
    { name: 'a newline after it', id: `${id}\n` },
    { name: 'a newline before it', id: `\n${id}` },
    { name: 'a blank after it', id: `${id} ` },
    { name: 'a zero byte after it', id: `${id}\0` },
    { name: 'two ids', id: `${id}\n${id}` },
    { name: 'five digits of mark', id: 'tokens_2025-07-04T010000Z_3f9a1' },
    { name: 'seven digits of mark', id: 'tokens_2025-07-04T010000Z_3f9a1c0' },
    { name: 'a mark with a capital', id: 'tokens_2025-07-04T010000Z_3F9a1c' },
    { name: 'a mark beyond f', id: 'tokens_2025-07-04T010000Z_3f9a1g' },
    { name: 'another zone', id: 'tokens_2025-07-04T010000+_3f9a1c' },
    { name: 'digits of another script', id: 'tokens_２025-07-04T010000Z_3f9a1c' },
    { name: 'no leap year', id: 'tokens_2025-02-29T010000Z_3f9a1c' },
    { name: 'the 31st of April', id: 'tokens_2025-04-31T010000Z_3f9a1c' },
    { name: 'a thirteenth month', id: 'tokens_2025-13-04T010000Z_3f9a1c' },
    { name: 'hour 24', id: 'tokens_2025-07-04T240000Z_3f9a1c' },
    { name: 'minute 60', id: 'tokens_2025-07-04T016000Z_3f9a1c' },
    { name: 'second 60', id: 'tokens_2025-07-04T010060Z_3f9a1c' },
    { name: 'an older script’s name', id: 'tokens_2025-07-04' },
  ])('is not read: $name', (row) => {
    expect(parseId(row.id)).toBeUndefined()
  })
})

describe('the instant of the next name', () => {
  const newest = at

  test.each([
    { now: 60_000, next: 60_000, why: 'a minute later: now' },
    { now: 1001, next: 1001, why: 'one more than a second later: now' },
    { now: 1000, next: 1000, why: 'exactly a second later: now' },
    { now: 999, next: 1000, why: 'one less than a second later: the next second' },
    { now: 0, next: 1000, why: 'in the same moment: the next second' },
    { now: -30_000, next: 1000, why: 'names run ahead, as when a spool empties: one more second' },
    { now: -59_000, next: 1000, why: 'exactly a minute ahead: the last that may be' },
    { now: -59_001, next: -59_001, why: 'one more than that: the newest name is the wrong one' },
    { now: -86_400_000, next: -86_400_000, why: 'a name of tomorrow holds nothing up' },
  ])('with a name taken, and the clock $now ms past it: $next ($why)', ({ now, next }) => {
    const given = nextInstant(new Date(newest.getTime() + now), newest)
    expect(given.getTime() - newest.getTime()).toBe(next)
  })

  test('is now where there is no copy yet', () => {
    expect(nextInstant(at, undefined)).toEqual(at)
  })

  test('puts every copy of a burst after the one before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2000 }), { maxLength: 50 }), (waits) => {
        let now = at.getTime()
        let last: Date | undefined
        for (const wait of waits) {
          now += wait
          const given = nextInstant(new Date(now), last)
          const { at: named } = nameSnapshot({ database: 'tokens', at: given, mark: '3f9a1c' })
          expect(named.getTime()).toBeGreaterThan(last?.getTime() ?? 0)
          expect(given.getTime() - now).toBeLessThanOrEqual(60_000)
          last = named
        }
      }),
    )
  })
})

describe('a database name', () => {
  test.each([
    { name: 'a', isRight: true },
    { name: '0', isRight: true },
    { name: 'user-data_2', isRight: true },
    { name: 'a'.repeat(64), isRight: true },
    { name: 'a'.repeat(65), isRight: false },
    { name: '', isRight: false },
    { name: '_state', isRight: false },
    { name: '-x', isRight: false },
    { name: 'Tokens', isRight: false },
    { name: 'a.b', isRight: false },
    { name: 'a/b', isRight: false },
    { name: '..', isRight: false },
    { name: 'a\n', isRight: false },
    { name: 'ä', isRight: false },
  ])('may be "$name": $isRight', ({ name, isRight }) => {
    expect(databaseNamePattern.test(name)).toBe(isRight)
  })

  test('can never be one of our own folders', () => {
    for (const folder of ['_state', '_journal', '_reports', '_status']) {
      expect(databaseNamePattern.test(folder)).toBe(false)
    }
  })
})

describe('a key', () => {
  test('stands under database, year and month', () => {
    expect(keysOf(prefix, tokens, { encoding: 'identity' })).toMatchInlineSnapshot(`
      {
        "entry": "backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.entry.json",
        "snapshot": "backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.db",
        "sums": "backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.db.sha256",
      }
    `)
    expect(keysOf(prefix, tokens, { encoding: 'gzip' })).toMatchInlineSnapshot(`
      {
        "entry": "backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.entry.json",
        "snapshot": "backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.db.gz",
        "sums": "backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.db.gz.sha256",
      }
    `)
  })

  test('of the entry is the same for any encoding, so it is found without knowing it', () => {
    fc.assert(
      fc.property(parts, prefixes, encodings, (some, under, encoding) => {
        const name = nameSnapshot(some)
        expect(keysOf(under, name, { encoding }).entry).toBe(entryKey(under, name))
      }),
    )
  })

  test('of any snapshot stands under its database', () => {
    fc.assert(
      fc.property(parts, prefixes, encodings, (some, under, encoding) => {
        const keys = Object.values(keysOf(under, nameSnapshot(some), { encoding }))
        const home = databasePrefix(under, some.database)
        expect(keys.filter((one) => !one.startsWith(home))).toEqual([])
        expect(new Set(keys).size).toBe(3)
      }),
    )
  })

  test('that was written is read back, with its kind', () => {
    fc.assert(
      fc.property(parts, prefixes, encodings, (some, under, encoding) => {
        const name = nameSnapshot(some)
        const keys = keysOf(under, name, { encoding })
        expect(parseKey(under, keys.snapshot)).toEqual({ kind: 'snapshot', name })
        expect(parseKey(under, keys.sums)).toEqual({ kind: 'sums', name })
        expect(parseKey(under, keys.entry)).toEqual({ kind: 'entry', name })
      }),
    )
  })

  test('under another prefix is not ours', () => {
    fc.assert(
      fc.property(parts, prefixes, prefixes, encodings, (some, under, other, encoding) => {
        const { snapshot } = keysOf(under, nameSnapshot(some), { encoding })
        expect(parseKey(other, snapshot) !== undefined).toBe(other === under)
      }),
    )
  })

  test('with one sign changed is not ours, or that of another snapshot to the letter', () => {
    const signs = fc.oneof(fc.constantFrom('/', '.', '_', '0', 'a', '\n', ' ', 'Z'), fc.string())
    const kinds = fc.constantFrom('snapshot', 'sums', 'entry')
    fc.assert(
      fc.property(parts, encodings, kinds, fc.nat(), signs, (some, encoding, kind, where, sign) => {
        const name = nameSnapshot(some)
        const written = keysOf(prefix, name, { encoding })[kind]
        const changed = perturbed(written, where, sign)
        const read = parseKey(prefix, changed)
        if (changed === written || !read) return
        const keys = (['identity', 'gzip'] as const).map((one) =>
          keysOf(prefix, read.name, { encoding: one }),
        )
        expect(keys.map((of) => of[read.kind])).toContain(changed)
        expect(read.name.id).not.toBe(name.id)
      }),
      { numRuns: casesOf(500) },
    )
  })

  test.each([
    { name: 'nothing', key: '' },
    { name: 'the app’s own data', key: 'users/1/avatar.db' },
    { name: 'our name in the app’s data', key: `users/tokens/2025/07/${id}.db` },
    { name: 'a report of ours', key: 'backups/_reports/2025-07-04.json' },
    { name: 'a folder', key: 'backups/tokens/2025/07/' },
    { name: 'the id without an ending', key: base },
    { name: 'an ending of our kind, with no id', key: 'backups/tokens/2025/07/.db' },
    { name: 'an unknown ending', key: `${base}.txt` },
    { name: 'two endings', key: `${base}.db.db` },
    { name: 'a capital ending', key: `${base}.DB` },
    { name: 'a checksum of an entry', key: `${base}.entry.json.sha256` },
    { name: 'a file that lies beside it', key: `${base}.db-wal` },
    { name: 'no folders', key: `backups/${id}.db` },
    { name: 'another database’s folder', key: `backups/sessions/2025/07/${id}.db` },
    { name: 'another month’s folder', key: `backups/tokens/2025/08/${id}.db` },
    { name: 'another year’s folder', key: `backups/tokens/2024/07/${id}.db` },
    { name: 'one folder more', key: `backups/tokens/2025/07/x/${id}.db` },
    { name: 'a doubled slash', key: `backups/tokens//2025/07/${id}.db` },
    { name: 'a leading slash', key: `/${base}.db` },
    { name: 'a way up', key: `backups/../backups/tokens/2025/07/${id}.db` },
    { name: 'a way up that ends right', key: `backups/x/../tokens/2025/07/${id}.db` },
    { name: 'a dot folder', key: `backups/./tokens/2025/07/${id}.db` },
    { name: 'encoded slashes', key: `backups%2Ftokens%2F2025%2F07%2F${id}.db` },
    { name: 'backslashes', key: `backups\\tokens\\2025\\07\\${id}.db` },
    { name: 'a newline after it', key: `${base}.db\n` },
    { name: 'a newline before it', key: `\n${base}.db` },
    { name: 'a newline inside it', key: `backups/tokens/2025/07/\n${id}.db` },
    { name: 'a newline before its ending', key: `${base}\n.db` },
    { name: 'a zero byte', key: `${base}.db\0` },
    { name: 'a doubled prefix', key: `backups/${base}.db` },
  ])('is not ours: $name', (row) => {
    expect(parseKey(prefix, row.key)).toBeUndefined()
  })

  test('made of any text at all is read only when it is ours to the letter', () => {
    const pieces = fc.constantFrom('backups/', 'tokens/', '2025/07/', '../', id, '.db', '.gz', '\n')
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces).map((some) => some.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const read = parseKey(prefix, text)
        if (read) expect(text).toMatch(/^backups\/tokens\/2025\/07\/tokens_[^/\n]+$/)
      }),
      { numRuns: casesOf(500) },
    )
  })
})

test('a database’s prefix does not cover a database whose name begins the same', () => {
  const longer = nameSnapshot({ database: 'tokens2', at, mark: '3f9a1c' })
  expect(databasePrefix(prefix, 'tokens')).toBe('backups/tokens/')
  expect(entryKey(prefix, longer).startsWith(databasePrefix(prefix, 'tokens'))).toBe(false)
})

test('the checksum line names the file alone, so that it holds wherever both lie', () => {
  expect(sumsLine('a'.repeat(64), key)).toBe(`${'a'.repeat(64)}  ${id}.db\n`)
  expect(sumsLine('a'.repeat(64), `${id}.db`)).toBe(`${'a'.repeat(64)}  ${id}.db\n`)
})

describe('a file of an older script', () => {
  const days = fc
    .date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
      noInvalidDate: true,
    })
    .map((day) => day.toISOString().slice(0, 10))
  const endings = fc.constantFrom('.db', '.db.gz')

  test('is named by its day, with a mark from its key', () => {
    const file = parseKey(prefix, 'backups/tokens_2025-07-04.db')
    expect(file).toEqual({
      kind: 'snapshot',
      name: {
        id: 'tokens_2025-07-04T000000Z_dbf3a9',
        database: 'tokens',
        at: new Date('2025-07-04T00:00:00Z'),
      },
    })
    expect(parseKey(prefix, 'backups/tokens_2025-07-04.db.sha256')).toEqual({
      ...file,
      kind: 'sums',
    })
  })

  test('may be named by its second, and then does not say its kind', () => {
    const file = 'backups/backup_20250704_010203.gz'
    const read = parseKey(prefix, file)
    expect(read).toMatchObject({
      kind: 'snapshot',
      name: { database: 'backup', at: new Date('2025-07-04T01:02:03Z') },
    })
    expect(parseKey(prefix, `${file}.sha256`)).toEqual({ kind: 'sums', name: read?.name })
    expect(read && parseId(read.name.id)).toEqual(read?.name)
    expect(kindOfKey(file)).toBeUndefined()
    const others = ['backups/t_20250704_010203.gz', 'backups/tokens_2025-07-04.db.gz']
    expect([file, ...others].map(saysSecond)).toEqual([true, true, false])
  })

  test.each([
    'backup_20250704_010203',
    'backup_20250704_010203.tar.gz',
    'backup_20250704_240000.gz',
    'backup_20250230_010203.gz',
    'backup_20250704_010260.gz',
    'Backup_20250704_010203.gz',
    'backup_2025-07-04.gz',
    'old/backup_20250704_010203.gz',
  ])('is not one by a name that is none: %s', (file) => {
    expect(parseKey(prefix, `${prefix}${file}`)).toBeUndefined()
    expect(parseKey(prefix, `backup/s_${file}`)).toBeUndefined()
  })

  test('stands at the top under its database’s prefix, and its entry among the others', () => {
    const file = 'backups/tokens_2025-07-04.db.gz'
    const name = parseKey(prefix, file)?.name ?? tokens
    expect(file.startsWith(adoptedPrefix(prefix, 'tokens'))).toBe(true)
    expect(entryKey(prefix, name)).toBe(`backups/tokens/2025/07/${name.id}.entry.json`)
    expect(parseKey(prefix, entryKey(prefix, name))).toEqual({ kind: 'entry', name })
  })

  test('has one id for one key, and another for another, archives among them', () => {
    fc.assert(
      fc.property(databases, days, endings, prefixes, (database, day, ending, under) => {
        const file = `${under}${database}_${day}${ending}`
        const read = parseKey(under, file)
        expect(read).toMatchObject({ kind: 'snapshot', name: { database } })
        expect(read?.name.at.toISOString()).toBe(`${day}T00:00:00.000Z`)
        expect(read && parseId(read.name.id)).toEqual(read?.name)
        expect(parseKey(under, file)).toEqual(read)
        expect(parseKey(under, `${file}.sha256`)).toEqual({ kind: 'sums', name: read?.name })
        const other = ending === '.db' ? '.db.gz' : '.db'
        const beside = parseKey(under, `${under}${database}_${day}${other}`)
        expect(beside?.name.id).not.toBe(read?.name.id)
      }),
    )
  })

  test('has the same id wherever the prefix lies', () => {
    fc.assert(
      fc.property(databases, days, prefixes, prefixes, (database, day, one, other) => {
        const idUnder = (under: string) => parseKey(under, `${under}${database}_${day}.db`)?.name.id
        expect(idUnder(one)).toBe(idUnder(other))
      }),
    )
  })

  test('with one sign changed is not one, or another file to the letter', () => {
    const signs = fc.oneof(fc.constantFrom('/', '.', '_', '0', '-', 'a', '\n', ' '), fc.string())
    fc.assert(
      fc.property(databases, days, endings, fc.nat(), signs, (database, day, ending, at1, sign) => {
        const written = `backups/${database}_${day}${ending}`
        const changed = perturbed(written, at1, sign)
        const read = parseKey(prefix, changed)
        if (changed === written || !read) return
        const again = `backups/${read.name.database}_${read.name.at.toISOString().slice(0, 10)}`
        const sums = read.kind === 'sums' ? '.sha256' : ''
        expect([`${again}.db${sums}`, `${again}.db.gz${sums}`]).toContain(changed)
        expect(read.name.id).not.toBe(parseKey(prefix, written)?.name.id)
      }),
      { numRuns: casesOf(500) },
    )
  })

  test.each([
    { key: 'backups/tokens_2025-07-04.db', database: 'tokens' },
    { key: 'backups/tokens_2024-02-29.db.gz', database: 'tokens' },
    { key: 'backups/a_2025-07-04.db', database: 'a' },
    { key: 'backups/tokens_archive_2025-07-04.db', database: 'tokens_archive' },
    { key: 'backups/2025-07-04_2025-07-04.db', database: '2025-07-04' },
    { key: `backups/${'a'.repeat(64)}_2025-07-04.db`, database: 'a'.repeat(64) },
  ])('is read: $key', ({ key: file, database }) => {
    expect(parseKey(prefix, file)?.name.database).toBe(database)
  })

  test.each([
    { name: 'the 30th of February', key: 'backups/tokens_2025-02-30.db' },
    { name: 'no leap year', key: 'backups/tokens_2025-02-29.db' },
    { name: 'the 31st of April', key: 'backups/tokens_2025-04-31.db' },
    { name: 'a thirteenth month', key: 'backups/tokens_2025-13-04.db' },
    { name: 'day 0', key: 'backups/tokens_2025-07-00.db' },
    { name: 'a folder below', key: 'backups/x/tokens_2025-07-04.db' },
    { name: 'its own folder', key: 'backups/tokens/tokens_2025-07-04.db' },
    { name: 'no prefix', key: 'tokens_2025-07-04.db' },
    { name: 'another prefix of that length', key: 'archive/tokens_2025-07-04.db' },
    { name: 'one ending more', key: 'backups/tokens_2025-07-04.db.bak' },
    { name: 'two endings', key: 'backups/tokens_2025-07-04.db.db' },
    { name: 'a checksum of a checksum', key: 'backups/tokens_2025-07-04.db.sha256.sha256' },
    { name: 'a checksum of nothing', key: 'backups/tokens_2025-07-04.sha256' },
    { name: 'an entry of it', key: 'backups/tokens_2025-07-04.entry.json' },
    { name: 'another ending', key: 'backups/tokens_2025-07-04.sqlite' },
    { name: 'a capital ending', key: 'backups/tokens_2025-07-04.DB' },
    { name: 'its write-ahead log', key: 'backups/tokens_2025-07-04.db-wal' },
    { name: 'no database', key: 'backups/_2025-07-04.db' },
    { name: 'no day', key: 'backups/tokens.db' },
    { name: 'a day without dashes', key: 'backups/tokens_20250704.db' },
    { name: 'a year of two digits', key: 'backups/tokens_25-07-04.db' },
    { name: 'a time besides', key: 'backups/tokens_2025-07-04T0100.db' },
    { name: 'a dash before the day', key: 'backups/tokens-2025-07-04.db' },
    { name: 'a capital', key: 'backups/Tokens_2025-07-04.db' },
    { name: '65 letters', key: `backups/${'a'.repeat(65)}_2025-07-04.db` },
    { name: 'a blank', key: 'backups/tokens_2025-07-04 .db' },
    { name: 'a newline after it', key: 'backups/tokens_2025-07-04.db\n' },
    { name: 'a newline before it', key: 'backups/\ntokens_2025-07-04.db' },
  ])('is not what only looks like one: $name', (row) => {
    expect(parseKey(prefix, row.key)).toBeUndefined()
  })
})

describe('a note of an older script on its dump', () => {
  test.each([
    ['backups/shop_20250704_010000.gz.meta', 'shop'],
    ['backups/shop_20250704_010000.meta.json', 'shop'],
    ['backups/shop_2025-07-04.info', 'shop'],
    ['backups/shop_2025-07-04.sql.gz.json', 'shop'],
    ['backups/shop_20250704_010000.gz', undefined],
    ['backups/shop_20250704_016000.gz.meta', undefined],
    ['backups/shop_20250704_010000.gz.meta.exe', undefined],
    ['backups/shop/shop_20250704_010000.gz.meta', undefined],
    ['elsewhere/shop_20250704_010000.gz.meta', undefined],
  ])('%s is of %s', (file, database) => {
    expect(databaseOfNote('backups/', file)).toBe(database)
  })
})

describe('what is derived', () => {
  test('stands in folders of its own, where no database can stand', () => {
    expect(heartbeatKey(prefix, 'tokens')).toBe('backups/_state/tokens/heartbeat.json')
    expect(stateKey(prefix, 'watch.json')).toBe('backups/_state/watch.json')
    expect(journalKey(prefix, 'tokens/2025/x.json')).toBe('backups/_journal/tokens/2025/x.json')
    expect(reportKey(prefix, '2025/x.json')).toBe('backups/_reports/2025/x.json')
    expect(contentKey(prefix, 'bot', '2025-07-04/ab')).toBe(
      'backups/_contents/bot/2025-07-04/ab.gz',
    )
  })

  test('is no snapshot, whatever it is called', () => {
    for (const name of ['tokens_2025-07-04.db', `${id}.db`, `tokens/2025/07/${id}.entry.json`]) {
      expect(parseKey(prefix, stateKey(prefix, name))).toBeUndefined()
      expect(parseKey(prefix, journalKey(prefix, name))).toBeUndefined()
      expect(parseKey(prefix, reportKey(prefix, name))).toBeUndefined()
    }
  })
})

test.each([
  { key: 'backups/tokens_2025-07-04.db', kind: 'sqlite' },
  { key: 'backups/tokens_2025-07-04.db.gz', kind: 'sqlite' },
  { key: 'backups/tokens_2025-07-04.db.sha256', kind: undefined },
  { key: 'backups/notes.txt', kind: undefined },
])('the name of $key says what kind it is of: $kind', ({ key: stored, kind }) => {
  expect(kindOfKey(stored)).toBe(kind)
})
