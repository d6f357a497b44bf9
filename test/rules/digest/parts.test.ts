import { describe, expect, test } from 'vitest'

import { digestOf } from '../../../lib/rules/digest/digest'
import { toldOf } from '../../../lib/rules/digest/words'
import { databaseWith, happenedWith, standingWith, week } from '../../fixtures/told/digests'

const about = { span: week, version: '0.1.0', unnamed: [] }
const toldWith = (changes: Parameters<typeof standingWith>[0]) =>
  toldOf(digestOf(standingWith(changes), happenedWith(), about))

const some = (count: number) =>
  Array.from({ length: count }, (_, nth) => databaseWith({ database: `db-${nth}` }))

describe('of many databases', () => {
  test('those that are well are told in a line each, and few in full', () => {
    const few = toldWith({ databases: some(6) })
    expect(few.databases).toHaveLength(6)
    expect(few.lists.map(({ heading }) => heading)).not.toContain('Databases that are sound')
    const told = toldWith({ databases: some(7) })
    expect(told.databases).toEqual([])
    expect(told.lists[0]).toMatchObject({ heading: 'Databases that are sound' })
    expect(told.lists[0]?.rows).toHaveLength(7)
    expect(told.lists[0]?.rows[0]?.text).toMatch(
      /^db-0: .+; restorable \d of 7 days; restored \d+ .+ ago$/,
    )
  })

  test('one that was never restored is told so, and what there is no room for is counted', () => {
    const unproven = databaseWith({ database: 'aa', drills: [] })
    const told = toldWith({ databases: [unproven, ...some(120)] })
    expect(told.lists[0]?.rows).toHaveLength(100)
    expect(told.lists[0]?.rows[0]?.text).toMatch(/; not restored yet$/)
    expect(told.more).toBe('and 21 more that are well: see the status page')
  })

  test('one that needs somebody is told in full', () => {
    const bad = databaseWith({ database: 'bad', health: 'trouble' })
    const told = toldWith({ databases: [...some(20), bad] })
    expect(told.databases.map(({ name }) => name)).toEqual(['bad'])
    expect(told.lists[0]?.rows).toHaveLength(20)
  })
})

test('an inventory is told by its objects and entries, and restores nothing', () => {
  const bot = databaseWith({ database: 'bot', kind: 'objects' })
  const happened = happenedWith({
    drills: [{ at: week.until.toISOString(), copies: bot.drills, rings: [], left: [] }],
  })
  const full = toldOf(digestOf(standingWith({ databases: [bot] }), happened, about))
  const [facts, drills] = [full.databases[0]?.facts ?? [], full.lists[0]?.rows ?? []]
  const said = [
    ...facts.flatMap(({ label, text }) => [label, text]),
    ...drills.map(({ note }) => note),
  ]
  expect(said.join('; ')).toMatch(/, \d+ objects and entries/)
  expect(said).toContain('covered')
  expect(drills[0]?.note).toMatch(/^opened and compared, and a sample of the objects read again in/)
  expect(said.join('; ')).not.toMatch(/\brows\b|restor/)
  const line = toldWith({ databases: [bot, ...some(7)] }).lists[0]?.rows[0]?.text
  expect(line).toMatch(
    /^bot: .+ objects and entries.*; covered \d of 7 days; read again \d+ .+ ago$/,
  )
})
