/**
 * The thread that SQLite runs in, seen from outside: one snapshot, then its end.
 *
 * It is started before the snapshot is there, and ended by terminate(), asleep or in a loop.
 */
import { Worker } from 'node:worker_threads'

import type { WorkerNews, WorkerOrder, WorkerStart } from './worker'

export type Ending = 'done' | { detail: string; mend: string }

export type Checker = {
  run(order: WorkerOrder, onNews: (news: WorkerNews) => void): Promise<Ending>
  end(): Promise<void>
}

const laterByItself = 'It is tried again by itself.'

const outOfMemory = {
  detail: 'The check ran out of memory before it had an answer.',
  mend: `${laterByItself} If it stays, fetch it with restore.sh --salvage --at TICKET, and run "npx snapproof verify FILE" on it.`,
}

const stoppedHalfWay = {
  detail: 'The check stopped half-way for a reason of its own.',
  mend: `${laterByItself} If it stays, fetch it with restore.sh --salvage --at TICKET, and run "npx snapproof verify FILE" on it.`,
}

const endedSilently = { detail: 'The check ended without an answer.', mend: laterByItself }

export const startChecker = (
  workerPath: string,
  { workerHeapMb, ...workerData }: WorkerStart & { workerHeapMb: number },
): Checker => {
  const worker = new Worker(workerPath, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: workerHeapMb, maxYoungGenerationSizeMb: 8 },
  })
  let tell: (news: WorkerNews) => void = () => undefined
  const ended = new Promise<Ending>((resolve) => {
    worker.on('message', (news: WorkerNews) => {
      tell(news)
      if (news.kind === 'done') resolve('done')
    })
    // What an ended worker still throws must not end the function: this listener stays.
    worker.on('error', (error: Error & { code?: string }) =>
      resolve(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? outOfMemory : stoppedHalfWay),
    )
    worker.on('exit', () => resolve(endedSilently))
  })

  return {
    run: (order, onNews) => {
      tell = onNews
      // A thread has no origin: the rule means windows.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      worker.postMessage(order)
      return ended
    },
    end: async () => {
      tell = () => undefined
      await worker.terminate()
    },
  }
}
