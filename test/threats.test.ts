/** The page on trust, "Who may hold what" in lib/README.md, held to the tests that it names. */
import { existsSync, readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

const [, section = ''] = readFileSync('lib/README.md', 'utf8').split('\n## Who may hold what\n')
const [page = ''] = section.split(/\n## /)

const tableUnder = (heading: string): string[][] => {
  const [table = ''] = page.slice(page.indexOf(heading)).match(/\n\|[^]*?\n(?!\|)/) ?? []
  const rows = table.trim().split('\n').slice(2)
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

const thefts = tableUnder('\n')
const proofs = tableUnder('### Shown by')

/** `path.test.ts`: "a title"; "another" */
const namedIn = (cell: string): { file: string; title: string }[] =>
  [...cell.matchAll(/`([\w./-]+\.test\.ts)`:((?: "[^"]+";?)+)/g)].flatMap(
    ([, file = '', titles = '']) =>
      [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => ({ file, title })),
  )

/** The titles that a test file really has; of a skipped test there is none. */
const titlesOf = (file: string): string[] => {
  const source = readFileSync(`test/${file}`, 'utf8')
  const titles = source.matchAll(
    /(?:\b(?:test|describe)\(|\)\()\s*(['`"])((?:\\.|(?!\1)[^])*?)\1,/g,
  )
  return [...titles].map(([, , title = '']) => title)
}

const ours = (cell: string): string => cell.replace(/ ?Outside our code:[^|]*$/, '')

describe('the page on trust', () => {
  test('names everybody who holds something, and what is to be done then', () => {
    const holders = thefts.map(([holder]) => holder)
    expect(holders).toEqual([
      'the address of the functions',
      'a Droplet, as root or as the app’s user',
      'push token',
      'upload address',
      'restore token',
      'read token, or the page’s cookie',
      'an address in `ALERTS`',
      'a mailbox or channel that gets the alerts',
      'storage key, or any other way to write into the bucket',
      'a key of the second place (`SECOND_*`)',
      '`SNAPPROOF_SECRET`',
      'namespace key',
      'the DigitalOcean account',
      'this repository, as a reader',
      'the network between all of them',
      'the database file, as its author',
      'a neighbour’s function on the same host',
    ])
    for (const row of thefts) {
      expect(row).toHaveLength(4)
      for (const cell of row) expect(cell, row[0]).not.toBe('')
    }
  })

  test('has a line of proof for each of them', () => {
    expect(proofs.map(([holder]) => holder)).toEqual(thefts.map(([holder]) => holder))
    for (const [holder, cell = ''] of proofs) {
      const isOutside = cell.includes('Outside our code:')
      expect(namedIn(cell).length > 0 || isOutside, holder).toBe(true)
    }
  })

  test.each(proofs.flatMap(([, cell = '']) => namedIn(cell)))(
    'names a test that is there: $file, $title',
    ({ file, title }) => {
      expect(existsSync(`test/${file}`), file).toBe(true)
      expect(titlesOf(file)).toContain(title)
    },
  )

  test('says nothing about proof that this test would not read', () => {
    for (const [, cell = ''] of proofs) {
      const read = namedIn(cell).reduce(
        (left, { file, title }) => left.replace(`"${title}"`, '').replace(`\`${file}\`:`, ''),
        ours(cell),
      )
      expect(read).toMatch(/^[;\s]*$/)
    }
  })
})
