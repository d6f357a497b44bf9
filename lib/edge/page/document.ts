/** One document: nothing is fetched, nothing is run; it can be read without colours and styles. */
import { createHash } from 'node:crypto'

import { html, Markup } from '../../show/markup'

import { iconAddress, markOf, markShapes } from './marks'
import type { Mark } from './marks'
import { styles } from './styles'

const styleHash = createHash('sha256').update(styles).digest('base64')

/** Written apart, so that it holds to the letter what was hashed. */
const styleTag = new Markup(`<style>${styles}</style>`)

/**
 * Nothing may be loaded or run but the inline style; the icon stands in the document. The address
 * of the page goes to itself alone: by it the cookie is bound to these pages. On the platform other
 * people's functions answer under the same host name, so no window of theirs may hold on to ours.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'cross-origin-opener-policy': 'noopener-allow-popups',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/** Large as it stands there, "36" at the end of a line and "h ago" in the next is read twice. */
const joined = (text: string): string => text.replaceAll(/(?<=\d) (?=(?:min|h|days?)\b)/g, '\u00a0')

export const documentOf = (page: {
  title: string
  mark: Mark
  /** What is read first: the answer, large. */
  heading: Markup | string
  above: Markup
  lead: Markup | string
  body: Markup
}): string => {
  const { title, mark, heading, above, lead, body } = page
  const whole = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width,initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title} · Snapproof</title>
      <link rel="icon" href="${iconAddress(mark)}" />
      ${styleTag}
    </head>
    <body>
      ${markShapes}
      <a class="skip" href="#main">Skip to the details</a>
      <header class="hero ${mark}">
        <div class="wide">
          <div class="above">${above}</div>
          <div class="answer">
            ${markOf(mark)}
            <div>
              <h1>${heading}</h1>
              <p class="lead">${typeof lead === 'string' ? joined(lead) : lead}</p>
            </div>
          </div>
        </div>
      </header>
      <main id="main" class="wide" tabindex="-1">${body}</main>
    </body>
  </html>`
  return `<!doctype html>${whole.text}\n`
}
