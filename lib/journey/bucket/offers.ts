/** What stands there under one ticket: an entry, or why there is none to read. */
import type { Tools } from '../../ports'
import { whyOf } from '../../rules/copy/choice'
import type { PassedOver } from '../../rules/copy/choice'
import { wordOf } from '../../rules/copy/entry'
import type { Entry } from '../../rules/copy/entry'
import { cameAt, isAnnounced, judgedOf, fileOf } from '../../rules/copy/shelf'
import type { Shelf } from '../../rules/copy/shelf'

import { isNewer, passOverForeign, readEntry } from './ledger'

export type Offered = PassedOver & { at: Date; entry?: Entry }

const unreadable = (thrown: unknown): Pick<PassedOver, 'word' | 'why'> => {
  passOverForeign(thrown)
  return isNewer(thrown)
    ? { word: 'unknown', why: 'A newer Snapproof wrote it; deploy that one.' }
    : { word: 'untrusted', why: 'Its entry does not carry our signature.' }
}

export const offerOf = async (shelf: Shelf, tools: Tools): Promise<Offered | undefined> => {
  const about = { id: shelf.name.id, at: cameAt(shelf) }
  const read = await readEntry(tools, shelf.name).catch(unreadable)
  if (read && 'why' in read) return { ...about, ...read }
  if (!read || !fileOf(shelf, read.entry)) return undefined
  const { entry } = read
  if (judgedOf(shelf, entry)) return { ...about, entry, word: wordOf(entry), why: whyOf(entry) }
  const why = 'Another file stands under its name than the one that was judged.'
  return { ...about, entry, word: 'pending', why }
}

/** Newest first, one at a time, so that the newest sound one costs a single read. */
export async function* offersOf(shelves: readonly Shelf[], tools: Tools): AsyncGenerator<Offered> {
  for (const shelf of shelves.filter(isAnnounced)) {
    const offered = await offerOf(shelf, tools)
    if (offered) yield offered
  }
}

export type Known = Offered & { entry: Entry }

export const isKnown = (offered: Offered): offered is Known => offered.entry !== undefined
