/**
 * Which bytes part a statement of PostgreSQL, and which belong to a word? All others say nothing.
 */

export const newline = 10
export const quote = 39
export const doubleQuote = 34
export const dollar = 36
export const opening = 40
export const closing = 41
export const star = 42
export const dash = 45
export const slash = 47
export const semicolon = 59
export const backslash = 92

export const plain = 0
export const letter = 1
export const sign = 2

const signs = new Set(Buffer.from('\'"$()*-;\\'))

/** What a name may hold beside its first letter; beyond ASCII every byte. */
const isLetter = (byte: number): boolean => byte >= 128 || /\w/.test(String.fromCharCode(byte))

const bytes = Array.from({ length: 256 }, (_, byte) => byte)

/** By byte: plain, letter or sign. */
export const kinds = Uint8Array.from(bytes, (byte) =>
  signs.has(byte) ? sign : isLetter(byte) ? letter : plain,
)

/** By byte: 1 for what stands between statements and says nothing. */
export const spaces = Uint8Array.from(bytes, (byte) =>
  byte === 32 || (byte >= 9 && byte <= 13) ? 1 : 0,
)
