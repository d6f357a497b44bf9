/**
 * The store as one running function sees it: slow, away, forgetful, and now and then its last call.
 *
 * What it does when it does something is what lib/adapters/spaces/store.ts promises: the contract in
 * test/adapters/store.contract.ts holds for it in fair weather.
 */
import { asAnnounced } from '../../../lib/adapters/spaces/streamed'
import { Fault } from '../../../lib/faults'
import type { Store, StoredObject } from '../../../lib/ports'
import { largestOwnBytes } from '../../../lib/rules/trust/seal'
import type { Clocks } from '../clock'
import type { Random } from '../random'
import type { Scheduler, Task } from '../scheduler'
import type { Trace } from '../trace'
import { latencyMs } from '../weather'
import type { Weather } from '../weather'

import type { Bucket, By } from './bucket'

export type StoreParts = {
  bucket: Bucket
  clocks: Clocks
  scheduler: Scheduler
  trace: Trace
  weather: Weather
  random: Random
  /** Part of every address, so that one in the wrong place is recognised. */
  addressMark: string
  /** The host in every address: whoever follows one comes to this place. */
  host?: string
  /** Called when a call of a function went wrong, or it was killed in it. */
  unsteady(by: By): void
  /** Called when a key outside of the prefix was about to be written. */
  trespass(key: string, by: By): void
}

export type Asker = { by: By; task: Task }

/** Small, so that a listing takes several calls and the bucket changes between them. */
const pageLimit = 60

const replaced = (): Fault =>
  new Fault({ code: 'contended', why: 'The object was replaced.', mend: 'Wait.' })

const away = (): Fault =>
  new Fault({
    code: 'store-unreachable',
    why: 'The store did not answer as it should (503).',
    mend: 'It is tried again by itself.',
  })

/** One call with all that may become of it. Any port is asked through this. */
export const askerOf = (parts: StoreParts, { by, task }: Asker) => {
  const { clocks, scheduler, trace, weather } = parts
  const asked = new Map<string, number>()
  return <Answer>(what: string, perform: () => Answer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      // Of calls that are made at once any may be the first to be made: each has chances of its own.
      const time = (asked.get(what) ?? 0) + 1
      asked.set(what, time)
      const random = parts.random.fork(`${by.name} ${what} ${time}`)
      const said = (fate: string) => trace.tell(clocks.nowMs(), by.name, `${what}: ${fate}`)
      const fail = (fate: string) => {
        trace.tally.faults += 1
        parts.unsteady(by)
        said(fate)
        reject(away())
      }
      // Not bound to the task: what a killed function had sent may still be done.
      scheduler.after(latencyMs(random, weather), () => {
        if (task.isDead) {
          if (random.chance(0.5)) perform()
        } else if (random.chance(weather.killed)) {
          if (random.chance(0.5)) perform()
          parts.unsteady(by)
          scheduler.kill(task, `at ${what}`)
        } else if (random.chance(weather.refused)) {
          fail('refused')
        } else if (random.chance(weather.late)) {
          scheduler.after(random.between(500, 90_000), () => void perform())
          fail('no answer, and done later')
        } else if (random.chance(weather.lost)) {
          perform()
          fail('done, and the answer was lost')
        } else {
          const answer = perform()
          said(typeof answer === 'string' ? answer : 'done')
          resolve(answer)
        }
      })
    })
}

export const faultyStore = (parts: StoreParts, asker: Asker): Store => {
  const { bucket, clocks, weather, random, trace } = parts
  const { by } = asker
  const ask = askerOf(parts, asker)

  /** Refused as by the real one; but that it was tried is told first. */
  const within = async (key: string): Promise<void> => {
    if (key.startsWith('backups/')) return
    await ask(`touch ${key}`, () => parts.trespass(key, by))
    throw new Fault({ code: 'internal', why: `${key} is outside.`, mend: 'Report it.' })
  }
  const view = (prefix: string): StoredObject[] => {
    const agoMs = random.chance(weather.stale) ? random.between(1_000, 5 * 60_000) : 0
    if (agoMs > 0) trace.tell(clocks.nowMs(), by.name, `sees the listing of ${agoMs} ms ago`)
    return bucket.view(prefix, agoMs)
  }
  const bodyOf = async function* bodyOf(key: string, bytes: Buffer): AsyncGenerator<Uint8Array> {
    const half = bytes.length >> 1
    yield bytes.subarray(0, half)
    const isWhole = await ask(`read on in ${key}`, () => !random.chance(weather.truncated))
    if (!isWhole) throw away()
    yield bytes.subarray(half)
  }
  const addressOf = (key: string): string =>
    `https://${parts.host ?? 'store.test'}/${key}?X-Amz-Signature=${parts.addressMark}${random.hex(8)}`
  const isAlready = (key: string, bytes: Uint8Array): boolean =>
    bucket.objects.get(key)?.bytes.equals(bytes) === true

  return {
    list: (prefix) => ask(`list ${prefix}`, () => view(prefix)),
    pages: async function* pages(prefix, after = '') {
      for (let from = after; ;) {
        const found = await ask(`page of ${prefix} after ${from}`, () =>
          view(prefix).filter(({ key }) => key > from),
        )
        yield found.slice(0, pageLimit)
        const last = found[pageLimit - 1]
        if (found.length <= pageLimit || !last) return
        from = last.key
      }
    },
    files: (prefix) =>
      ask(`files ${prefix}`, () =>
        view(prefix).filter(({ key }) => !key.slice(prefix.length).includes('/')),
      ),
    now: () => ask('now', () => new Date(Math.floor(clocks.store.now().getTime() / 1000) * 1000)),
    head: (key) => ask(`head ${key}`, () => bucket.objects.get(key)?.object),
    read: (key) =>
      ask(`read ${key}`, () => {
        const found = bucket.objects.get(key)
        const isOurs = found === undefined || found.bytes.length <= largestOwnBytes
        return isOurs ? found : { ...found, bytes: Buffer.alloc(0) }
      }),
    stream: async (key, etag) => {
      const found = await ask(`stream ${key}`, () => bucket.objects.get(key))
      if (!found) return undefined
      if (etag !== undefined && etag !== found.object.etag) throw replaced()
      return { chunks: bodyOf(key, found.bytes), object: found.object }
    },
    range: async (key, { start, end, etag }) => {
      const found = await ask(`range ${key}`, () => bucket.objects.get(key))
      if (!found) return undefined
      if (etag !== found.object.etag) throw replaced()
      return bodyOf(key, found.bytes.subarray(start, end))
    },
    create: async (key, bytes) => {
      await within(key)
      return ask(`create ${key}`, () => {
        if (isAlready(key, bytes)) return 'created'
        if (bucket.objects.has(key)) return 'exists'
        bucket.write(key, bytes, 'create', by)
        return 'created'
      })
    },
    createFrom: async (key, { chunks, sha256 }) => {
      await within(key)
      const pieces: Uint8Array[] = []
      for await (const part of asAnnounced(chunks, sha256)) pieces.push(part)
      return ask(`create ${key} from a stream`, () => {
        if (bucket.objects.has(key)) return 'exists'
        bucket.write(key, Buffer.concat(pieces), 'create', by)
        return 'created'
      })
    },
    replace: async (key, bytes, etag) => {
      await within(key)
      return ask(`replace ${key}`, () => {
        if (isAlready(key, bytes)) return 'replaced'
        if (bucket.objects.get(key)?.object.etag !== etag) return 'changed'
        bucket.write(key, bytes, 'replace', by)
        return 'replaced'
      })
    },
    put: async (key, bytes) => {
      await within(key)
      return ask(`put ${key}`, () => bucket.write(key, bytes, 'put', by))
    },
    remove: async (key) => {
      await within(key)
      return ask(`remove ${key}`, () => bucket.remove(key, by))
    },
    uploadAddress: async (terms) => {
      await within(terms.key)
      return ask(`address for ${terms.key}`, () => {
        const url = addressOf(terms.key)
        bucket.openAddress(url, terms)
        return { url, headers: { 'x-amz-content-sha256': terms.sha256 } }
      })
    },
    downloadAddress: async ({ key }) => {
      await within(key)
      return ask(`address of ${key}`, () => ({ url: addressOf(key) })).then(({ url }) => url)
    },
  }
}
