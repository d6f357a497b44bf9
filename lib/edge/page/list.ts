/** A list too long for one page: which part of it is shown, how much more there is, and how one gets there. */
import type { List } from '../../journey/gather/view'
import { html } from '../../show/markup'
import type { Markup } from '../../show/markup'

import { figureWords } from './words'

/** Under a list that is told up to a number. */
export const moreOf = (more: number): Markup | false =>
  more > 0 && html`<p class="soft">and ${figureWords(more)} more</p>`

/** From the page that is shown: its own address with another question. */
const addressOf = (query: string, page: number): string => {
  const asked = new URLSearchParams()
  if (query !== '') asked.set('q', query)
  if (page > 1) asked.set('page', String(page))
  return `?${asked.toString()}`
}

const foundWords = ({ query, found, page, size }: List, all: number): string => {
  const first = (page - 1) * size + 1
  const span =
    found > size ? `${figureWords(first)} to ${figureWords(Math.min(found, page * size))} of ` : ''
  return query === ''
    ? `${span}${figureWords(all)} databases, the gravest first.`
    : `${span}${figureWords(found)} of ${figureWords(all)} databases have “${query}” in their names.`
}

/** Where a glance does not find it. */
const searchFrom = 8

export const searchForm = (list: List, all: number): Markup | false =>
  (all > searchFrom || list.query !== '') &&
  html`<form class="find" method="get" role="search">
      <label for="q">Name holds</label>
      <input
        id="q"
        name="q"
        type="search"
        value="${list.query}"
        maxlength="64"
        autocapitalize="none"
        spellcheck="false"
      />
      <button>Find</button>
      ${list.query !== '' && html`<a href="?">Show all</a>`}
    </form>
    <p class="soft">${foundWords(list, all)}</p>`

export const pageLinks = ({
  query,
  page,
  pages,
}: Pick<List, 'query' | 'page' | 'pages'>): Markup | false =>
  pages > 1 &&
  html`<nav class="turn" aria-label="Pages of the list">
    ${page > 1 ? html`<a href="${addressOf(query, page - 1)}" rel="prev">Page before</a>` : html`<span></span>`}
    <span>Page ${figureWords(page)} of ${figureWords(pages)}</span>
    ${page < pages ? html`<a href="${addressOf(query, page + 1)}" rel="next">Next page</a>` : html`<span></span>`}
  </nav>`
