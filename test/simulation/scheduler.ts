/**
 * Everything that happens, one event after the other, in an order that follows from the seed alone.
 *
 * A task is an async function whose only awaits are operations of this scheduler. While one waits,
 * any other may run; and one that is killed is never answered again.
 */
import type { Clocks } from './clock'
import type { Trace } from './trace'

export type Task = { readonly name: string; isDead: boolean; hasEnded: boolean }

export type Scheduler = {
  /** Runs it after so long, unless the task it belongs to is dead by then. */
  after(ms: number, run: () => void, task?: Task): void
  sleep(ms: number, task: Task): Promise<void>
  spawn(name: string, body: (task: Task) => Promise<void>): Task
  /** What ends when it ends, and asks nothing of the scheduler: no event comes before it has. */
  outside<Answer>(work: Promise<Answer>): Promise<Answer>
  /** The task stops where it stands. */
  kill(task: Task, why: string): void
  /** Runs one event; false when there is none before `untilMs`. */
  step(untilMs: number): Promise<boolean>
  /** Tasks that are still at it. */
  running(): number
}

type Event = { atMs: number; order: number; run: () => void; task: Task | undefined }

const isBefore = (a: Event, b: Event): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

/** Everything that waits in microtasks has run when this is back: no step awaits anything else. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** A heap, the earliest event on top. */
const queueOf = () => {
  const heap: Event[] = []
  const swap = (i: number, j: number): void => {
    const [a, b] = [heap[i], heap[j]]
    if (a && b) [heap[i], heap[j]] = [b, a]
  }
  const isLess = (i: number, j: number): boolean => {
    const [a, b] = [heap[i], heap[j]]
    return a !== undefined && b !== undefined && isBefore(a, b)
  }
  return {
    top: () => heap[0],
    push: (event: Event): void => {
      let at = heap.push(event) - 1
      while (at > 0 && isLess(at, (at - 1) >> 1)) {
        swap(at, (at - 1) >> 1)
        at = (at - 1) >> 1
      }
    },
    pop: (): void => {
      swap(0, heap.length - 1)
      heap.pop()
      for (let at = 0; ;) {
        const left = 2 * at + 1
        const least = isLess(left + 1, left) ? left + 1 : left
        if (!isLess(least, at)) return
        swap(least, at)
        at = least
      }
    },
  }
}

export const schedulerOf = (clocks: Clocks, trace: Trace): Scheduler => {
  const queue = queueOf()
  let order = 0
  let running = 0
  const outside = new Set<Promise<unknown>>()
  /** A mistake of the simulation itself must not look like a quiet run. */
  let broken: unknown

  const after: Scheduler['after'] = (ms, run, task) => {
    order += 1
    queue.push({ atMs: clocks.nowMs() + Math.max(0, ms), order, run, task })
  }
  return {
    after,
    sleep: (ms, task) => new Promise((resolve) => void after(ms, resolve, task)),
    spawn: (name, body) => {
      const task: Task = { name, isDead: false, hasEnded: false }
      running += 1
      const end = () => {
        if (!task.isDead) running -= 1
        task.hasEnded = true
      }
      body(task).then(end, (thrown: unknown) => {
        broken ??= thrown
        end()
      })
      return task
    },
    outside: async (work) => {
      outside.add(work)
      try {
        return await work
      } finally {
        outside.delete(work)
      }
    },
    kill: (task, why) => {
      if (task.isDead || task.hasEnded) return
      task.isDead = true
      running -= 1
      trace.tally.kills += 1
      trace.tell(clocks.nowMs(), task.name, `is killed ${why}`)
    },
    step: async (untilMs) => {
      const event = queue.top()
      if (!event || event.atMs > untilMs) return false
      queue.pop()
      clocks.moveTo(event.atMs)
      if (event.task?.isDead) return true
      trace.tally.steps += 1
      event.run()
      await settle()
      while (outside.size > 0) {
        await Promise.allSettled(outside)
        await settle()
      }
      if (broken !== undefined) throw broken
      return true
    },
    running: () => running,
  }
}
