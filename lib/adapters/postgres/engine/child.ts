/**
 * The process in which a dump is restored: it knows nothing but the dump, and may be ended at any moment.
 *
 * Whatever the dump makes PostgreSQL do happens here: it has no environment, no secret and no file of ours
 * but PGlite's own, and a thread beside it that ends it when its parent is gone or its memory is used up.
 */
import { existsSync, readSync, writeSync } from 'node:fs'
import path from 'node:path'
import { Worker, isMainThread, workerData } from 'node:worker_threads'

import { scanner } from '../../../rules/kinds/postgres/scanner'

import { askAll, checkReferences, keepUp } from './asking'
import { bake } from './bake'
import { countTables, versionOf } from './counting'
import type { News, Order } from './news'
import { Halt, mostStatementBytes, restoring } from './restorer'
import type { Session } from './session'
import { start } from './start'

/** What the parent opens for us: the dump, the order, and the way back. */
const dumpAt = 0
const orderAt = 3
const newsAt = 4

const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown ? thrown.code : undefined

const pause = (ms: number): void =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/** Whatever the pipe is set to, it waits. */
const patiently = (work: () => number): number => {
  for (;;) {
    try {
      return work()
    } catch (thrown) {
      if (codeOf(thrown) !== 'EAGAIN') throw thrown
      pause(2)
    }
  }
}

const writeAll = (fd: number, bytes: Uint8Array): void => {
  for (let done = 0; done < bytes.length;)
    done += patiently(() => writeSync(fd, bytes, done, bytes.length - done))
}

const tell = (news: News): void => writeAll(newsAt, Buffer.from(`${JSON.stringify(news)}\n`))

const pieceBytes = 256 * 1024

/** Each piece as it comes; it is overwritten by the next. */
function* piecesOf(fd: number): Generator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(pieceBytes)
  for (;;) {
    const count = patiently(() => readSync(fd, piece, 0, piece.length, null))
    if (count === 0) return
    yield piece.subarray(0, count)
  }
}

const readOrder = (): Order => {
  const parts: Buffer[] = []
  for (const piece of piecesOf(orderAt)) parts.push(Buffer.from(piece))
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as Order
}

const restore = (db: Session, { mostResidentBytes }: Order): void => {
  let line = 1
  const guard = (): void => {
    const residentBytes = process.memoryUsage.rss()
    if (residentBytes > mostResidentBytes)
      throw new Halt({ by: 'memory', line, detail: 'the process would grow too large' })
  }
  const { listener, end } = restoring(db, guard)
  const scanning = scanner(
    {
      ...listener,
      statement: (statement) => {
        line = statement.line
        listener.statement(statement)
      },
    },
    { keepBytes: mostStatementBytes },
  )
  for (const piece of piecesOf(dumpAt)) scanning.feed(piece)
  scanning.end()
  tell({ kind: 'restored', restored: end() })
}

const work = async (): Promise<void> => {
  const order = readOrder()
  const watch = { parent: order.parent, mostBytes: order.mostResidentBytes * watchedShare }
  // oxlint-disable-next-line no-new: it lives as long as this process
  new Worker(__filename, { workerData: watch }).unref()
  const extensions = order.extensions.filter((name) =>
    existsSync(path.join(order.engineFolder, `${name}.tar.gz`)),
  )
  const db = await start({ ...order, extensions })
  tell({ kind: 'started', version: versionOf(db) })
  try {
    restore(db, order)
    tell({ kind: 'tables', tables: countTables(db) })
    tell({ kind: 'references', references: checkReferences(db) })
    tell({ kind: 'answers', answers: askAll(db, order.questions) })
    const refusal = keepUp(db)
    tell({ kind: 'upkeep', ...(refusal !== undefined && { refusal }) })
    tell({ kind: 'done' })
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown)
    const halted =
      thrown instanceof Halt ? thrown.halted : { by: 'engine' as const, line: 0, detail }
    tell({ kind: 'halted', halted })
  }
  process.exit(0)
}

/** A statement may take more between two looks of our own. */
const watchedShare = 1.1

const watchMs = 100

type Watch = { parent: number; mostBytes: number }

/** Told by the signal that ends us, which nothing in the main thread can hold up. */
const watchOver = ({ parent, mostBytes }: Watch): void => {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
    if (process.memoryUsage.rss() > mostBytes) process.kill(process.pid, 'SIGTERM')
  }, watchMs)
}

if (!isMainThread) watchOver(workerData as Watch)
else if (process.argv[2] === 'bake')
  void bake(process.argv[3] ?? '').then((bytes) => writeAll(1, bytes))
else void work()
