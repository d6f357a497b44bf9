/** An installation as an edition left it, taken over by the code as it stands. */
import type { z } from 'zod'

import { watch } from '../../lib/journey/watch'
import type { Examination, Examiner, Tools } from '../../lib/ports'
import { fakeChannel, fakeNotifier } from '../fakes/channels'
import type { FakeChannel } from '../fakes/channels'
import { sqliteOf, testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { payloadAt } from '../fixtures/newer'

import * as shapes from './1/shapes'
import { fillStore, readBucket } from './bucket'
import type { Recorded } from './bucket'

export type Standing = {
  tools: TestTools
  recorded: Recorded
  channels: Record<'mail' | 'chat' | 'pager', FakeChannel>
}

const examined = new Map<string, Promise<Examination>>()

/** The real examiner, asked once for the same question to the same file: each answer takes its time. */
const examinerOf = (tools: TestTools): Examiner => {
  const { store } = tools
  return (order) => {
    const { key, claim, expected } = order
    const etag = store.objects.get(key)?.object.etag
    const question = JSON.stringify([key, etag, claim, expected])
    const answer = examined.get(question) ?? sqliteOf(tools)(order)
    examined.set(question, answer)
    return answer
  }
}

/**
 * A way to restore copies out of the store in memory; it has no addresses to fetch from. No alarm is
 * rung: that has its own tests, and takes its time.
 */
const rehearsalOf = (tools: TestTools): Tools['rehearsal'] => ({
  open: async () => ({ findings: [], method: 'not opened', tookMs: 0 }),
  restore: async ({ get, ...order }) => ({
    steps: [],
    examination: await examinerOf(tools)({ ...order, key: get.replace('memory:get:', '') }),
  }),
})

export const takenOver = (name: string): Standing => {
  const recorded = readBucket(name)
  const tools = testTools({ databases: recorded.databases })
  fillStore(tools.store, recorded)
  tools.clock.moveTo(recorded.now)
  const channels = {
    mail: fakeChannel('mail'),
    chat: fakeChannel('chat'),
    pager: fakeChannel('pager'),
  }
  const deadlineAt = new Date(8.64e15)
  const notifier = fakeNotifier(Object.values(channels))
  return {
    tools: {
      ...tools,
      notifier,
      deadlineAt,
      examiners: { sqlite: examinerOf(tools) },
      rehearsal: rehearsalOf(tools),
    },
    recorded,
    channels,
  }
}

/** The same at another time, with what stands in the store by then. */
export const standingWith = (
  name: string,
  { objects, now }: { objects: TestTools['store']['objects']; now: string },
): Standing => {
  const standing = takenOver(name)
  const { store, clock } = standing.tools
  store.objects.clear()
  for (const [key, found] of objects) store.objects.set(key, found)
  clock.moveTo(now)
  return standing
}

const watchedOnce = new Map<string, Promise<TestTools['store']['objects']>>()

/** After today's first watch over it, which opens what it judges anew, and takes its time. */
export const watchedOver = async (name: string): Promise<Standing> => {
  const first = async () => {
    const { tools } = takenOver(name)
    const { faults } = await watch.run({}, tools)
    if (faults.length > 0) throw new Error(faults.join(' '))
    return new Map(tools.store.objects)
  }
  const watched = watchedOnce.get(name) ?? first()
  watchedOnce.set(name, watched)
  return standingWith(name, { objects: await watched, now: readBucket(name).now })
}

export const keysOf = ({ store }: TestTools, pattern: RegExp): string[] =>
  [...store.objects.keys()].filter((key) => pattern.test(key)).toSorted()

/** As the first edition reads it: its shape of what is signed under this type, nothing more. */
const shapesOfFirst: Readonly<Record<string, readonly z.ZodType[]>> = {
  [shapes.payloadTypes.statement]: [shapes.Statement],
  [shapes.payloadTypes.catalog]: [shapes.Catalog],
  [shapes.payloadTypes.watch]: [shapes.WatchState],
  [shapes.payloadTypes.alerts]: [shapes.AlertState],
  [shapes.payloadTypes.prune]: [shapes.PruneState],
  [shapes.payloadTypes.journal]: [shapes.PrunePlan, shapes.PruneResult],
  [shapes.payloadTypes.drill]: [shapes.DrillState],
  [shapes.payloadTypes.drillReport]: [shapes.DrillReport],
}

/** Every signed document, with what the first edition takes of it; undefined where it takes none. */
export const readByFirst = (tools: TestTools, pattern = /\.json$/) =>
  keysOf(tools, pattern)
    // The first is no document, and the others nothing that the first edition asks for.
    .filter((key) => !/\/(heartbeat|given|summary)\.json$/.test(key))
    .map((key) => {
      const { type, document } = payloadAt(tools, key)
      const read = (shapesOfFirst[type] ?? []).map((shape) => shape.safeParse(document).data)
      return { key, type, document, taken: read.find((one) => one !== undefined) }
    })
