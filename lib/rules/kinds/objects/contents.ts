/**
 * Of which objects is the content kept, and what does an inventory say of it? Of those that it tells nothing
 * against: what was good is what somebody wants back, once it is not.
 */
import type { Found, ObjectLine } from './inventory'

/** Between the day and the hash in the name of what is kept: `2026-11-30/<SHA-256>`. */
const dayLength = '2026-11-30/'.length

export const isGood = ({ invalid, growth, leaks }: Found): boolean =>
  invalid === undefined &&
  leaks === undefined &&
  growth !== 'shrunk' &&
  growth !== 'rewritten' &&
  growth !== 'gone'

/** The SHA-256 of the whole content, where it was read by a build that took it. */
export const sha256In = (found: Found | undefined): string | undefined =>
  found?.kept?.slice(dayLength) ?? found?.content

/** What was last kept of it, for as long as it is not good. */
export const lastGood = (before: ObjectLine | undefined): Found['good'] => {
  const { at, found } = before ?? {}
  return found?.kept !== undefined && at !== undefined ? { kept: found.kept, at } : found?.good
}

/** `kept`: what the content is called where it was kept just now. */
export const withContent = (
  found: Found,
  { kept, before }: { kept: string | undefined; before: ObjectLine | undefined },
): Found => {
  if (kept !== undefined) {
    const { content: _, ...rest } = found
    return { ...rest, kept }
  }
  const good = lastGood(before)
  return good ? { ...found, good } : found
}

/** Where contents are kept no longer, none is referred to either. */
export const withoutContent = (found: Found): Found => {
  const { kept: _, good: __, ...rest } = found
  const content = sha256In(found)
  return content === undefined ? rest : { ...rest, content }
}

/** Nothing of it need be read for its content's sake. */
export const isContentKnown = (found: Found | undefined): boolean =>
  found !== undefined && (found.kept !== undefined || !isGood(found))

/** What inventories refer to by these names, in a text of their lines. */
export const keptIn = /"kept":"(\d{4}-\d\d-\d\d\/[0-9a-f]{64})"/g

/** No reference is longer: of a text that comes in pieces so much must be looked at again. */
export const keptLength = '"kept":""'.length + dayLength + 64

/** What is to be brought back of an object, by its line in an inventory; or why nothing is. */
export type Then = { kept: string; at: string } | { why: string; good: Found['good'] }

const notKept = ({ growth, invalid, leaks }: Found): string => {
  if (growth === 'gone') return 'It was gone by then.'
  if (invalid === 'larger than is read')
    return 'It was larger than is read of any object, so it was not kept.'
  if (growth === 'shrunk' || growth === 'rewritten')
    return `Its list had ${growth === 'shrunk' ? 'shrunk' : 'been rewritten'} by then, and only what is good is kept.`
  if (invalid !== undefined)
    return `It was not as expected then (${invalid}), and only what is good is kept.`
  if (leaks !== undefined)
    return `What looks like ${leaks.join(', ')} stood in it then, and that is not kept.`
  return 'Its content was not kept then: keepContents in lib/databases.ts says whether contents are.'
}

/** `orLastGood`: where it was not good then, what it was when it last was. */
export const thenOf = (
  { at, found = {} }: ObjectLine,
  { orLastGood }: { orLastGood: boolean },
): Then => {
  if (found.kept !== undefined) return { kept: found.kept, at }
  if (orLastGood && found.good) return found.good
  return { why: notKept(found), good: found.good }
}
