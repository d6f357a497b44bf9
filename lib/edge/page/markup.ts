/**
 * Text becomes markup here and nowhere else. Whatever is put into a template is escaped, unless it is
 * markup itself: so that nothing a table, a host or a person was named can ever be read as markup.
 */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Part = Markup | string | number | undefined | false | readonly Part[]

/** What steers terminals and the direction of writing, or is half a character: shown, not obeyed. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu

export const escape = (text: string): string =>
  text.replaceAll(unseen, '\uFFFD').replaceAll(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`)

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

export const html = (texts: TemplateStringsArray, ...parts: Part[]): Markup =>
  new Markup(
    tidy(texts)
      .map((text, index) => text + textOf(parts[index]))
      .join(''),
  )
