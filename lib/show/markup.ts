/**
 * Text becomes markup here and nowhere else. Whatever is put into a template is escaped, unless it is
 * markup itself: so that nothing a table, a host or a person was named can ever be read as markup.
 */
import { unseen } from '../rules/plain/shortening'

export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Part = Markup | string | number | undefined | false | readonly Part[]

/** In this order: what comes after would otherwise be escaped once more. */
const entities = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
  ['`', '&#96;'],
] as const

/** What steers terminals and the direction of writing is shown, and not obeyed. */
export const escape = (text: string): string =>
  entities.reduce(
    (escaped, [sign, entity]) => escaped.replaceAll(sign, entity),
    text.replaceAll(unseen, '\uFFFD'),
  )

const textOf = (part: Part): string => {
  if (part === undefined || part === false) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'string') return escape(part)
  return typeof part === 'number' ? String(part) : part.map(textOf).join('')
}

/** The lines of a template are for the reader of its source: a blank is all that is sent of them. */
const tidied = new WeakMap<TemplateStringsArray, readonly string[]>()

const tidy = (texts: TemplateStringsArray): readonly string[] => {
  const known = tidied.get(texts)
  if (known) return known
  const fresh = texts.map((text) => text.replaceAll(/\n\s*/g, ' '))
  tidied.set(texts, fresh)
  return fresh
}

const filled = (texts: readonly string[], parts: readonly Part[]): Markup =>
  new Markup(texts.map((text, index) => text + textOf(parts[index])).join(''))

export const html = (texts: TemplateStringsArray, ...parts: Part[]): Markup =>
  filled(tidy(texts), parts)

/** Sent to the letter, line breaks too: what goes by mail is measured, and cut off where it is long. */
export const verbatim = (texts: TemplateStringsArray, ...parts: Part[]): Markup =>
  filled(texts, parts)

/** One under another. */
export const lined = (parts: readonly Part[]): Markup => new Markup(parts.map(textOf).join('\n'))
