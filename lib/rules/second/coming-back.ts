/** What is to be brought back from the second place into the first, and what is not, and why? */
import type { Line } from '../copy/catalog'
import { remember, wordOf } from '../copy/entry'
import type { Entry } from '../copy/entry'
import type { Held } from '../copy/held'
import type { Shelf, StoredObject } from '../copy/shelf'
import { fileOf } from '../copy/shelf'

/** One copy: its file, or only what is written of it where the file stands already. */
export type Coming = {
  id: string
  key: string
  sizeBytes: number
  /** The file as it stands in the second place; absent where it stands in the first. */
  from: StoredObject | undefined
}

/** Why a copy is not brought back. */
export const notBrought = {
  untrusted: 'its entry does not carry our signature',
  newer: 'a newer Snapproof wrote its entry; deploy that one',
  without: 'its file is not there',
  size: 'its file there has another size than was announced',
  other: 'another file stands under its name in the first place, and nothing is overwritten',
} as const
export type NotBrought = { id: string; why: string }

type Found = { standing: true } | { coming: Coming } | { left: NotBrought }

/** The file stands there already as it was written: the same bytes by their MD5, or by what was judged of it. */
const isSame = (here: StoredObject, there: StoredObject | undefined, line: Line): boolean => {
  const etags = [line.etag, there?.etag]
  return here.sizeBytes === line.sizeBytes && etags.includes(here.etag)
}

/** Of one copy in the second place, by what stands under its ticket in the first. */
export const comingOf = (
  { name, line, stored, isNewer, shelf: there }: Held,
  here: Shelf | undefined,
): Found | undefined => {
  const { id } = name
  const left = (why: keyof typeof notBrought) => ({ left: { id, why: notBrought[why] } })
  // A file alone is what a carrying that was ended left behind: no copy yet.
  if (!there.entry) return undefined
  if (isNewer) return left('newer')
  if (!line) return left('untrusted')
  const standing = here && fileOf(here, line)
  if (standing && !isSame(standing, stored, line)) return left('other')
  if (standing && here?.entry) return { standing: true }
  const coming = { id, key: line.key, sizeBytes: line.sizeBytes }
  if (standing) return { coming: { ...coming, from: undefined } }
  if (!stored) return left('without')
  if (stored.sizeBytes !== line.sizeBytes) return left('size')
  return { coming: { ...coming, from: stored } }
}

/**
 * Its entry as it stands in the first place from now on: about the file that was brought there, whose bytes were
 * compared. That a plan of the second place was letting go of it there is no word of this place.
 */
export const broughtBack = (entry: Entry, { etag, at }: { etag: string; at: string }): Entry => {
  const { letGoAt: _, startedAt: __, ...rest } = entry
  const { adopted } = entry.claim
  return {
    ...rest,
    ...(entry.etag === undefined ? {} : { etag }),
    claim: adopted ? { ...entry.claim, adopted: { ...adopted, etag } } : entry.claim,
    history: remember(entry, {
      at,
      word: wordOf(entry),
      note: 'brought back from the second place',
    }),
  }
}
