/**
 * The thread that SQLite runs in, seen from outside: one snapshot at a time, then its rest or its end.
 *
 * It is started before the snapshot is there, and ended by terminate(), asleep or in a loop.
 */
import { Worker } from 'node:worker_threads'

import type { Kept, WorkerNews, WorkerOrder, WorkerStart } from './worker'

export type Ending = 'done' | { detail: string; mend: string }

export type ThreadStart = WorkerStart & { workerPath: string; workerHeapMb: number }

export type Thread = {
  run(order: WorkerOrder, onNews: (news: WorkerNews) => void): Promise<Ending>
  /** It has not been asked yet, or has said that it may be asked again. */
  readonly isFit: boolean
  /** While it rests it keeps no process from its end. */
  rest(isResting: boolean): void
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

export const startThread = (
  { workerPath, workerHeapMb, ...workerData }: ThreadStart,
  onKept: (kept: Partial<Kept>) => void,
): Thread => {
  const worker = new Worker(workerPath, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: workerHeapMb, maxYoungGenerationSizeMb: 8 },
  })
  let isFit = true
  let died: Ending | undefined
  let tell: (news: WorkerNews) => void = () => undefined
  let finish: (ending: Ending) => void = () => undefined

  const die = (ending: Ending): void => {
    isFit = false
    died ??= ending
    finish(died)
  }
  worker.on('message', (news: WorkerNews) => {
    if (news.kind === 'kept') return onKept(news.kept)
    tell(news)
    if (news.kind !== 'done') return
    isFit = news.isFit
    finish('done')
  })
  // What an ended worker still throws must not end the function: this listener stays.
  worker.on('error', (error: Error & { code?: string }) =>
    die(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? outOfMemory : stoppedHalfWay),
  )
  worker.on('exit', () => die(endedSilently))

  return {
    get isFit() {
      return isFit
    },
    run: (order, onNews) =>
      new Promise((resolve) => {
        isFit = false
        tell = onNews
        finish = resolve
        if (died) return resolve(died)
        // A thread has no origin: the rule means windows.
        // oxlint-disable-next-line unicorn/require-post-message-target-origin
        worker.postMessage(order)
      }),
    rest: (isResting) => {
      tell = () => undefined
      if (isResting) worker.unref()
      else worker.ref()
    },
    end: async () => {
      isFit = false
      tell = () => undefined
      await worker.terminate()
    },
  }
}
