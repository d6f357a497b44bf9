/** What a person reads of a document: no tags, and one blank between words. */

const signs: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#96;': '`',
  '&amp;': '&',
}

export const wordsOf = (body: string): string =>
  body
    .replaceAll(/<(style|svg)[^>]*>.*?<\/\1>/gs, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&[#\w]+;/g, (entity) => signs[entity] ?? entity)
    .replaceAll(/\s+/g, ' ')
