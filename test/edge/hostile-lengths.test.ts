/** The author of the database file makes names and tables as long and as many as he likes: who pays for it? */
import { describe, expect, test } from 'vitest'

import { verdict } from '../../lib/journey/verdict'
import { isThorough, some } from '../cases'
import { testTools } from '../fakes/tools'
import { pushed } from '../fixtures/bucket/requests'
import { watched, withMinutes } from '../fixtures/bucket/watching'
import { madeBy } from '../fixtures/databases'

import { ask, bearer } from './asking'

const kibibyte = 1024

/** Tables of that many signs each, in SQL that SQLite still takes. */
const withNames = (letter: string, signs: number, tables = 8): Buffer =>
  madeBy(
    Array.from({ length: tables }, (_, at) => {
      const name = `${letter}${at}${letter.repeat(signs)}`
      return `CREATE TABLE "${name}" (id INTEGER PRIMARY KEY, "${name}" TEXT)`
    }).join(';'),
  )

const withTables = (letter: string, tables: number): Buffer =>
  madeBy(
    `BEGIN;${Array.from({ length: tables }, (_, at) => `CREATE TABLE ${letter}${at} (a, b, c)`).join(';')};COMMIT`,
  )

const tellOf = async (files: readonly Buffer[]) => {
  const tools = testTools({ databases: { tokens: {} } })
  const answers = []
  for (const file of files) {
    tools.clock.passSeconds(3600)
    const ticket = await pushed(tools, file)
    const answer = await verdict.run({ ticket }, withMinutes(tools, 5))
    answers.push(answer)
  }
  await watched(tools)
  const look = async (path: string) => (await ask(tools, { path, headers: bearer })).body
  const stored = [...tools.store.objects].filter(([key]) => key.endsWith('.json'))
  return {
    answers,
    answered: Math.max(...answers.map((one) => JSON.stringify(one).length)),
    entries: Math.max(
      ...stored.map(([key, { bytes }]) => (key.includes('.entry.') ? bytes.length : 0)),
    ),
    states: Math.max(
      ...stored.map(([key, { bytes }]) => (key.includes('_state') ? bytes.length : 0)),
    ),
    page: (await look('')).length,
    pageOfOne: (await look('/databases/tokens')).length,
    json: (await look('/json')).length,
  }
}

/** In a quick run so long and so many that they would show, if nothing shortened them. */
const signs = isThorough ? 400_000 : 80_000
const tables = isThorough ? 3_000 : 1_001

describe('a schema that is meant to swamp', () => {
  test.each(
    some(
      [
        {
          name: 'eight tables with long names, and eight others in the next copy',
          files: () => [withNames('a', signs), withNames('b', signs)],
          verdict: 'passed',
        },
        {
          name: 'more tables than are kept, and as many others in the next copy',
          files: () => [withTables('a', tables), withTables('b', tables)],
          verdict: 'warned',
        },
      ],
      1,
    ),
  )('costs those who read of it little: $name', async ({ files, verdict: word }) => {
    const told = await tellOf(files())
    expect(told.answers.map((answer) => answer.verdict)).toEqual([word, word])
    expect(told.answered).toBeLessThan(8 * kibibyte)
    expect(told.entries).toBeLessThan(1024 * kibibyte)
    expect(told.states).toBeLessThan(128 * kibibyte)
    expect(told.page).toBeLessThan(64 * kibibyte)
    expect(told.pageOfOne).toBeLessThan(64 * kibibyte)
    expect(told.json).toBeLessThan(64 * kibibyte)
  })

  test('is still told apart by every name: one that went and one that came are another', async () => {
    const { answers } = await tellOf([withNames('a', 1_000, 2), withNames('a', 1_001, 2)])
    const drift = answers[1]?.findings.find(({ code }) => code === 'drift')?.detail
    expect(drift).toMatch(/gone: table a0a+….*new: table a0a+…/)
  })

  test('says that rows which are gone are not seen, where there are too many tables to keep', async () => {
    const { answers } = await tellOf([withTables('a', 1_001)])
    expect(answers[0]?.findings.find(({ code }) => code === 'too-wide')).toMatchObject({
      outcome: 'warned',
      detail:
        '1001 tables with their columns are more than is kept of a copy: rows that are gone are not seen.',
    })
  })
})
