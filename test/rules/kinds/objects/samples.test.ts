/** The inventories by which the alarm is tried. */
import { expect, test } from 'vitest'

import { objects } from '../../../../lib/rules/kinds/objects/kind'
import { samples } from '../../../../lib/rules/kinds/objects/samples'

test('each is called by its own name, and is made at any time', () => {
  expect(new Set(samples.map(({ name }) => name)).size).toBe(samples.length)
  for (const { make } of samples) expect(make(new Date(0))).toBeInstanceOf(Buffer)
})

test('each has a name, what it must raise, and what is expected of it', () => {
  const said = samples.map(({ name, raises, expected, had }) => ({ name, raises, expected, had }))
  expect(said).toMatchSnapshot()
})

test('each tells of one list, as an inventory of its day would, or is cut, or empty', () => {
  const now = new Date('2026-03-01T01:00:00Z')
  expect(samples.map(({ make }) => make(now).toString())).toMatchSnapshot()
})

test('the sound one begins as an inventory does', () => {
  const sound = samples.find(({ raises }) => raises === undefined)
  expect(objects.begins(sound?.make(new Date()) ?? Buffer.alloc(0))).toBe(true)
})
