/**
 * What did an older script note of its dump in the file beside it: `backup_20250704_010000.gz.meta` and the like?
 * Its hashes and sizes, in JSON, in lines or in one of sha256sum. Nothing is guessed: what does not
 * say of what it is says nothing, since bytes that differ from it are called damaged.
 */

/** Of the dump as it is stored or as it unpacks: the script knew which it meant, and seldom says. */
export type Noted = { sha256: readonly string[]; sizeBytes: readonly number[] }

/** A word, what parts it from its value, and a hash or a whole number that ends there. */
const said =
  /(?<![\w.-])["']?([A-Za-z][\w -]{0,40})["']?[ \t]{0,9}[:=][ \t]{0,9}["']?([0-9a-fA-F]{64}|\d{1,15})(?: ?(?:bytes|B))?["']?[ \t]{0,9}(?=[;}\r\n]|,(?!\d)|$)/g

const ofWhat = '(?:backup|dump|file|archive|compressed|uncompressed|raw|original)?'
const hashWord = new RegExp(`^${ofWhat}(?:sha256|checksum|hash|digest){1,2}(?:sum|hex)?$`)
const sizeWord = new RegExp(`^${ofWhat}(?:size|bytes|sizebytes|sizeinbytes|length)$`)

const wordOf = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

const sumsLine = /^([0-9a-f]{64}) [ *](\S+)[ \t]*$/gm

const baseOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1)

export const readNote = (text: string, dump: string): Noted => {
  const all = [...text.matchAll(said)].map(([, word = '', value = '']) => ({
    word: wordOf(word),
    value: value.toLowerCase(),
  }))
  const isHash = ({ value }: { value: string }): boolean => value.length === 64
  const ofSums = [...text.matchAll(sumsLine)].flatMap(([, sha256 = '', file = '']) =>
    baseOf(file) === baseOf(dump) ? [sha256] : [],
  )
  const hashes = all.filter((one) => isHash(one) && hashWord.test(one.word))
  const sizes = all.filter((one) => !isHash(one) && sizeWord.test(one.word))
  return {
    sha256: [...new Set([...hashes.map(({ value }) => value), ...ofSums])],
    sizeBytes: [...new Set(sizes.map(({ value }) => Number(value)))],
  }
}
