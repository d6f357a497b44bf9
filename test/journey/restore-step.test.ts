import { describe, expect, test } from 'vitest'

import { restore } from '../../lib/journey/restore'
import { verdict } from '../../lib/journey/verdict'
import { testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { sound, withZeroedPage } from '../fixtures/databases'
import { pushed, requestFor } from '../fixtures/requests'

/** The script beside this step has its own tests, in restore.test.ts. */
const pushedAt = async (tools: TestTools, at: string, bytes: Buffer): Promise<string> => {
  tools.clock.moveTo(at)
  const id = await pushed(tools, bytes)
  const deadlineAt = new Date(tools.clock.now().getTime() + 25_000)
  await verdict.run({ ticket: id }, { ...tools, deadlineAt })
  return id
}

const three = async () => {
  const tools = testTools()
  const first = await pushedAt(tools, '2026-03-01T01:00:00Z', sound(10))
  const second = await pushedAt(tools, '2026-03-02T01:00:00Z', sound(20))
  const damaged = await pushedAt(tools, '2026-03-03T01:00:00Z', withZeroedPage())
  return { tools, first, second, damaged }
}

describe('restore', () => {
  test('gives the newest sound copy, past a newer damaged one, with everything to check it by', async () => {
    const { tools, second } = await three()
    const answer = await restore.run({ database: 'tokens' }, tools)
    const lines = new Map(restore.lines(answer))
    expect(lines.get('ticket')).toBe(second)
    expect(lines.get('get')).toBe(`memory:get:backups/tokens/2026/03/${second}.db`)
    expect(lines.get('sha256')).toBe(requestFor(sound(20)).sha256)
    expect(lines.get('verdict')).toBe('passed')
    expect(lines.get('verified_at')).toBe('2026-03-02T01:00:00.000Z')
  })

  test.each([
    { at: '2026-03-01', nth: 'first', why: 'a day means its end' },
    { at: '2026-03-02', nth: 'second', why: 'the copy of that day counts' },
    { at: '2026-03-02T00:59', nth: 'first', why: 'a minute before the second' },
    { at: '2026-03-02T01:00', nth: 'second', why: 'the minute of the second' },
    { at: '2027-01-01', nth: 'second', why: 'the damaged one is never given' },
  ] as const)('gives the newest sound copy taken by $at: $why', async ({ at, nth }) => {
    const made = await three()
    const answer = await restore.run({ database: 'tokens', at }, made.tools)
    expect(answer).toMatchObject({ copy: { ticket: made[nth] } })
  })

  test('gives one copy by its ticket', async () => {
    const { tools, first } = await three()
    expect(await restore.run({ database: 'tokens', at: first }, tools)).toMatchObject({
      copy: { ticket: first },
    })
  })

  test.each([
    { name: 'a damaged copy by its ticket', code: 'nothing-sound', at: 'damaged' },
    { name: 'a time before the first', code: 'nothing-sound', at: '2026-02-28' },
    { name: 'a time that is none', code: 'bad-request', at: 'yesterday' },
  ])('refuses $name', async ({ at, code }) => {
    const { tools, damaged } = await three()
    const asked = restore.run({ database: 'tokens', at: at === 'damaged' ? damaged : at }, tools)
    await expect(asked).rejects.toMatchObject({ code })
  })

  test('lists every copy with its verdict, newest first', async () => {
    const { tools, first, second, damaged } = await three()
    const answer = await restore.run({ database: 'tokens', list: 'yes' }, tools)
    const lines = restore.lines(answer).map(([, value]) => String(value).split(' ').slice(0, 2))
    expect(lines).toEqual([
      [damaged, 'failed'],
      [second, 'passed'],
      [first, 'passed'],
    ])
  })

  test('gives nothing of another database', async () => {
    const { tools } = await three()
    const asked = restore.run({ database: 'sessions' }, tools)
    await expect(asked).rejects.toMatchObject({ code: 'nothing-sound' })
  })

  test('passes over an entry that was forged', async () => {
    const { tools, first, second } = await three()
    const key = `backups/tokens/2026/03/${second}.entry.json`
    await tools.store.put(key, Buffer.from('{"payloadType":"x","payload":"","signatures":[]}'))
    expect(await restore.run({ database: 'tokens' }, tools)).toMatchObject({
      copy: { ticket: first },
    })
  })

  test('still trusts entries of the secret before this one while a rotation lasts', async () => {
    const { tools, second } = await three()
    const rotated = (secrets: { current: string; previous?: string }) =>
      restore.run({ database: 'tokens' }, { ...tools, settings: { ...tools.settings, secrets } })
    const { current } = tools.settings.secrets
    const next = 'another secret, just as long as the first one was'
    expect(await rotated({ current: next, previous: current })).toMatchObject({
      copy: { ticket: second },
    })
    await expect(rotated({ current: next })).rejects.toMatchObject({ code: 'nothing-sound' })
  })
})
