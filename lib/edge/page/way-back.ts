/**
 * Which copy does a person want back, and by which command? The newest proven one mostly. After a fall it
 * is the one from before; and where a whole copy is passed over for what it lacks, one is named, for
 * `restore.sh` would ask.
 */
import type { DatabaseOverview } from '../../journey/gather/standing'
import { capturedAt } from '../../rules/copy/shown'
import type { Shown, ShownFall } from '../../rules/copy/shown'
import { kindOfKey } from '../../rules/copy/snapshot'
import type { Advice } from '../../rules/kinds/kind'
import { adviceOf } from '../../rules/kinds/kinds'
import { clip } from '../../rules/plain/wording'
import { ageWords } from '../../rules/plain/wording'
import { hostCommand } from '../../rules/troubles/trouble'
import { isWhole } from '../../rules/verdict/verdict'
import { html } from '../../show/markup'
import type { Markup } from '../../show/markup'

import { figureWords } from './words'

export type WayBack = {
  is: 'newest' | 'passed over' | 'unmet' | 'before'
  at: string
  command: string
}

/** On a bad day it is copied from here. */
export const restoreCommand = (database: string, id?: string): string =>
  hostCommand(id === undefined ? 'restore.sh' : `restore.sh --at ${id}`, database)

/** Whole, and newer than any that is proven. */
const newestUnmet = ({ copies, newestSound }: DatabaseOverview): Shown | undefined => {
  const newest = copies.find(({ word }) => isWhole(word))
  return newest?.id === newestSound?.id ? undefined : newest
}

/** What people are told of such a copy, by the kind that its name in the store says. */
export const adviceFor = ({ file }: Pick<Shown, 'file'>): Advice => adviceOf(kindOfKey(file))

/** Why nothing is brought back from its copies, where that is so. */
export const insteadOfBackOf = ({ copies: [newest] }: DatabaseOverview): string | undefined =>
  newest && adviceFor(newest).insteadOfBack

export const wayBackOf = (one: DatabaseOverview): WayBack | undefined => {
  const { database, fall, newestSound } = one
  if (insteadOfBackOf(one) !== undefined) return undefined
  if (fall) return { is: 'before', at: fall.beforeAt, command: fall.restoreCommand }
  const unmet = newestUnmet(one)
  if (newestSound) {
    const id = unmet && newestSound.id
    const command = restoreCommand(database, id)
    return { is: unmet ? 'passed over' : 'newest', at: capturedAt(newestSound), command }
  }
  return (
    unmet && { is: 'unmet', at: capturedAt(unmet), command: restoreCommand(database, unmet.id) }
  )
}

/** What to call it, where there is room for a line. */
export const wayBackWords = ({ is, at }: WayBack, now: Date): string => {
  switch (is) {
    case 'before':
      return `Restore the copy from before the fall, of ${ageWords(at, now)}`
    case 'unmet':
      return `Restore the newest whole copy, of ${ageWords(at, now)}`
    default:
      return 'Restore the newest proven copy'
  }
}

const tablesAtMost = 8

/** How many rows there were, beside those of today. */
export const fallCounts = ({ tables }: ShownFall): Markup => {
  const shown = tables.slice(0, tablesAtMost).map(
    ({ table, before, now }) =>
      html`<div>
        <dt>${clip(table)}</dt>
        <dd>
          ${figureWords(before)} rows before,
          ${now === undefined ? 'the table is gone' : `${figureWords(now)} now`}
        </dd>
      </div>`,
  )
  const more = tables.length - shown.length
  return html`<dl class="facts">${shown}</dl>
    ${more > 0 && html`<p class="soft">and ${more} more tables</p>`}`
}
