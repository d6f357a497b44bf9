/**
 * Does a text hold what looks like an access token? Answered by the name of what was recognised, and
 * never by the text: an alert that quoted a token would be the next leak.
 *
 * Every pattern takes a time that grows with the length of the text and no faster, whatever stands in it:
 * what follows its beginning is counted, and where that may be long it cannot begin again inside.
 */
import * as z from 'zod'

export type Leak = { name: string; looksLike: RegExp }

/** Not in the middle of a longer word, nor of an image in base64. */
const start = String.raw`(?<![A-Za-z0-9+/_-])`
const end = String.raw`(?![A-Za-z0-9+/=_-])`

const leak = (name: string, ...source: string[]): Leak => ({
  name,
  looksLike: new RegExp(source.join('')),
})

export const usualLeaks: readonly Leak[] = [
  leak('a Facebook token', start, 'EAA[A-Za-z0-9]{50,1000}', end),
  leak('an Instagram token', start, '(?:IGQ|IGAA)[A-Za-z0-9_-]{50}'),
  leak(
    'a field or parameter access_token',
    'access_token(?:"[ ]{0,4}:[ ]{0,4}"|=)',
    '[^"&\\s]{16}',
  ),
  leak('a Shopify token', 'shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}'),
  leak('an AWS key', start, '(?:AKIA|ASIA)[A-Z2-7]{16}', end),
  leak('a DigitalOcean token', 'do[opr]_v1_[a-f0-9]{64}'),
  leak('a key of DigitalOcean Spaces', start, 'DO(?:00|801)[A-Z0-9]{15,16}', end),
  leak('a Stripe key', '[rs]k_live_[A-Za-z0-9]{16}'),
  leak('a private key', '-----BEGIN (?:[A-Z]{2,9} )?PRIVATE KEY'),
  leak('a JWT', start, 'eyJ[A-Za-z0-9_-]{8,9000}[.]eyJ[A-Za-z0-9_-]{8,9000}[.][A-Za-z0-9_-]{8}'),
  leak('a bearer token', '[Bb]earer [A-Za-z0-9._~+/-]{20}'),
]

/**
 * One of your own: how it begins, and how many letters, digits, "-" or "_" follow at least. No regular
 * expression: one that is written in a hurry may take longer over a long text than the run has.
 */
export const ownLeak = z.strictObject({
  name: z.string().min(1).max(100),
  begins: z.string().min(3, 'expected three characters or more').max(100),
  atLeast: z.int().min(8).max(1000),
})

export const leakOf = ({ name, begins, atLeast }: z.infer<typeof ownLeak>): Leak =>
  leak(
    name,
    start,
    begins.replaceAll(/[^A-Za-z0-9]/g, String.raw`\$&`),
    `[A-Za-z0-9_-]{${atLeast}}`,
  )

/** The names of what was recognised, each once. */
export const leaksIn = (text: string, leaks: readonly Leak[]): readonly string[] => {
  const plain = unescaped(text)
  return leaks.filter(({ looksLike }) => looksLike.test(plain)).map(({ name }) => name)
}

/** Some apps write "=" or a letter as its number, `=`, where JSON has no need of it. */
const unescaped = (text: string): string =>
  text.includes(String.raw`\u00`)
    ? text.replaceAll(/\\u00([2-7][0-9A-Fa-f])/g, (_, digits: string) =>
        String.fromCodePoint(Number.parseInt(digits, 16)),
      )
    : text
