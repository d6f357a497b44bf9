/**
 * 2. A snapshot is the announced bytes. 4. `passed` is never wrong. 5. "Could not check" is neither, and
 * what is whole is never called damaged: what it lacks of what is expected makes it `unmet`, and no more.
 */
import type { Change } from '../cloud/bucket'
import { Violation } from '../violation'

import type { Expected } from './expected'
import { isGood, judgeTruly, readEntrySeen } from './truth'
import type { EntrySeen, Told, Truth } from './truth'

const isBad = ({ kind, isAsClaimed }: Told): boolean =>
  !isAsClaimed || kind === 'corrupt' || kind === 'nothing known'

const isDefinite = (outcome: string | undefined): boolean =>
  outcome !== undefined && outcome !== 'unverifiable'

/** The store's own clock is set by minutes now and then; a name by any other is off by more. */
const aheadAtMostMs = 3_600_000

const isSoundWord = (outcome: string | undefined): boolean =>
  outcome === 'passed' || outcome === 'warned'

export const verdictsOracle = (truth: Truth, expected: Expected) => {
  const arrived = ({ key, after, by }: Change): void => {
    const copy = truth.copyOfKey(key)
    if (!copy || !after) throw new Violation(2, `${by.name} stored ${key}, which nobody announced`)
    const [day = '', time = ''] = copy.entry.id.slice(-25, -7).split('T')
    const namedMs = Date.parse(`${day}T${time.slice(0, 2)}:${time.slice(2, 4)}:00Z`)
    if (namedMs > after.object.modifiedAt.getTime() + aheadAtMostMs) {
      throw new Violation(7, `${key} is named ahead of its arrival`)
    }
    if (!judgeTruly(after, copy.entry).isAsClaimed) {
      throw new Violation(2, `${key} was stored with other bytes than were announced`)
    }
  }
  const judged = (entry: EntrySeen, before: EntrySeen | undefined): void => {
    const { id, key, verdict } = entry
    if (!verdict || JSON.stringify(verdict) === JSON.stringify(before?.verdict)) return
    const { outcome } = verdict
    // Where several contents stood under the key, one of them was the one that was judged.
    const told = truth.contentsOf(key).map((content) => judgeTruly(content, entry))
    const kinds = told.map(({ kind }) => kind).join(', ')
    if (outcome === 'passed' || outcome === 'warned') {
      if (!told.some(isGood)) {
        const invariant = told.some(({ kind }) => kind === 'encrypted') ? 5 : 4
        throw new Violation(invariant, `${id} is said to be ${outcome}, and is ${kinds}`)
      }
    }
    // What was said of another file says nothing of this one.
    const isReplaced =
      before?.claim.adopted?.etag !== entry.claim.adopted?.etag || before?.etag !== entry.etag
    const wasSound = isSoundWord(before?.verdict?.outcome)
    const files = told.filter(isGood).flatMap(({ file }) => file ?? [])
    const mayBeMet = files.some(expected.wasMetLately) || (wasSound && outcome === 'warned')
    if (isSoundWord(outcome) && !mayBeMet) {
      throw new Violation(4, `${id} is said to be ${outcome}, and lacks what is expected`)
    }
    if (outcome === 'unmet' && !files.some(expected.wasUnmetLately)) {
      throw new Violation(5, `${id} is said to be unmet, and is ${kinds}`)
    }
    if (outcome === 'unmet' && wasSound && !isReplaced) {
      throw new Violation(5, `${id} was sound when it came, and is said to be unmet`)
    }
    if (outcome === 'failed' && !told.some(isBad)) {
      throw new Violation(5, `${id} is said to be failed, and is ${kinds}`)
    }
    if (!isDefinite(outcome) && isDefinite(before?.verdict?.outcome) && !isReplaced) {
      throw new Violation(5, `the verdict of ${id} was lost to "could not check"`)
    }
  }
  return {
    hear: (change: Change, before: EntrySeen | undefined): void => {
      if (change.how === 'upload') arrived(change)
      if (change.by.role === 'stranger' || !change.after) return
      if (!change.key.endsWith('.entry.json')) return
      const entry = readEntrySeen(change.after.bytes)
      if (entry) judged(entry, before)
    },
  }
}
