import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { openSealed, readSealed, sealBytes, sealValue } from '../../../lib/journey/bucket/sealed'
import { secret, testSettings, testTools } from '../../fakes/tools'
import { otherSecret } from '../../fixtures/told/entries'

const type = 'application/vnd.snapproof.test+json'
const payload = Buffer.from('{"a":"ä"}')
const bytes = sealBytes(testSettings, type, payload)

const withSecrets = (current: string, previous?: string) => ({
  ...testSettings,
  secrets: { current, ...(previous === undefined ? {} : { previous }) },
})

describe('sealed bytes', () => {
  test('give back what was sealed, and end with their line', () => {
    expect(openSealed(testSettings, type, bytes)).toEqual(payload)
    expect(bytes.toString()).toMatch(/^\{.*\}\n$/)
  })

  test.each([
    { name: 'the one that sealed', settings: withSecrets(secret), isOpen: true },
    {
      name: 'the next, with this one before',
      settings: withSecrets(otherSecret, secret),
      isOpen: true,
    },
    {
      name: 'this one, with another before',
      settings: withSecrets(secret, otherSecret),
      isOpen: true,
    },
    { name: 'another', settings: withSecrets(otherSecret), isOpen: false },
    { name: 'others', settings: withSecrets(otherSecret, `${otherSecret} 2`), isOpen: false },
  ])('are opened by the secrets: $name, $isOpen', ({ settings, isOpen }) => {
    expect(openSealed(settings, type, bytes) !== undefined).toBe(isOpen)
  })

  test('are always sealed under the present secret', () => {
    const rotating = withSecrets(otherSecret, secret)
    expect(openSealed(withSecrets(otherSecret), type, sealBytes(rotating, type, payload))).toEqual(
      payload,
    )
  })

  test.each([
    { name: 'another type', asked: 'application/json', given: bytes },
    { name: 'nothing', asked: type, given: Buffer.alloc(0) },
    { name: 'no envelope', asked: type, given: payload },
    {
      name: 'a changed payload',
      asked: type,
      given: Buffer.from(bytes.toString().replace('"payload":"e', '"payload":"f')),
    },
  ])('of $name are not opened', ({ asked, given }) => {
    expect(openSealed(testSettings, asked, given)).toBeUndefined()
  })
})

describe('a sealed value', () => {
  const key = 'backups/_state/one.json'
  const kept = { key, type, shape: z.looseObject({ a: z.string() }) }

  const readBack = async (content: Uint8Array) => {
    const tools = testTools()
    await tools.store.put(key, content)
    return readSealed(tools, kept)
  }

  test('is read as it was written, and carries the number of its format', async () => {
    const written = sealValue(testSettings, type, { a: 'ä', later: 1 })
    expect(await readBack(written)).toMatchObject({ value: { a: 'ä', later: 1 } })
    const document: unknown = JSON.parse(openSealed(testSettings, type, written)?.toString() ?? '')
    expect(document).toEqual({ format: 1, a: 'ä', later: 1 })
    expect(await readSealed(testTools(), kept)).toBeUndefined()
  })

  const sealed = (value: object) =>
    sealBytes(testSettings, type, Buffer.from(JSON.stringify(value)))

  test.each([
    { name: 'before formats had a number', content: { a: 'ä' }, value: { a: 'ä' } },
    { name: 'of another shape', content: { format: 1, a: 7 }, value: undefined },
    { name: 'of a format that is no number', content: { format: 'two', a: 'ä' }, value: undefined },
  ])('is read, or made anew: $name', async ({ content, value }) => {
    expect(await readBack(sealed(content))).toMatchObject({ value })
  })

  test('of a newer format is a fault, whatever its shape: to begin it anew would forget it', async () => {
    for (const content of [{ format: 2, a: 'ä' }, { format: 99 }]) {
      await expect(readBack(sealed(content))).rejects.toMatchObject({
        code: 'newer-format',
        why: expect.stringContaining(key),
      })
    }
  })

  test('of a newer format that somebody else signed counts as nothing', async () => {
    const content = Buffer.from(JSON.stringify({ format: 99, a: 'ä' }))
    const theirs = sealBytes(withSecrets(otherSecret), type, content)
    expect(await readBack(theirs)).toMatchObject({ value: undefined })
  })
})
