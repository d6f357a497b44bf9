/**
 * Are the app's objects there, valid, fresh, only growing, private, and without secrets? Asked of what
 * an inventory says of them: by collection, with counts and a few keys, and never with their content.
 */
import { own } from '../../plain/own'
import { hourMs } from '../../plain/time-units'
import { clip, countWords, instantWords } from '../../plain/wording'
import { passed } from '../../verdict/verdict'
import type { Finding } from '../../verdict/verdict'

import { judgeOwners } from './owners'
import type { CollectionExpected, ObjectsExpected } from './settings'
import type { CollectionTally, Inventory, Some } from './tally'

const takeAnew = 'Nothing is to be restored from it: the next watch takes another inventory.'

/** Is it a whole inventory? */
export const judgeInventory = ({ head, foot, lines, broken, isNewer }: Inventory): Finding => {
  const failed = (detail: string): Finding => ({
    check: 'structure',
    outcome: 'failed',
    detail,
    mend: takeAnew,
  })
  if (isNewer)
    return {
      check: 'structure',
      outcome: 'unverifiable',
      detail: 'The inventory was written by a newer Snapproof.',
      mend: 'Deploy the newest build: npm run deploy.',
    }
  if (broken !== undefined) return failed(`The inventory is damaged: ${broken}.`)
  if (!head) return failed('The inventory is empty.')
  if (!foot) return failed(`The inventory was cut off after ${countWords(lines, 'line')}.`)
  if (foot.lines !== lines)
    return failed(`The inventory holds ${countWords(lines, 'line')}, and says ${foot.lines}.`)
  return passed('structure', `An inventory of ${countWords(lines, 'object')}, whole.`)
}

const keysWords = ({ keys, count }: Some): string => {
  const more = count - keys.length
  return `${keys.map(clip).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

type Each = { name: string; tally: CollectionTally; collection: CollectionExpected }

type Part = string | undefined

const told = (parts: readonly Part[]): string =>
  parts.filter((part) => part !== undefined).join('; ')

/** One sentence of what is wrong in each collection, or the other one where nothing is. */
const judged = (
  { check, outcome, mend }: Omit<Finding, 'detail'>,
  wrong: readonly Part[],
  right: string,
): Finding => {
  const detail = told(wrong)
  return detail === '' ? passed(check, right) : { check, outcome, detail: `${detail}.`, mend }
}

const notAsExpected = ({ name, tally: { invalid, objects } }: Each): Part =>
  invalid.count === 0
    ? undefined
    : `${name}: ${invalid.count} of ${objects} not as expected (${invalid.says}): ${keysWords(invalid)}`

/** What objects were read by when it was taken decides: of another schema it says nothing. */
const judgeSchema = (all: readonly Each[], { head }: Inventory): Finding => {
  const isAsked = ({ name, collection }: Each) => head?.collections[name] === collection.by
  const unasked = all.filter((each) => !isAsked(each)).map(({ name }) => name)
  const finding = judged(
    {
      check: 'schema',
      outcome: 'unmet',
      mend: 'Look at these objects, and at what wrote them last. If it is the schema that is wrong, change it in lib/databases.ts and deploy again.',
    },
    all.filter(isAsked).map(notAsExpected),
    'Each object holds what is expected.',
  )
  if (finding.outcome !== 'passed' || unasked.length === 0) return finding
  return {
    check: 'schema',
    outcome: 'warned',
    detail: `Taken before lib/databases.ts was changed: what is expected now was not asked of ${unasked.join(', ')}.`,
    mend: 'Nothing is to be done: the next inventory asks it.',
  }
}

const objectsWords = ({ name, tally: { objects, entries }, collection }: Each): string => {
  const listed =
    collection.grows === undefined ? '' : ` with ${countWords(entries, 'entry', 'entries')}`
  return `${countWords(objects, 'object')} of ${name}${listed}`
}

const judgeRows = (all: readonly Each[]): Finding =>
  judged(
    {
      check: 'rows',
      outcome: 'unmet',
      mend: 'Look into the bucket: either objects are gone, or the app has another place for them; then change objects in lib/databases.ts and deploy again.',
    },
    all.map(({ name, tally: { objects }, collection }) => {
      const atLeast = collection.atLeast ?? 0
      return objects >= atLeast
        ? undefined
        : `${name}: ${countWords(objects, 'object')}; at least ${atLeast} are expected`
    }),
    `${all.map(objectsWords).join(', ')}.`,
  )

const hoursWords = (ms: number): string => `${Number((ms / hourMs).toFixed(1))} h`

const judgeFreshness = (all: readonly Each[]): Finding =>
  judged(
    {
      check: 'freshness',
      outcome: 'warned',
      mend: 'Check that the app’s poll still runs, and that its webhooks still arrive.',
    },
    all.map(({ name, tally: { stale, objects }, collection }) =>
      stale.count === 0
        ? undefined
        : `${name}: ${stale.count} of ${objects} not written to within ${hoursWords(Number(collection.withinMs))}: ${keysWords(stale)}`,
    ),
    'Everything was written to within the time that is expected.',
  )

const growthWords = ({ name, tally: { growth } }: Each): string => {
  const said = ['new', 'continued', 'unchanged'].map((word) => `${growth[word] ?? 0} ${word}`)
  return `${name}: ${said.join(', ')}`
}

const lostWords = (name: string, some: Some, what: string): Part =>
  some.count === 0
    ? undefined
    : `${name}: ${some.count} ${what}${some.says === undefined ? '' : ` (first seen ${instantWords(some.says)})`}: ${keysWords(some)}`

const judgeGrowth = (all: readonly Each[]): Finding =>
  judged(
    {
      check: 'growth',
      outcome: 'unmet',
      mend: 'An entry that was there is gone, has moved or has changed. Look at what wrote these objects. Where keepContents is set in lib/databases.ts, npx snapproof fetch KEY brings back what each was when it last was good. If it was meant, accept this inventory: from then on they may only grow again.',
    },
    all.flatMap(({ name, tally: { shrunk, rewritten, gone } }) => [
      lostWords(name, shrunk, 'shrunk'),
      lostWords(name, rewritten, 'rewritten'),
      lostWords(name, gone, 'gone'),
    ]),
    `Nothing that was there is lost: ${all.map(growthWords).join('; ')}.`,
  )

const judgeSecrets = (all: readonly Each[]): Finding =>
  judged(
    {
      check: 'secrets',
      outcome: 'unmet',
      mend: 'Take the token out of these objects, and make it worthless where it was given out: whoever read them has it.',
    },
    all.map(({ name, tally: { leaking } }) =>
      leaking.count === 0
        ? undefined
        : `${name}: ${countWords(leaking.count, 'object')} with what looks like ${leaking.says}: ${keysWords(leaking)}`,
    ),
    'Nothing in them looks like an access token.',
  )

const isPublic =
  'Make them private at once: the bucket’s policy, and the ACL with which the app writes. Take what they hold as read by others.'

const judgePrivate = (all: readonly Each[], isPrivate: boolean | undefined): Finding => {
  const open = all.map(({ name, tally: { open: some } }) =>
    some.count === 0
      ? undefined
      : `${name}: ${countWords(some.count, 'object')} handed out to whoever asks without a key: ${keysWords(some)}`,
  )
  const listed = isPrivate === false ? ['whoever asks without a key is given a list of them'] : []
  const mended = { check: 'private', mend: isPublic }
  const right = 'Whoever asks without a key is refused.'
  if (told([...listed, ...open]) !== '' || isPrivate === true)
    return judged({ ...mended, outcome: 'unmet' }, [...listed, ...open], right)
  return {
    check: 'private',
    outcome: 'warned',
    detail: 'Whether the objects are private could not be tried.',
    mend: 'Nothing is to be done now: the next inventory tries it again.',
  }
}

/** What lib/databases.ts expects of them, each asked only where something is said of it. */
export const judgeObjects = (inventory: Inventory, expected: ObjectsExpected): Finding[] => {
  const { collections, isPrivate, secrets, owners } = expected
  const all = Object.entries(inventory.collections).flatMap(([name, tally]): Each[] => {
    const collection = own(collections, name)
    return collection ? [{ name, tally, collection }] : []
  })
  const some = <Field extends keyof CollectionExpected>(field: Field) =>
    all.filter(({ collection }) => collection[field] !== undefined)
  const growing = some('grows')
  return [
    judgeSchema(all, inventory),
    judgeRows(all),
    ...(some('withinMs').length > 0 ? [judgeFreshness(some('withinMs'))] : []),
    ...(growing.length > 0 ? [judgeGrowth(growing)] : []),
    ...(isPrivate ? [judgePrivate(all, inventory.foot?.isPrivate)] : []),
    ...(secrets ? [judgeSecrets(all)] : []),
    ...(owners ? [judgeOwners(owners, inventory.foot?.owners)] : []),
  ]
}

/** What later inventories are compared with: objects, and the entries of those that are lists. */
export const rowsOf = (
  { collections }: Inventory,
  expected: ObjectsExpected,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(expected.collections).flatMap(([name, { grows }]): [string, number][] => {
      const { objects = 0, entries = 0 } = collections[name] ?? {}
      return [
        [name, objects],
        ...(grows === undefined ? [] : [[`${name} entries`, entries] as [string, number]]),
      ]
    }),
  )
