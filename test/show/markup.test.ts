import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { escape, html, lined, Markup, verbatim } from '../../lib/show/markup'
import { texts } from '../fixtures/arbitraries'

describe('markup', () => {
  test('escapes whatever is no markup itself', () => {
    const part = html`<b>${'<i>'}</b>`
    expect(
      html`<p title="${`"'`}">${part}${[1, ' & ', undefined, false, new Markup('<hr>')]}</p>`.text,
    ).toBe('<p title="&quot;&#39;"><b>&lt;i&gt;</b>1 &amp; <hr></p>')
  })

  test('escapes what looks like an escape already: it was a text', () => {
    expect(escape('&lt; & &amp;lt; `')).toBe('&amp;lt; &amp; &amp;amp;lt; &#96;')
  })

  test('shows what would steer the direction of writing, and does not obey it', () => {
    expect(escape('a\u202Eb\u0000c\uD800d\u2028')).toBe('a\uFFFDb\uFFFDc\uFFFDd\uFFFD')
  })

  test('any text comes out as text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const { text: out } of [html`${text}`, verbatim`${text}`, lined([text])])
          expect(out).not.toMatch(/[<>"'`]/)
      }),
    )
  })

  test('sends of the lines of a template a blank, or every one where it is to the letter', () => {
    // By another name, for the formatter lays out whatever is called html.
    const tag = html
    const page = tag`<p>
      ${'one'}
    </p>`
    expect(page.text).toBe('<p> one </p>')
    const twice = ['<', '>'].map((text) => html`<p>${text}</p>`.text)
    expect(twice).toEqual(['<p>&lt;</p>', '<p>&gt;</p>'])
    const letter = verbatim`<p>
  ${'two'}
</p>`
    expect(letter.text).toBe('<p>\n  two\n</p>')
  })

  test('stands one under another, and what is left out leaves its line', () => {
    expect(lined([verbatim`<hr>`, false, '<', undefined, 3]).text).toBe('<hr>\n\n&lt;\n\n3')
  })
})
