/**
 * The watch tells everybody else's trouble; that it is silent itself can only be told by cron's mail,
 * with the answer to a push. A push goes on all the same, and so it does where this cannot be asked.
 */
import type { Tools } from '../../ports'
import type { Shelf } from '../../rules/copy/shelf'
import { stateKey } from '../../rules/copy/snapshot'
import { instantWords } from '../../rules/plain/wording'
import { operatorCommand } from '../../rules/troubles/trouble'
import { isTimerSilent, timers } from '../../rules/watching/timers'
import type { Timer } from '../../rules/watching/timers'

/** What goes wrong unseen while it does not run. */
const costs: Readonly<Record<Timer, string>> = {
  watch: 'nobody would be told of a late or damaged copy',
  prune: 'old copies are not deleted',
  drill: 'no kept copy is restored for practice',
}

const firstAtOf = (shelves: readonly Shelf[]): string | undefined => {
  const times = shelves.flatMap(({ snapshots }) => snapshots.map(({ modifiedAt }) => modifiedAt))
  return times.map((at) => at.toISOString()).toSorted()[0]
}

/** Of the three timers the first that is silent: the watch is asked for first, and tells of the others. */
export const timerNotice = async (
  { store, settings }: Tools,
  { shelves, now }: { shelves: readonly Shelf[]; now: Date },
): Promise<string | undefined> => {
  const keys = timers.map((timer) => stateKey(settings.prefix, `${timer}.json`))
  const states = await Promise.all(keys.map((key) => store.head(key))).catch(() => undefined)
  if (!states) return undefined
  const firstAt = firstAtOf(shelves)
  for (const [index, timer] of timers.entries()) {
    const ranAt = states[index]?.modifiedAt.toISOString()
    if (!isTimerSilent(timer, { ranAt, firstAt, now })) continue
    const what = timer === 'watch' ? 'The watch' : `"${timer}"`
    const since =
      ranAt === undefined
        ? `has never run, and the first copy came ${instantWords(String(firstAt))}`
        : `has not run since ${instantWords(ranAt)}`
    return `${what} ${since}: ${costs[timer]}. mend: this says why, on your own machine: ${operatorCommand('doctor')}`
  }
  return undefined
}
