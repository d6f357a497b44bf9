// How are answers written in S3's XML, and the one question that comes in it read?

import { Refusal, unsupported } from './refusal'

export const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Control characters, which XML cannot hold raw, become references; so they can be read back. */
export const escapeXml = (text: string): string =>
  text
    .replace(/[&<>"]/g, (character) => entities[character] ?? character)
    .replace(
      // oxlint-disable-next-line no-control-regex -- these are the very characters meant.
      /[\u0000-\u001f\u007f]/g,
      (character) => `&#x${character.charCodeAt(0).toString(16)};`,
    )

/** An element of text, or nothing at all when there is no text to give. */
export const element = (name: string, text: string | number | undefined): string =>
  text === undefined ? '' : `<${name}>${escapeXml(String(text))}</${name}>`

export const document = (root: string, content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="${namespace}">${content}</${root}>`

/** An error has no namespace; clients of every kind look for it without one. */
export const errorDocument = (error: {
  code: string
  message: string
  resource: string
  requestId: string
}): string =>
  '<?xml version="1.0" encoding="UTF-8"?><Error>' +
  element('Code', error.code) +
  element('Message', error.message) +
  element('Resource', error.resource) +
  element('RequestId', error.requestId) +
  '</Error>'

const malformed = (message: string): Refusal => new Refusal(400, 'MalformedXML', message)

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const unescapeXml = (text: string): string =>
  text.replace(/&([^;]*);?/g, (_, name: string) => {
    const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name) ?? []
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    const character = named[name] ?? (point <= 0x10ffff ? String.fromCodePoint(point) : undefined)
    // XML 1.0 has no control characters, not even as references; gateways refuse them too.
    if (character === undefined || /[^\P{Cc}\t\n\r\u007f-\u009f]/u.test(character))
      throw malformed('An entity of the document is not known.')
    return character
  })

/** S3's own limit, which gateways keep too. */
const keysLimit = 1000

/**
 * Reads the document of DeleteObjects. It knows that one document and no more: what it does
 * not recognise it refuses, since a guess here would delete.
 */
export const readDeletion = (text: string): { keys: string[]; isQuiet: boolean } => {
  const [, inside] =
    /^\s*(?:<\?xml[^>]*\?>)?\s*<Delete(?:\s+xmlns="[^"]*")?>(.*)<\/Delete>\s*$/s.exec(text) ?? []
  if (inside === undefined) throw malformed('The body is not a Delete document.')
  const keys: string[] = []
  let isQuiet = false
  const rest = inside.replace(
    /<Object>\s*<Key>([^<]+)<\/Key>\s*<\/Object>|<Quiet>\s*(true|false)\s*<\/Quiet>/g,
    (_, key: string | undefined, quiet: string | undefined) => {
      if (key === undefined) isQuiet = quiet === 'true'
      else keys.push(unescapeXml(key))
      return ''
    },
  )
  if (/<(VersionId|ETag|LastModifiedTime|Size)>/.test(rest))
    throw unsupported('DeleteObjects takes keys only: no versions, no conditions.')
  if (rest.trim() !== '' || keys.length === 0) throw malformed('The Delete document is not valid.')
  if (keys.length > keysLimit) throw malformed(`One request deletes at most ${keysLimit} keys.`)
  return { keys, isQuiet }
}
