// Does each disaster of `npm run badweek` end with every row back?
// @module-tag slow
import { describe, expect, test } from 'vitest'

import { play, scenes } from './badweek'

describe('a bad week', () => {
  test.each(scenes.map((scene) => ({ scene, disaster: scene.disaster })))(
    '$disaster',
    async ({ scene }) => {
      const line = await play(scene)
      expect(line.wrong).toEqual([])
      expect(line.broughtBack).not.toBe('')
    },
  )
})
