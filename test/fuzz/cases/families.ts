/**
 * The odd and hostile files that somebody thought of, by family: each with the verdict that is due.
 */
import { foreignFormats } from './foreign'
import type { Base, Change, Recipe } from './recipe'

export type Known = { name: string; recipe: Recipe; due: RegExp }

const one = (
  name: string,
  due: RegExp,
  base: Base,
  changes: Change[] = [],
  more: Partial<Recipe> = {},
): Known => ({ name, due, recipe: { base, changes, claim: 'none', asks: false, ...more } })

const named = (name: string): Base => ({ named: name })
const tiny = named('tiny')
const sound = /^passed$/
const bad = /^failed$/
const told = /^warned$/
const open = /^unverifiable$/
const notGood = /^(failed|unverifiable)$/

const schema = (
  put: string,
  more: { row?: number; times?: number; close?: string } = {},
): Change => ({
  do: 'schema',
  row: 0,
  column: 'sql',
  put,
  ...more,
})

const gzip = { do: 'gzip', level: 9 } as const

export const families: Readonly<Record<string, readonly Known[]>> = {
  'of 0 to 3 bytes': [0, 1, 2, 3].flatMap((to) => [
    one(`${to} bytes of a database`, bad, tiny, [{ do: 'cut', to }]),
    one(`${to} other bytes`, bad, { foreign: 'ones', sizeBytes: to }),
  ]),
  'of another size than its header says': [
    one('one byte short', bad, tiny, [{ do: 'cut', to: -2 }]),
    one('a page short', bad, tiny, [{ do: 'cut', to: -513 }]),
    one('one byte more', bad, tiny, [{ do: 'grow', by: 1, to: 0 }]),
    one('a page more', bad, tiny, [{ do: 'grow', by: 512, to: 0 }], { claim: 'fits' }),
  ],
  'in another format': Object.keys(foreignFormats).map((foreign) =>
    one(foreign, notGood, { foreign, sizeBytes: 20_000 }),
  ),
  'that is encrypted': [
    one('all of it', open, { foreign: 'noise', sizeBytes: 8_192 }),
    one('but for the first 32 bytes, as SQLCipher may', open, tiny, [
      { do: 'noise', at: 32, length: 100_000, seed: 'cipher' },
    ]),
    one('but for the page size, as SEE does', open, tiny, [
      { do: 'noise', at: 24, length: 100_000, seed: 'see' },
      { do: 'noise', at: 0, length: 16, seed: 'see' },
    ]),
  ],
  'with what a WAL leaves': [
    one('made in WAL mode', sound, named('WAL mode')),
    one('flagged', sound, tiny, [{ do: 'harmless', what: 'WAL flag', to: 0 }]),
    one('the WAL itself', notGood, { foreign: 'a WAL', sizeBytes: 4_152 }),
    one('a rollback journal', notGood, { foreign: 'a rollback journal', sizeBytes: 4_096 }),
  ],
  'that needs what is not here': [
    one('a module', /^(passed|unverifiable)$/, named('full-text search 5')),
    one('an R-Tree', /^(passed|unverifiable)$/, named('an R-Tree')),
    one('a module nobody has', notGood, tiny, [
      schema('CREATE VIRTUAL TABLE $name USING nosuch(a)'),
    ]),
    one('a collation', open, tiny, [schema('CREATE TABLE $name (a COLLATE nosuch, b)')]),
    one('a function in a check', open, tiny, [
      schema('CREATE TABLE $name (a CHECK (nosuch(a)), b)'),
    ]),
    one('a tokenizer', notGood, named('full-text search'), [
      schema('CREATE VIRTUAL TABLE $name USING fts4(title, body, tokenize=nosuch)'),
    ]),
  ],
  'of another SQLite': [
    one('of libSQL', open, tiny, [schema('CREATE TABLE $name (a TEXT, b INTEGER) RANDOM ROWID')]),
    one('of an SQLite to come', open, tiny, [
      { do: 'header', field: 'write version', to: 3 },
      { do: 'header', field: 'read version', to: 3 },
    ]),
    one('of Turso', open, tiny, [
      { do: 'header', field: 'write version', to: 255 },
      { do: 'header', field: 'read version', to: 255 },
    ]),
    one('of libSQL, and damaged', bad, tiny, [
      schema('CREATE TABLE $name (a TEXT, b INTEGER) RANDOM ROWID'),
      { do: 'zero page', page: 1 },
    ]),
    one('with one version too high by a bit', bad, tiny, [{ do: 'flip', at: 19, bit: 6 }]),
  ],
  'that recurses': [
    one('a check of a thousand brackets', notGood, tiny, [
      { do: 'schema', row: 0, column: 'sql', find: 'INTEGER', put: 'CHECK ((((((((((((((((((((((' },
    ]),
    one('brackets alone', bad, tiny, [schema('(', { times: 20_000, close: ')' })]),
    one('views upon views', sound, named('views upon views')),
    one('too many of them', open, named('too many views upon views')),
    one('a page that is its own child', bad, named('a wide schema'), [
      { do: 'child', page: 0, cell: 0, to: 1 },
    ]),
    one('an overflow page that goes on in itself', bad, named('overflow chains'), [
      { do: 'byte', at: 18 * 512 + 3, to: 19 },
    ]),
  ],
  'with views and triggers that call functions': [
    one('unasked', sound, named('views and triggers that call functions')),
    one('asked', open, named('views and triggers that call functions'), [], { asks: true }),
  ],
  'with generated columns': [
    one('sound ones', sound, named('generated columns')),
    one('one of another', bad, tiny, [schema('CREATE TABLE $name (a AS (b), b AS (a))')]),
    one('one of 800 MB', notGood, tiny, [
      schema('CREATE TABLE $name (a, b, c AS (hex(zeroblob(400000000))), CHECK (length(c) > 1))'),
    ]),
    one(
      'keys that other versions compute otherwise',
      /^(passed|warned)$/,
      named('an index on reals as text'),
    ),
    ...[
      'an index on days that are none',
      'reals as text in a predicate and a CHECK',
      'JSON of 1,500 levels',
    ].map((base) => one(base, /^(passed|warned)$/, named(base))),
  ],
  'with huge rows': [
    one('in a chain of pages', sound, named('overflow chains')),
    one('in keys', sound, named('keys of many kilobytes')),
    one('that say they are huger', bad, named('overflow chains'), [
      { do: 'cell', page: 17, cell: 0, at: 0, to: 255 },
    ]),
    one('that go on in a page of others', bad, named('overflow chains'), [
      { do: 'overflow', page: 17, cell: 0, to: 17 },
    ]),
  ],
  'in an archive': [
    one('a sound one', sound, tiny, [gzip]),
    one('announced', sound, tiny, [gzip], { claim: 'fits' }),
    one('a bomb', bad, tiny, [{ do: 'grow', by: 60_000_000, to: 0 }, gzip]),
    one('a bomb that is no database', bad, { foreign: 'zeros', sizeBytes: 9_000_000 }, [gzip]),
    one('with a line behind it', bad, tiny, [gzip, { do: 'grow', by: 1, to: 10 }]),
    one('with words behind it', told, tiny, [gzip, { do: 'grow', by: 40, to: 65 }]),
    one('with zeros behind it, as tapes have', sound, tiny, [gzip, { do: 'grow', by: 40, to: 0 }]),
    one('of a damaged one, with words behind it', bad, tiny, [
      { do: 'zero page', page: 1 },
      gzip,
      { do: 'grow', by: 40, to: 65 },
    ]),
    one('two of them, one in the other', bad, tiny, [gzip, gzip]),
    one('cut off', bad, tiny, [gzip, { do: 'cut', to: -2 }]),
    one('with another checksum', bad, tiny, [gzip, { do: 'flip', at: -8, bit: 0 }]),
    one('with another length', bad, tiny, [gzip, { do: 'flip', at: -1, bit: 0 }]),
    one('with more behind it', bad, tiny, [gzip, { do: 'member', of: 'more' }]),
    one('of nothing', bad, { foreign: 'zeros', sizeBytes: 0 }, [gzip]),
    one('of a damaged one', bad, tiny, [{ do: 'zero page', page: 1 }, gzip]),
  ],
  'with names of several lines': [
    one('sound', sound, named('names of several lines')),
    one('damaged', bad, named('names of several lines'), [{ do: 'zero page', page: 5 }]),
  ],
}
