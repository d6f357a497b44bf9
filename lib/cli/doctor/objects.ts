/** What must hold of the bucket with the app's own objects: it answers, to us alone, and to the app's pages. */
import type { StoreProbe } from '../../adapters/spaces/probe'
import { Fault } from '../../faults'
import type { AppObjects } from '../../ports'
import { partsOf } from '../../rules/kinds/objects/pattern'
import type { Pattern } from '../../rules/kinds/objects/pattern'
import { countWords } from '../../rules/plain/wording'

import type { Observation } from './observation'

/** What lib/databases.ts says of one `kind: 'objects'`, as far as the doctor looks. */
export type Expected = {
  name: string
  collections: readonly { name: string; pattern: Pattern }[]
  isPrivate: boolean
  /** The origins whose pages read here, and no others; undefined where nobody said. */
  cors: readonly string[] | undefined
}

export type Asked = {
  objects: AppObjects
  probe: Pick<StoreProbe, 'upload' | 'remove' | 'admits'>
  mark: string
  /** Whether they are read by a key that is not that of the backups. */
  hasOwnKey: boolean
}

/** The first page of what stands under a prefix is enough to see whether a pattern is meant for it. */
const firstKeys = async (objects: AppObjects, prefix: string): Promise<string[]> => {
  for await (const page of objects.pages(prefix)) return page.map(({ key }) => key)
  return []
}

type Found = { observation: Observation; samples: string[] }

const lookFor = async ({ name, collections }: Expected, objects: AppObjects): Promise<Found> => {
  const what = `objects of ${name}`
  const found: string[] = []
  const none: string[] = []
  const samples: string[] = []
  for (const { name: collection, pattern } of collections) {
    const keys = await firstKeys(objects, pattern.prefix)
    const some = keys.filter((key) => partsOf(pattern, key) !== undefined)
    const where = `the first ${countWords(keys.length, 'key')} under "${pattern.prefix}"`
    if (some.length > 0) found.push(`${collection}: ${some.length} of ${where}`)
    else if (keys.length > 0) none.push(`${collection}: none of ${where}`)
    else none.push(`${collection}: nothing stands under "${pattern.prefix}"`)
    samples.push(...some.slice(0, 1))
  }
  const observation: Observation =
    none.length === 0
      ? { what, state: 'ok', detail: found.join('; ') }
      : {
          what,
          state: 'note',
          detail: none.join('; '),
          mend: 'If the app has written some, compare the patterns in lib/databases.ts with their keys.',
        }
  return { observation, samples }
}

const ownKey = async ({ probe, mark, hasOwnKey }: Asked): Promise<Observation> => {
  const what = 'key of objects'
  if (!hasOwnKey) return { what, state: 'ok', detail: 'the one of the backups' }
  // Bytes that are not the announced ones are stored by nobody: who may write is told so, who may not is refused.
  const name = `${mark}-objects`
  const { status } = await probe.upload(name, 'snapproof', { body: 'snapfroop' })
  if (status === 401 || status === 403) return { what, state: 'ok', detail: 'it cannot write' }
  if (status < 300) await probe.remove(name)
  const mayWrite = status < 300 || status === 400
  return mayWrite
    ? {
        what,
        state: 'note',
        detail: 'it can write to the app’s bucket, which nothing here needs',
        mend: 'Make a key with read access alone for OBJECTS_API_KEY.',
      }
    : { what, state: 'unknown', detail: `whether it can write was not answered (${status})` }
}

const privacy = async (
  { name, isPrivate }: Expected,
  { objects, samples }: { objects: AppObjects; samples: readonly string[] },
): Promise<Observation> => {
  const what = `privacy of ${name}`
  const list = await objects.isOpenToAnyone()
  const seen = await Promise.all(samples.map((key) => objects.isOpenToAnyone(key)))
  if (list !== true && !seen.includes(true)) {
    const isSure = list === false && seen.every((one) => one === false)
    return isSure
      ? { what, state: 'ok', detail: 'a stranger can neither list nor read' }
      : { what, state: 'unknown', detail: 'no answer tells what a stranger may do' }
  }
  const can = [list === true ? 'list' : undefined, seen.includes(true) ? 'read' : undefined]
  return {
    what,
    state: isPrivate ? 'wrong' : 'note',
    detail: `anyone can ${can.filter((word) => word !== undefined).join(' and ')} the app’s objects`,
    mend: 'Set the file listing of that bucket to restricted, and let the app write its objects without a public ACL.',
  }
}

/** An origin that nobody has: who admits it admits everybody. */
const nobody = 'https://origin.snapproof.invalid'

const crossOrigin = async (
  { name, cors }: Expected,
  { probe }: Asked,
): Promise<readonly Observation[]> => {
  if (cors === undefined) return []
  const what = `CORS of ${name}`
  const refused: string[] = []
  for (const origin of cors) if (!(await probe.admits(origin))) refused.push(origin)
  const isForAll = !cors.includes('*') && (await probe.admits(nobody))
  if (refused.length === 0 && !isForAll)
    return [{ what, state: 'ok', detail: `pages of ${cors.join(', ')} may read` }]
  const wrong = [
    ...(refused.length > 0 ? [`pages of ${refused.join(', ')} may not read`] : []),
    ...(isForAll ? ['pages of any origin may read'] : []),
  ]
  return [
    {
      what,
      state: 'wrong',
      detail: wrong.join('; '),
      mend: 'Set the CORS rules of that bucket (Settings, CORS Configurations) to these origins, or correct "cors" in lib/databases.ts.',
    },
  ]
}

export const probeObjects = async (
  expected: readonly Expected[],
  asked: Asked,
): Promise<Observation[]> => {
  if (expected.length === 0) return []
  try {
    const seen: Observation[] = []
    for (const one of expected) {
      const { observation, samples } = await lookFor(one, asked.objects)
      seen.push(observation, await privacy(one, { objects: asked.objects, samples }))
      seen.push(...(await crossOrigin(one, asked)))
    }
    return [...seen, await ownKey(asked)]
  } catch (thrown) {
    const fault = thrown instanceof Fault ? thrown : undefined
    const detail = fault?.why ?? 'the store stopped answering'
    const mend = fault?.mend ?? 'Check OBJECTS_ENDPOINT, and the network from here.'
    return [{ what: 'objects', state: 'wrong', detail, mend }]
  }
}
