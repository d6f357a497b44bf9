/** The reader's own time beside UTC: whose machine or proxy names a zone, and nobody else. */
import { describe, expect, test } from 'vitest'

import { readZone, withOwnTimes } from '../../../lib/edge/page/words'
import { minuteMs } from '../../../lib/rules/plain/time-units'
import { allWell } from '../../browser/stock'
import { crowded } from '../../fixtures/bucket/crowds'
import { ask, cookie } from '../asking'

const at = '2026-11-21T23:41:00.000Z'
const tag = (words: string) => `<time datetime="${at}">${words}</time>`

describe('the own time', () => {
  test.each([
    ['Europe/Berlin', '2026-11-22 00:41 Berlin'],
    ['America/New_York', '18:41 New York'],
    ['Asia/Kolkata', '2026-11-22 05:11 Kolkata'],
  ])('of %s stands beside UTC, with the day where it is another', (zone, said) => {
    const page = withOwnTimes(tag('2026-11-21 23:41 UTC'), readZone(zone))
    expect(page).toBe(`${tag('2026-11-21 23:41 UTC')} <span class="here">(${said})</span>`)
  })

  test('of an age is had by pointing at it', () => {
    expect(withOwnTimes(tag('12 h ago'), 'Europe/Berlin')).toBe(
      `<time datetime="${at}" title="2026-11-21 23:41 UTC, 2026-11-22 00:41 Berlin">12 h ago</time>`,
    )
  })

  test.each(['UTC', 'Etc/UTC', 'Mars/Olympus', '"><script>', '', 'a'.repeat(65), undefined])(
    'is left out for %j',
    (said) => {
      expect(withOwnTimes(tag('12 h ago'), readZone(said))).toBe(tag('12 h ago'))
    },
  )

  test('a time that is none stays as it was written', () => {
    const odd = '<time datetime="soon">soon UTC</time>'
    expect(withOwnTimes(odd, 'Europe/Berlin')).toBe(odd)
  })
})

describe('a page', () => {
  test('has the times of the zone that is named with the question', async () => {
    const { tools } = await allWell()
    const headers = { ...cookie, 'x-time-zone': 'Europe/Berlin' }
    expect((await ask(tools, { headers })).body).toContain('(14:41 Berlin)')
    expect((await ask(tools, { headers: cookie })).body).not.toContain('class="here"')
  })

  test('refreshes itself, unless it is to stay; one that asks for the token does not', async () => {
    const { tools } = await allWell()
    for (const path of ['', '/databases/tokens']) {
      const live = await ask(tools, { path, headers: cookie })
      expect(live.headers['refresh']).toBe(String((5 * minuteMs) / 1000))
      expect(live.body).toContain('<a href="?still=yes">Hold it still</a>')
      const still = await ask(tools, { path, headers: cookie, query: 'still=yes' })
      expect(still.headers['refresh']).toBeUndefined()
      expect(still.body).toContain('<a href="?">Let it refresh itself</a>')
    }
    const locked = await ask(tools)
    expect(locked.headers['refresh']).toBeUndefined()
  })
})

describe('many databases', () => {
  const bad = 'shop-00033'
  const scene = () =>
    crowded(60, (state, place) =>
      place === 33 && state.newest
        ? { ...state, newest: { ...state.newest, word: 'failed' } }
        : state,
    )
  const groupsIn = (body: string): string[] =>
    [
      ...body.matchAll(
        /<details class="group" *(open)?> <summary><span class="chip (\w+)">.*?<\/svg>([^<]*)/g,
      ),
    ].map(([, open = '', mark = '', words = '']) => `${open.trim() || 'folded'} ${mark} ${words}`)

  test('what is wrong stands open, and what is well is folded', async () => {
    const { body } = await ask(await scene(), { headers: cookie })
    expect(groupsIn(body)).toEqual(['open bad 1 in trouble', 'folded good 59 safe'])
    expect(body.indexOf(bad)).toBeLessThan(body.indexOf('59 safe'))
  })

  test('whoever looks for a name sees what has it', async () => {
    const { body } = await ask(await scene(), { headers: cookie, query: 'q=00012' })
    expect(groupsIn(body)).toEqual(['open good 1 safe'])
  })
})
