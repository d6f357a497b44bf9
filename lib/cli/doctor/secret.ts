/** Is everything signed by a secret that is set? A change of secret ends only when it is. */
import { passOverForeign, readEntry } from '../../journey/bucket/ledger'
import { groupsOf, listTop } from '../../journey/bucket/survey'
import { resign, sumsOf } from '../../journey/resign'
import type { Tools } from '../../ports'
import { sortObjects } from '../../rules/copy/shelf'
import type { Shelf } from '../../rules/copy/shelf'
import { countWords } from '../../rules/plain/wording'

import type { Observation } from './observation'

const what = 'secret'

/**
 * Of each database so many entries, from the newest to the oldest: what was left behind stands between
 * those that came since and those that were proven anew, and no one look finds it always.
 */
const samplesOfEach = 5

const spread = <Item>(items: readonly Item[], count: number): Item[] => {
  if (items.length <= count) return [...items]
  const step = (items.length - 1) / (count - 1)
  return Array.from({ length: count }, (_, index) => items[Math.round(index * step)]).filter(
    (item) => item !== undefined,
  )
}

/** Undefined while every one that is looked at is ours. */
const firstUntrusted = async (
  shelves: readonly Shelf[],
  tools: Tools,
): Promise<string | undefined> => {
  for (const { name } of spread(shelves, samplesOfEach)) {
    let isOurs = true
    await readEntry(tools, name).catch((thrown: unknown) => {
      passOverForeign(thrown)
      isOurs = false
    })
    if (!isOurs) return name.id
  }
  return undefined
}

/** A few requests for each database: "resign" counts them all. */
const sampled = async (tools: Tools): Promise<Observation[]> => {
  const untrusted: string[] = []
  const { adopted } = await listTop(tools)
  for await (const { objects } of groupsOf(tools, adopted, [])) {
    const { shelves } = sortObjects(tools.settings, objects)
    const withEntry = shelves.filter(({ entry }) => entry !== undefined)
    const id = await firstUntrusted(withEntry, tools)
    if (id !== undefined) untrusted.push(id)
  }
  const [first] = untrusted
  if (first === undefined) return []
  return [
    {
      what,
      state: 'wrong',
      detail: `${countWords(untrusted.length, 'database')} with entries that SNAPPROOF_SECRET did not sign, such as ${first}: "restore" passes them over`,
      mend: 'Put the old secret back as SNAPPROOF_SECRET_PREVIOUS, deploy, and run "npx snapproof resign --apply". If it was never changed, look at who else may write to the bucket.',
    },
  ]
}

/** Every signed file is read: to say that a secret can go, none may be left out. */
const counted = async (tools: Tools): Promise<Observation[]> => {
  const { previous, neither } = sumsOf(await resign(tools, {}))
  const seen: Observation[] = []
  if (neither > 0)
    seen.push({
      what,
      state: 'wrong',
      detail: `${countWords(neither, 'file')} signed by neither SNAPPROOF_SECRET nor SNAPPROOF_SECRET_PREVIOUS`,
      mend: '"npx snapproof resign" names them. Look at who else may write to the bucket.',
    })
  if (previous > 0)
    seen.push({
      what,
      state: 'note',
      detail: `${countWords(previous, 'file')} signed by SNAPPROOF_SECRET_PREVIOUS alone: it must stay until none is`,
      mend: 'npx snapproof resign --apply',
    })
  else
    seen.push({
      what,
      state: 'note',
      detail: 'nothing is signed by SNAPPROOF_SECRET_PREVIOUS alone: it can be dropped',
      mend: 'Give the Droplets new tokens, then set SNAPPROOF_SECRET_PREVIOUS=off and deploy.',
    })
  return seen
}

export const probeSecret = (tools: Tools): Promise<Observation[]> =>
  tools.settings.secrets.previous === undefined ? sampled(tools) : counted(tools)
