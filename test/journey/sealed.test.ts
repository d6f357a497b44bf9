import { describe, expect, test } from 'vitest'

import { openSealed, sealBytes } from '../../lib/journey/sealed'
import { secret, testSettings } from '../fakes/tools'
import { otherSecret } from '../fixtures/entries'

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
