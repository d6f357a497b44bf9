/**
 * The app's own part of the bucket as the watch sees it, and the real engine over it. Unpacking ends when it ends,
 * and not at an event: so an inventory is taken, and judged, while all else waits.
 */
import { objectsEngine } from '../../../lib/adapters/objects/examiner'
import { takeInventory } from '../../../lib/adapters/objects/walk'
import { Fault } from '../../../lib/faults'
import type { AppObjects, Clock, Examiner, Store, Take } from '../../../lib/ports'
import type { Clocks } from '../clock'
import type { Random } from '../random'
import type { Scheduler } from '../scheduler'
import type { Weather } from '../weather'

import type { Bucket } from './bucket'

/** Several of them in each inventory, so that the app writes between two. */
const pageLimit = 4

/** A run has no time left so often, and the next one goes on. */
const endsEarly = 0.02

/** The app writes between two answers so often. */
const writesMeanwhile = 0.03

export type AppParts = {
  bucket: Bucket
  clocks: Clocks
  scheduler: Scheduler
  weather: Weather
  random: Random
  /** Whoever may read these has no key. */
  published: ReadonlySet<string>
  /** Somebody writes to the app just now. */
  onMeanwhile(): void
  /** Some of this inventory was read at this moment. */
  onTaken(takenAt: Date): void
}

const away = (): Fault =>
  new Fault({
    code: 'store-unreachable',
    why: 'The app’s bucket did not answer.',
    mend: 'It is tried again by itself.',
  })

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const wholeOf = async (chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const parts: Uint8Array[] = []
  for await (const part of chunks) parts.push(part)
  return Buffer.concat(parts)
}

const appObjectsOf = ({ bucket, weather, random, ...parts }: AppParts): AppObjects => {
  const answer = (): void => {
    if (random.chance(writesMeanwhile)) parts.onMeanwhile()
    if (random.chance(weather.refused)) throw away()
  }
  return {
    pages: async function* pages(prefix, after = '') {
      for (let from = after; ;) {
        answer()
        const agoMs = random.chance(weather.stale) ? random.between(1_000, 5 * 60_000) : 0
        const left = bucket.view(prefix, agoMs).filter(({ key }) => key > from)
        yield left.slice(0, pageLimit)
        const last = left[pageLimit - 1]
        if (left.length <= pageLimit || !last) return
        from = last.key
      }
    },
    stream: async (key) => {
      answer()
      const found = bucket.objects.get(key)
      return found && { object: found.object, chunks: once(found.bytes) }
    },
    range: async (key, { start, end }) => {
      answer()
      const found = bucket.objects.get(key)
      return found && once(found.bytes.subarray(start, end))
    },
    isOpenToAnyone: async (key) => key !== undefined && parts.published.has(key),
  }
}

/** The real one; what it goes on from is read before, as any call to the store. */
export const takerOf = (parts: AppParts): Take => {
  const app = appObjectsOf(parts)
  return async (order) => {
    const bytes = order.before && (await wholeOf(order.before.chunks))
    const before = order.before && bytes && { ...order.before, chunks: once(bytes) }
    const isCut = parts.random.chance(endsEarly)
    parts.onTaken(order.takenAt)
    const isOver = () => isCut || order.isOver()
    return parts.scheduler.outside(takeInventory({ ...order, app, before, isOver }))
  }
}

/** The real one over bytes that were read before; what went wrong with them goes wrong in its hands. */
export const inventoriesExaminer =
  ({ store, clock, scheduler }: { store: Store; clock: Clock; scheduler: Scheduler }): Examiner =>
  async (order) => {
    const read = async () => {
      const found = await store.stream(order.key, order.etag)
      if (!found) return undefined
      const bytes = await wholeOf(found.chunks)
      return { sizeBytes: found.object.sizeBytes, chunks: once(bytes) }
    }
    const got = await read().then(
      (source) => ({ source }),
      (trouble: unknown) => ({ trouble }),
    )
    const open = async () => {
      if ('trouble' in got) throw got.trouble
      return got.source
    }
    return scheduler.outside(objectsEngine({ clock }).examiner(open)(order))
  }
