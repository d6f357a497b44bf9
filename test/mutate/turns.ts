/**
 * Several workers take item after item until so many of the answers count.
 */

type Turns<Item, Worker, Answer> = {
  items: readonly Item[]
  workers: readonly Worker[]
  /** So many answers that count are wanted, and no more are tried than could be needed for them. */
  sample: number
  counts(answer: Answer): boolean
  /** No further item is begun. */
  isOver(): boolean
  take(worker: Worker, item: Item, at: number): Promise<Answer>
}

export const takeTurns = async <Item, Worker, Answer>({
  items,
  workers,
  sample,
  counts,
  isOver,
  take,
}: Turns<Item, Worker, Answer>): Promise<Answer[]> => {
  const answers: Answer[] = []
  const underWay = new Map<Worker, Promise<Worker>>()
  const idle = [...workers]
  const begin = async (worker: Worker, item: Item, at: number): Promise<Worker> => {
    answers.push(await take(worker, item, at))
    return worker
  }
  const isWanted = () => answers.filter(counts).length + underWay.size < sample && !isOver()
  const entries = items.entries()
  for (;;) {
    while (idle.length > 0 && isWanted()) {
      const next = entries.next()
      const worker = next.done ? undefined : idle.pop()
      if (next.done || worker === undefined) break
      const [at, item] = next.value
      underWay.set(worker, begin(worker, item, at))
    }
    if (underWay.size === 0) return answers
    const free = await Promise.race(underWay.values())
    underWay.delete(free)
    idle.push(free)
  }
}
