/**
 * What are the app's own objects as a kind of thing? An inventory of them, which is taken and not pushed.
 */
import type { Kind } from '../kind'

import { advice } from './advice'
import { beginsLikeOne } from './inventory'
import { questionsOf } from './owners'
import { samples } from './samples'
import { contentsMs, mistakes, objectsExpected, settings } from './settings'
import type { ObjectsExpected, ObjectsSettings } from './settings'

const expectations = [
  'schema',
  'rows',
  'freshness',
  'growth',
  'private',
  'secrets',
  'owners',
] as const

export const objects = {
  name: 'objects',
  checks: ['arrival', 'bytes', 'structure', ...expectations, 'clock'],
  essential: ['arrival', 'bytes', 'structure'],
  expectations,
  settings,
  mistakes,
  expected: objectsExpected,
  questions: ({ owners }) => questionsOf(owners),
  contentsMs,
  isAsked: ({ collections }) => collections !== undefined,
  begins: beginsLikeOne,
  facts: {},
  note: () => undefined,
  samples,
  advice,
} as const satisfies Kind<ObjectsSettings, ObjectsExpected>
