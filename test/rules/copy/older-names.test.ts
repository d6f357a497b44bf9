// Does a file whose name says nothing of the database come to the one that lib/databases.ts names?
import { describe, expect, test } from 'vitest'

import { adoptedPrefixes, ownerOf, parseOwned } from '../../../lib/rules/copy/older-names'
import { parseKey } from '../../../lib/rules/copy/snapshot'

const place = { prefix: 'backups/', databases: { shop: { olderNames: ['backup', 'pg'] }, log: {} } }

describe('a name that an older script gave', () => {
  test.each([
    ['backup', 'shop'],
    ['pg', 'shop'],
    ['shop', 'shop'],
    ['log', 'log'],
    ['nobody', 'nobody'],
  ])('%s stands for %s', (word, database) => {
    expect(ownerOf(place, word)).toBe(database)
  })

  test('makes a file in the top folder a copy of that database, with the same mark', () => {
    const key = 'backups/backup_20250704_010000.gz'
    const own = parseKey('backups/', key)?.name
    const { kind, name } = parseOwned(place, key) ?? {}
    expect(kind).toBe('snapshot')
    expect(name).toMatchObject({ database: 'shop', at: own?.at })
    expect(name?.id).toBe(own?.id.replace(/^backup/, 'shop'))
    expect(parseOwned(place, `${key}.sha256`)).toEqual({ kind: 'sums', name })
  })

  test('changes nothing of what names itself', () => {
    for (const key of [
      'backups/shop_20250704_010000.gz',
      'backups/backup/2025/07/backup_2025-07-04T010000Z_3f9a1c.db',
      'backups/notes.txt',
    ])
      expect(parseOwned(place, key)).toEqual(parseKey('backups/', key))
  })

  test('is looked for beside its own', () => {
    expect(adoptedPrefixes(place, 'shop')).toEqual([
      'backups/shop_',
      'backups/backup_',
      'backups/pg_',
    ])
    expect(adoptedPrefixes(place, 'nobody')).toEqual(['backups/nobody_'])
  })
})
