/**
 * Which thread gets the next snapshot? One that rests, or a new one.
 *
 * Starting one takes longer than opening a small database. So one that came to its end without
 * anything odd is kept for the next snapshot, and what the first one compiled and found out serves all
 * of this process. Where something was odd, or the time ran out, the thread is ended, and a new one takes
 * its place.
 */
import { startThread } from './thread'
import type { Ending, Thread, ThreadStart } from './thread'
import type { Kept, WorkerNews, WorkerOrder } from './worker'

/** A thread for one snapshot. */
export type Checker = {
  run(order: WorkerOrder, onNews: (news: WorkerNews) => void): Promise<Ending>
  end(): Promise<void>
}

export type CheckerStart = Omit<ThreadStart, 'kept'>

/** At rest; what is checked at once may be more. */
const mostResting = 2

type Room = {
  kept: Partial<Kept> | undefined
  resting: Thread[]
  /** This process will be asked again: there is always one that waits. */
  isLasting: boolean
}

/** Threads are the process's own, and so is what they have found out: by what they were started with. */
const rooms = new Map<string, Room>()

const roomOf = (start: CheckerStart): Room => {
  const name = JSON.stringify(start)
  const room = rooms.get(name) ?? { kept: undefined, resting: [], isLasting: false }
  rooms.set(name, room)
  return room
}

const newThread = (start: CheckerStart, room: Room): Thread =>
  startThread({ ...start, kept: room.kept }, (kept) => (room.kept = { ...kept, ...room.kept }))

const putToRest = (thread: Thread, { resting }: Room): void => {
  thread.rest(true)
  resting.push(thread)
}

/** The next one, in a process that will be asked again. */
const refill = (start: CheckerStart, room: Room): void => {
  room.resting = room.resting.filter(({ isFit }) => isFit)
  if (room.isLasting && room.resting.length === 0) putToRest(newThread(start, room), room)
}

/** Where the process is started for snapshots: the first one need not wait for a thread. */
export const startAhead = (start: CheckerStart): void => {
  const room = roomOf(start)
  room.isLasting = true
  refill(start, room)
}

const takeRested = ({ resting }: Room): Thread | undefined => {
  for (let thread = resting.pop(); thread; thread = resting.pop()) {
    if (!thread.isFit) continue
    thread.rest(false)
    return thread
  }
  return undefined
}

export const startChecker = (start: CheckerStart): Checker => {
  const room = roomOf(start)
  const thread = takeRested(room) ?? newThread(start, room)
  let ending: Promise<void> | undefined
  const end = async (): Promise<void> => {
    if (thread.isFit && room.resting.length < mostResting) return putToRest(thread, room)
    await thread.end()
    refill(start, room)
  }
  return {
    run: thread.run,
    end: () => (ending ??= end()),
  }
}
