/**
 * Which objects belong to a collection? A pattern such as `users/{user}/shopify/{shop}/shopify_data.json`
 * says it, with a name for each part that differs from object to object.
 */
import { clip } from '../../plain/wording'

/** What stands between two slashes: plain text, or text around one part. */
type Segment = { before: string } | { before: string; part: string; after: string }

export type Pattern = {
  text: string
  /** The names of its parts, in their order. */
  parts: readonly string[]
  /** What every key that it names begins with: what must be listed to find them all. */
  prefix: string
  segments: readonly Segment[]
}

/** Why a text is no pattern, in a sentence. */
export type Mistake = { mistake: string }

/** The store takes no longer key. */
const longestKey = 1024

/** Ours: whatever stands there is judged by other rules, and never by these. */
const ownPrefix = 'backups/'

const partName = /^[a-z][a-z0-9_]{0,39}$/

const because = (mistake: string): Mistake => ({ mistake })

export const patternOf = (text: string): Pattern | Mistake => {
  if (text === '') return because('It is empty.')
  if (Buffer.byteLength(text) > longestKey) return because('It is longer than any key may be.')
  if (text.startsWith(ownPrefix))
    return because('It names what stands under backups/, which is Snapproof’s own.')
  if (text.startsWith('/')) return because('It begins with "/", as no key does.')
  if (/[*?]/.test(text))
    return because('It holds "*" or "?": what differs is named in braces, such as {user}.')
  const segments: Segment[] = []
  for (const piece of text.split('/')) {
    const segment = segmentOf(piece)
    if ('mistake' in segment) return segment
    segments.push(segment)
  }
  const parts = segments.flatMap((segment) => ('part' in segment ? [segment.part] : []))
  const twice = parts.find((name, at) => parts.indexOf(name) !== at)
  if (twice !== undefined) return because(`It names the part {${twice}} twice.`)
  return { text, parts, prefix: text.split('{', 1).join(''), segments }
}

const segmentOf = (piece: string): Segment | Mistake => {
  if (piece === '') return because('It has nothing between two slashes, or after the last one.')
  const [before = '', ...opened] = piece.split('{')
  if (before.includes('}')) return because('It closes a brace "}" that is not open.')
  if (opened.length === 0) return { before }
  if (opened.some((rest) => !rest.includes('}')))
    return because('It opens a brace "{" that is not closed before the next slash.')
  const [part = '', after = '', ...more] = opened.join('}').split('}')
  if (opened.length > 1)
    return because('It has two parts between the same slashes: nobody could say where one ends.')
  if (more.length > 0) return because('It closes a brace "}" that is not open.')
  if (part === '') return because('It has a part without a name, "{}".')
  if (!partName.test(part))
    return because(
      `It has a part "${clip(part)}": a name is lower-case letters, digits and "_", and begins with a letter.`,
    )
  return { before, part, after }
}

/** What the parts of a key are, or undefined for a key that the pattern does not name. */
export const partsOf = (
  { segments }: Pattern,
  key: string,
): Readonly<Record<string, string>> | undefined => {
  if (key.startsWith(ownPrefix)) return undefined
  // A key of nothing but slashes is parted no further than it takes to see that it is too long.
  const pieces = key.split('/', segments.length + 1)
  const found: [string, string][] = []
  for (const [at, piece] of pieces.entries()) {
    const segment = segments[at]
    const value = segment && valueOf(segment, piece)
    if (segment === undefined || value === undefined) return undefined
    if ('part' in segment) found.push([segment.part, value])
  }
  return pieces.length === segments.length ? Object.fromEntries(found) : undefined
}

/** What stands where the part is, which is never nothing; of plain text the text itself. */
const valueOf = (segment: Segment, piece: string): string | undefined => {
  if (!('part' in segment)) return piece === segment.before ? piece : undefined
  const { before, after } = segment
  const isNamed =
    piece.length > before.length + after.length && piece.startsWith(before) && piece.endsWith(after)
  return isNamed ? piece.slice(before.length, piece.length - after.length) : undefined
}

/** A key that both name, or undefined where there can be none: no object belongs to two collections. */
export const keyOfBoth = (one: Pattern, other: Pattern): string | undefined => {
  const pieces: string[] = []
  for (const [at, segment] of one.segments.entries()) {
    const twin = other.segments[at]
    const piece = twin && pieceOfBoth(segment, twin)
    if (piece === undefined) return undefined
    pieces.push(piece)
  }
  return pieces.length === other.segments.length ? pieces.join('/') : undefined
}

const pieceOfBoth = (one: Segment, other: Segment): string | undefined => {
  if (!('part' in one)) return valueOf(other, one.before) === undefined ? undefined : one.before
  if (!('part' in other)) return pieceOfBoth(other, one)
  // The longer beginning, something, and the longer end: if any text is named by both, this one is.
  const piece = `${longer(one.before, other.before)}${one.part}${longer(one.after, other.after)}`
  const isNamed = valueOf(one, piece) !== undefined && valueOf(other, piece) !== undefined
  return isNamed ? piece : undefined
}

const longer = (one: string, other: string): string => (one.length >= other.length ? one : other)

const signsAtMost = 4

/** What stands in a part may be the name of a customer. Told are its first signs: enough to find it, too little to know it. */
export const short = (value: string): string =>
  value.length > signsAtMost ? `${value.slice(0, signsAtMost)}…` : value
