/**
 * A bad day may be that of the store itself: which of the two places answers, and which has the copy as it
 * was written? Both are asked at once, so that one that hangs costs nobody the other.
 */
import { Fault, asFault } from '../../faults'
import type { Tools } from '../../ports'
import { isAway, isOfFile, whySecond } from '../../rules/copy/place'
import type { Offering, Place } from '../../rules/copy/place'
import { parseId } from '../../rules/copy/snapshot'
import { readEntry } from '../bucket/ledger'
import { choose } from '../gather/choose'
import type { Picked, Wanted } from '../gather/choose'

import { atPlace, atSecond } from './at-second'

/** What is left of a function's time by then is enough to hold the copy and to sign its address. */
const patienceMs = 10_000

/** The first has answered well: so much longer the second may take to know better. */
const momentMs = 3_000

type Answered<Answer> = { is: 'answer'; answer: Answer } | { is: 'fault'; fault: Fault }

const settled = <Answer>(asked: Promise<Answer>): Promise<Answered<Answer>> =>
  asked.then(
    (answer) => ({ is: 'answer', answer }) as const,
    (thrown: unknown) => ({ is: 'fault', fault: asFault(thrown) }) as const,
  )

const silent = (): Answered<never> => ({
  is: 'fault',
  fault: new Fault({
    code: 'store-unreachable',
    why: 'It does not answer in time.',
    mend: 'It is tried again by itself. If it stays, look at the provider’s status page.',
  }),
})

const within = async <Answer>(
  ms: number,
  answer: Promise<Answered<Answer>>,
  { clock: { sleep } }: Pick<Tools, 'clock'>,
): Promise<Answered<Answer>> => {
  let timer: NodeJS.Timeout | undefined
  const silence = sleep
    ? sleep(ms)
    : new Promise<void>((resolve) => void (timer = setTimeout(resolve, ms)))
  try {
    return await Promise.race([answer, silence.then(silent)])
  } finally {
    clearTimeout(timer)
  }
}

/** Both, at once; what the first has answered waits a moment for the second, and not the other way round. */
export const askBoth = async <Answer>(
  tools: Tools,
  second: Tools,
  ask: (tools: Tools) => Promise<Answer>,
): Promise<{ here: Answered<Answer>; there: Answered<Answer> }> => {
  const asked = settled(ask(second))
  const here = await within(patienceMs, settled(ask(tools)), tools)
  return { here, there: await within(here.is === 'answer' ? momentMs : patienceMs, asked, tools) }
}

/** The first is away, and the second does not help either: both are said, unless the second asks or refuses. */
const faultOfBoth = (first: Fault, second: Fault): Fault => {
  if (second.code === 'ask-first' || second.code === 'bad-request') return second
  const { code, why, mend } = first
  const words = { code, why: `${why} In the second place: ${second.why}`, mend }
  return new Fault(words, { cause: first.cause })
}

/** What the first place answers; the second, where that one is away or `misses` what is asked for. */
export const askEither = async <Answer>(
  tools: Tools,
  ask: (tools: Tools) => Promise<Answer>,
  misses: (fault: Fault) => boolean = () => false,
): Promise<{ answer: Answer; place: Place }> => {
  const second = atSecond(tools)
  if (!second) return { answer: await ask(tools), place: 'first' }
  const here = await within(patienceMs, settled(ask(tools)), tools)
  if (here.is === 'answer') return { answer: here.answer, place: 'first' }
  if (!isAway(here.fault) && !misses(here.fault)) throw here.fault
  const there = await within(patienceMs, settled(ask(second)), tools)
  if (there.is === 'answer') return { answer: there.answer, place: 'second' }
  throw faultOfBoth(here.fault, there.fault)
}

const offeringOf = (answered: Answered<Picked>): Offering =>
  answered.is === 'answer'
    ? { id: answered.answer.entry.id, passed: answered.answer.passed }
    : answered.fault

/** The copy that is called damaged in the first place, and which the second would hand out. */
const accusedOf = (
  at: string | undefined,
  here: Answered<Picked>,
  there: Answered<Picked>,
): string | undefined => {
  if (here.is === 'fault') return here.fault.code === 'damaged' ? at : undefined
  const id = there.is === 'answer' ? there.answer.entry.id : undefined
  return here.answer.passed.find((one) => one.id === id && one.word === 'failed')?.id
}

/** Is it the stored file alone that speaks against this copy in the first place? */
const isOfFileAt = async (id: string | undefined, tools: Tools): Promise<boolean> => {
  const name = id === undefined ? undefined : parseId(id)
  const read = name && (await readEntry(tools, name).catch(() => undefined))
  return read !== undefined && isOfFile(read.entry)
}

/** The tools of the place that hands it out; `why` it is the second, if nobody asked for that one. */
export type Chosen = { choice: Picked; tools: Tools; place: Place; why?: string }

export const chooseEither = async (
  request: Wanted & { place?: Place | undefined },
  tools: Tools,
): Promise<Chosen> => {
  const { place } = request
  if (place !== undefined) {
    const at = atPlace(place, tools)
    return { choice: await choose(request, at), tools: at, place }
  }
  const second = atSecond(tools)
  if (!second) return { choice: await choose(request, tools), tools, place: 'first' }
  const { here, there } = await askBoth(tools, second, (at) => choose(request, at))
  const isOfItsFile = await isOfFileAt(accusedOf(request.at, here, there), tools)
  const why = whySecond(offeringOf(here), offeringOf(there), isOfItsFile)
  if (why !== undefined && there.is === 'answer')
    return { choice: there.answer, tools: second, place: 'second', why }
  if (here.is === 'answer') return { choice: here.answer, tools, place: 'first' }
  throw isAway(here.fault) && there.is === 'fault'
    ? faultOfBoth(here.fault, there.fault)
    : here.fault
}
