/**
 * The platform: starts a step as a function of its own, with its time limit, and ends it there.
 */
import { Fault } from '../../../lib/faults'
import { drill } from '../../../lib/journey/drill'
import { readOverview } from '../../../lib/journey/overview'
import { prune } from '../../../lib/journey/prune'
import { restore } from '../../../lib/journey/restore'
import { round } from '../../../lib/journey/round'
import { ticket } from '../../../lib/journey/ticket'
import { verdict } from '../../../lib/journey/verdict'
import { verify } from '../../../lib/journey/verify'
import { watch } from '../../../lib/journey/watch'
import type { Settings, Store, TellingTools, Tools } from '../../../lib/ports'
import { testTools } from '../../fakes/tools'
import type { Task } from '../scheduler'
import type { Weather } from '../weather'

import { inventoriesExaminer, takerOf } from './app-objects'
import type { AppParts } from './app-objects'
import type { By } from './bucket'
import { fakeExaminer } from './examiner'
import { askerOf, faultyStore } from './faulty-store'
import type { StoreParts } from './faulty-store'
import type { Letterbox } from './letterbox'
import { accept, pin, unpin } from './people-say'
import { fakeRehearsal } from './rehearsal'
import { isOfSecond, secondStore } from './second-place'
import type { SecondPlace } from './second-place'

export const realSteps = {
  ticket: ticket.run,
  verdict: verdict.run,
  verify: verify.run,
  watch: watch.run,
  round: round.run,
  prune: prune.run,
  restore: restore.run,
  drill: drill.run,
  status: (_: object, tools: Tools) => readOverview(tools),
  pin,
  unpin,
  accept,
}
export type Steps = typeof realSteps

/** As in project.yml; what people run by hand ends when they lose patience. */
const limitsMs: Record<keyof Steps, number> = {
  ticket: 25_000,
  verdict: 29_000,
  verify: 900_000,
  watch: 580_000,
  round: 580_000,
  prune: 840_000,
  restore: 25_000,
  drill: 840_000,
  status: 25_000,
  pin: 60_000,
  unpin: 60_000,
  accept: 60_000,
}

/** `round` is run by the name of `watch`. */
const askingSecond: readonly (keyof Steps)[] = ['watch', 'prune', 'status', 'restore', 'drill']

/** A clock that is wrong is wrong by this much at most. */
export const jumpAtMostMs = 400 * 86_400_000

export type Call<Answer> = {
  name: keyof Steps
  request: unknown
  run: (tools: TellingTools) => Promise<Answer>
}

export type Outcome<Answer> = { answer: Answer } | { fault: Fault }

/** What a function answered, or failed with, as the oracle hears of it. */
export type Ended = {
  name: keyof Steps
  by: By
  request: unknown
  startedAtMs: number
  /** How far its clock was off, at its end. */
  clockAheadMs: number
  said: Outcome<unknown>
}

export type Platform = {
  steps: Steps
  /** Starts it, and does not wait for it. */
  start<Answer>(call: Call<Answer>): void
  /** Waits for the answer; a function that was killed is a Fault of the platform. */
  invoke<Answer>(call: Call<Answer>, caller: Task): Promise<Outcome<Answer>>
}

export type PlatformParts = StoreParts &
  Pick<AppParts, 'published' | 'onMeanwhile' | 'onTaken'> & {
    second: SecondPlace | undefined
    settings: Settings
    /** What lies between the functions and those who are told. */
    postWeather: Weather
    letterbox: Letterbox
    steps: Steps
    /** For mutants: the tools of this function, changed. */
    wrap: (tools: TellingTools, name: keyof Steps) => TellingTools
    hasStarter: boolean
    hear: (ended: Ended) => void
    /** It was still at it when its time was over. */
    cut: (by: By, startedAtMs: number) => void
  }

const broken = (why: string): Fault =>
  new Fault({ code: 'platform', why, mend: 'Try again in a minute.' })

export const platformOf = (parts: PlatformParts): Platform => {
  const { scheduler, clocks, trace, random, weather, settings, steps } = parts
  let runs = 0

  const appRandom = random.fork('app')

  /** What the path does not need, as the other tests have it. */
  const usual = testTools()

  /** Now and then a container was thawed, and believes that it is another day. */
  const skewOf = (isByHand: boolean): number => {
    if (isByHand || weather.killed === 0 || !random.chance(0.005))
      return random.between(-1_500, 1_500)
    return random.between(-jumpAtMostMs, jumpAtMostMs)
  }

  /** As in project.yml, each by its own key. */
  const placesOf = (name: keyof Steps, second: Store | undefined): Partial<TellingTools> => {
    if (!second || !askingSecond.includes(name)) return {}
    return {
      second,
      ...(name === 'watch' ? { secondWrite: second } : {}),
      ...(name === 'prune' ? { secondPrune: second } : {}),
    }
  }

  const toolsFor = (name: keyof Steps, by: By, task: Task): TellingTools => {
    const isByHand = name === 'pin' || name === 'unpin' || name === 'accept'
    const skewMs = skewOf(isByHand)
    const clock = {
      now: () => {
        const nowMs = clocks.nowMs()
        // A person's own machine has a clock of its own.
        const toldMs = isByHand ? nowMs : clocks.functions.now().getTime()
        return new Date(toldMs + skewMs)
      },
      sleep: (ms: number) => scheduler.sleep(ms, task),
    }
    // Two whose clocks are apart do not see when the other one has ended.
    if (Math.abs(clock.now().getTime() - clocks.nowMs()) > 60_000) parts.unsteady(by)
    const asker = { by, task }
    // What the watch lets go of it does as prune, which it calls where that has no trigger.
    const asPrune = { ...asker, by: { ...by, role: 'prune' } }
    const { remove } = faultyStore({ ...parts, unsteady: () => parts.unsteady(by) }, asPrune)
    const own = faultyStore(parts, asker)
    const store = name === 'watch' ? { ...own, remove } : own
    const ask = askerOf(parts, asker)
    const post = askerOf({ ...parts, weather: parts.postWeather }, asker)
    const { sleep } = clock
    const examinersAt = (place: Store) => {
      const examiner = fakeExaminer({ store: place, clock, random, weather, sleep })
      const objects = inventoriesExaminer({ store: place, clock, scheduler })
      return { sqlite: examiner, postgres: examiner, objects }
    }
    const examiners = examinersAt(store)
    const second = parts.second && secondStore(parts, parts.second, asker)
    const tools: TellingTools = {
      ...usual,
      store,
      ...placesOf(name, second),
      examiners,
      takers: { objects: takerOf({ ...parts, random: appRandom }) },
      rehearsal: fakeRehearsal(
        (address, kind) => {
          const all = second && isOfSecond(address) ? examinersAt(second) : examiners
          return kind === 'objects' ? all.objects : all.sqlite
        },
        { open: (bytes, order) => scheduler.outside(usual.rehearsal.open(bytes, order)) },
      ),
      clock,
      // Now and then two of a second get one mark: names must stay apart all the same.
      randomHex: (digits) => (random.chance(0.02) ? 'a'.repeat(digits) : random.hex(digits)),
      starter: parts.hasStarter
        ? async (functionName, event) => {
            const isStarted = await ask(`start ${functionName}`, () => {
              const isBegun = !random.chance(weather.killed)
              // Accepted, and never begun: so the platform says itself.
              if (isBegun) startNamed(functionName, event['ticket'] ?? '')
              return !random.chance(weather.refused)
            })
            if (!isStarted) throw broken('The platform did not say whether it was started.')
          }
        : undefined,
      notifier: parts.letterbox.notifierFor(post, by),
      settings,
      deadlineAt: new Date(clock.now().getTime() + limitsMs[name]),
    }
    return parts.wrap(tools, name)
  }

  const start = <Answer>(
    { name, request, run }: Call<Answer>,
    tell?: (said: Outcome<Answer>) => void,
  ): Task => {
    runs += 1
    const by: By = { role: name, name: `${name}#${runs}` }
    const startedAtMs = clocks.nowMs()
    const task = scheduler.spawn(by.name, async (itself) => {
      by.task = itself
      const tools = toolsFor(name, by, itself)
      const said = await run(tools).then(
        (answer): Outcome<Answer> => ({ answer }),
        (thrown: unknown): Outcome<Answer> => {
          if (thrown instanceof Fault) return { fault: thrown }
          // A step that stumbles is a finding of its own: it must not pass for a refusal.
          throw thrown
        },
      )
      trace.tell(clocks.nowMs(), by.name, 'fault' in said ? `ends: ${said.fault.message}` : 'ends')
      const clockAheadMs = tools.clock.now().getTime() - clocks.nowMs()
      parts.hear({ name, by, request, startedAtMs, clockAheadMs, said })
      tell?.(said)
    })
    const end = () => {
      if (!task.hasEnded) parts.cut(by, startedAtMs)
      scheduler.kill(task, 'at its time limit')
    }
    scheduler.after(limitsMs[name], end, task)
    return task
  }
  const startNamed = (functionName: string, ticketId: string): void => {
    const request = { ticket: ticketId }
    switch (functionName) {
      case 'verify':
        start({ name: 'verify', request, run: (tools) => steps.verify(request, tools) })
        return
      case 'prune':
        start({ name: 'prune', request: {}, run: (tools) => steps.prune({}, tools) })
        return
      case 'drill':
        start({ name: 'drill', request: {}, run: (tools) => steps.drill({}, tools) })
        return
      default:
        throw new Error(`no function ${functionName}`)
    }
  }

  return {
    steps,
    start: (call) => void start(call),
    invoke: <Answer>(call: Call<Answer>, caller: Task) =>
      new Promise<Outcome<Answer>>((resolve) => {
        let isAnswered = false
        const answer = (said: Outcome<Answer>) => {
          if (isAnswered) return
          isAnswered = true
          // The answer travels, and may be lost on its way.
          const isLost = random.chance(weather.lost)
          const heard = isLost ? { fault: broken('No answer came.') } : said
          scheduler.after(random.between(5, 100), () => void resolve(heard), caller)
        }
        start(call, answer)
        const gaveUp = { fault: broken('The function ended without an answer.') }
        scheduler.after(limitsMs[call.name] + 500, () => answer(gaveUp), caller)
      }),
  }
}
