import { describe, expect, test } from 'vitest'

import { tell } from '../../lib/rules/alerts/told'
import { letterHtml, rowsAtMost } from '../../lib/show/letter'
import { alertOf, bundleOf, hugeAlert, messageOf } from '../fixtures/told/alerts'

const letterOf = (...message: Parameters<typeof messageOf>) =>
  letterHtml(tell(messageOf(...message)))

describe('a letter', () => {
  test('opens with what a list of mails shows after the subject: what it means', () => {
    const [, preview] = /<div style="display:none[^>]*>([^<]*)</.exec(letterOf(alertOf())) ?? []
    expect(preview).toMatch(/^The copy taken at 01:00 UTC cannot be restored\./)
    const { text } = alertOf().nextStep
    const [, next] =
      /<div style="display:none[^>]*>([^<]*)</.exec(letterOf(alertOf({ meaning: '' }))) ?? []
    expect(next).toBe(text.replaceAll('"', '&quot;'))
  })

  test('opens with its last line, where there is nothing else to say', () => {
    const nextStep = { text: '' }
    const bare = alertOf({ meaning: '', nextStep, database: undefined, newestProven: undefined })
    const [, preview] = /<div style="display:none[^>]*>([^<]*)</.exec(letterOf(bare)) ?? []
    expect(preview).toMatch(/^Snapproof · acme-backups/)
  })

  test('shows a proven copy in green, and that there is none so that nobody overlooks it', () => {
    expect(letterOf(alertOf())).toContain('<td class="sound"')
    expect(letterOf(alertOf({ newestProven: undefined }))).toContain('<td class="none"')
  })

  test('fetches nothing, and closes whatever it opens', () => {
    for (const letter of [letterOf(alertOf()), letterHtml(tell(bundleOf(3)))]) {
      expect(letter).not.toMatch(/<script|<link|<img|url\(|@import|https?:|href=|src=/)
      for (const tag of ['div', 'table', 'tr', 'td', 'span']) {
        const opened = letter.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0
        expect(letter.match(new RegExp(`</${tag}>`, 'g'))?.length ?? 0, tag).toBe(opened)
      }
    }
  })

  test('says how many rows it has no room for, by their number and by their size', () => {
    expect(letterHtml(tell(bundleOf(rowsAtMost)))).not.toContain('more, see the status page')
    expect(letterHtml(tell(bundleOf(rowsAtMost + 1)))).toContain('and 1 more, see the status page')
    const huge = letterOf(hugeAlert('&'))
    expect(huge).toMatch(/and \d+ more, see the status page/)
    expect(Buffer.byteLength(huge)).toBeLessThan(102_000)
  })
})
