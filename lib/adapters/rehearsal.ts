/**
 * Restores a copy as a person would: from its address, into a fresh file, by its hash, opened there.
 *
 * It uses nothing of what verified the copy but the engine itself, and leaves no file behind.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { get as overHttp } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { get as overTls } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

import type { Clock, Examination, Rehearsal, RestoreOrder } from '../ports'
import { usualKind } from '../rules/kinds/suffixes'
import { own } from '../rules/plain/own'
import { hourMs } from '../rules/plain/time-units'

import type { Engine } from './reading/engine'
import { spoolRoom } from './reading/spool'
import { unpack } from './reading/unpack'

type Options = {
  /** By the name of the kind. */
  engines: Readonly<Record<string, Engine>>
  /** What the process may use in all. */
  memoryBytes: number
  /** Where files are restored to, and the most of it that may be used. */
  tempFolder?: string
  spoolBytes?: number
  clock: Clock
  randomHex(digits: number): string
}

/** A step that did not succeed ends the rehearsal; the sentence shows nothing of the address. */
class Halt extends Error {}

/** There is nobody here who could open it. */
class Unopened extends Error {}

const halt = (why: string): never => {
  throw new Halt(why)
}

export const rehearsal = (options: Options): Rehearsal => {
  const folder = options.tempFolder ?? tmpdir()

  const examineFile = async (
    file: string,
    order: Omit<RestoreOrder, 'get'>,
  ): Promise<Examination> => {
    const engine = own(options.engines, order.claim.kind ?? usualKind)
    if (!engine) throw new Unopened()
    const { size } = await stat(file)
    const chunks = () =>
      size === 0 ? nothing() : createReadStream(file, { highWaterMark: 1024 ** 2 })
    // An engine may read it more than once.
    const examine = engine.examiner(() =>
      Promise.resolve({ sizeBytes: size, chunks: chunks(), file }),
    )
    return examine({ ...order, key: file })
  }

  const inFreshFolder = async <Result>(use: (folder: string) => Promise<Result>) => {
    await sweep(folder, options)
    const fresh = await mkdtemp(path.join(folder, prefix))
    try {
      return await use(fresh)
    } finally {
      await rm(fresh, { recursive: true, force: true })
    }
  }

  const opened = async (file: string, order: RestoreOrder, timed: Timed) => {
    const examination = await timed('open', () => examineFile(file, order))
    const { claim, again: where, deadlineAt } = order
    const { readAgain } = own(options.engines, claim.kind ?? usualKind) ?? {}
    if (!where || !readAgain) return { examination }
    const isOver = () => options.clock.now().getTime() > deadlineAt.getTime() - againEndsMs
    const again = await timed('read again', () =>
      readAgain(createReadStream(file), { ...where, expected: order.expected, isOver }),
    )
    return { examination, again }
  }

  const rehearse = async (order: RestoreOrder, fresh: string, timed: Timed) => {
    const { claim } = order
    const stored = path.join(fresh, 'stored')
    await timed('fetch', () => fetchTo(stored, order, leftMs(order, options)))
    await timed('hash', async () => {
      const hash = await sha256Of(stored)
      const expected = claim.sha256 ?? hash
      if (hash !== expected) halt('The SHA-256 of the fetched file is not the copy’s.')
    })
    if (claim.encoding === 'identity') return opened(stored, order, timed)
    const raw = path.join(fresh, 'raw')
    await timed('unpack', () => gunzip(stored, raw))
    const { size } = await stat(raw)
    const rawClaim = {
      ...claim,
      encoding: 'identity' as const,
      sizeBytes: claim.rawSizeBytes ?? size,
      sha256: claim.rawSha256,
      adopted: undefined,
    }
    return opened(raw, { ...order, claim: rawClaim }, timed)
  }

  return {
    restore: async (order) => {
      const steps: { step: string; tookMs: number }[] = []
      const timed: Timed = async (step, work) => {
        const began = options.clock.now().getTime()
        try {
          return await work()
        } finally {
          steps.push({ step, tookMs: options.clock.now().getTime() - began })
        }
      }
      const neededBytes = (order.claim.sizeBytes ?? 0) + (order.claim.rawSizeBytes ?? 0)
      const roomBytes = await spoolRoom({
        ...options,
        folder,
        limitBytes: options.spoolBytes ?? Infinity,
        // A temp folder in memory takes it from what the engine needs.
        limitInMemoryBytes: options.memoryBytes / 4,
      })
      if (neededBytes > roomBytes) return { steps, undone: 'There is no room for it here.' }
      try {
        return { steps, ...(await inFreshFolder((fresh) => rehearse(order, fresh, timed))) }
      } catch (thrown) {
        if (thrown instanceof Halt) return { steps, failed: thrown.message }
        const why = 'It could not be fetched or written now.'
        const unknown = 'This build knows no engine for its kind; a newer one does.'
        return { steps, undone: thrown instanceof Unopened ? unknown : why }
      }
    },
    open: (bytes, order) =>
      inFreshFolder(async (fresh) => {
        const file = path.join(fresh, 'made')
        await writeFile(file, bytes, { mode: 0o600 })
        return examineFile(file, order)
      }),
  }
}

/** Left of a run for writing down what came of it. */
const againEndsMs = 10_000

const prefix = 'snapproof-drill-'
const abandonedMs = hourMs

/** A drill that was killed leaves its folder; by then no other one is at it. */
const sweep = async (folder: string, { clock }: Options): Promise<void> => {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const found = await stat(path.join(folder, name)).catch(() => undefined)
    const isAbandoned = found && clock.now().getTime() - found.mtimeMs > abandonedMs
    // Another user's is not ours to take.
    if (isAbandoned) await rm(path.join(folder, name), { recursive: true }).catch(() => undefined)
  }
}

type Timed = <Result>(step: string, work: () => Promise<Result>) => Promise<Result>

/** A timer of Node's that is set to more ends at once. */
const longestTimerMs = 2 ** 31 - 1

const leftMs = ({ deadlineAt }: RestoreOrder, { clock }: Options): number =>
  Math.min(Math.max(1000, deadlineAt.getTime() - clock.now().getTime()), longestTimerMs)

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** The answer's bytes as they travel, whatever its headers call them, and from that address alone. */
const answerOf = (address: string, signal: AbortSignal): Promise<IncomingMessage> => {
  const url = new URL(address)
  const get = url.protocol === 'http:' ? overHttp : overTls
  const headers = { 'accept-encoding': 'identity' }
  return new Promise((resolve, reject) => {
    get(url, { headers, signal, agent: false }, resolve).on('error', reject)
  })
}

/** The store's own trouble, or too much asked of it: the next drill asks again. */
const passing: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])

const fetchTo = async (file: string, order: RestoreOrder, timeoutMs: number): Promise<void> => {
  const signal = AbortSignal.timeout(timeoutMs)
  const answer = await answerOf(order.get, signal)
  if (answer.statusCode !== 200) {
    answer.destroy()
    // A store that is away for a moment says nothing of the copy.
    if (passing.has(answer.statusCode ?? 0)) throw new TypeError(`${answer.statusCode}`)
    halt(`The address that was handed out answers ${answer.statusCode}.`)
  }
  await pipeline(answer, createWriteStream(file, { mode: 0o600 }), { signal })
  const { size } = await stat(file)
  if (size !== order.claim.sizeBytes)
    halt(`${size} bytes came; ${order.claim.sizeBytes} are stored.`)
}

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 ** 2 })) hash.update(chunk)
  return hash.digest('hex')
}

const gunzip = async (from: string, to: string): Promise<void> => {
  const file = await open(to, 'wx', 0o600)
  try {
    const { trouble } = await unpack(createReadStream(from), {
      onStored: () => undefined,
      onRaw: async (chunk) => {
        await file.appendFile(chunk)
        return true
      },
    })
    if (trouble !== undefined) halt('The archive cannot be unpacked.')
  } finally {
    await file.close()
  }
}
