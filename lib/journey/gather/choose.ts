/** Which copy is meant, and what is to be known of it before it is handed out? */
import { Fault } from '../../faults'
import type { Tools } from '../../ports'
import { isBeingLetGo } from '../../rules/copy/care'
import { choiceOf, listCommand, nothingSound, refusalOf } from '../../rules/copy/choice'
import type { Choice, PassedOver } from '../../rules/copy/choice'
import { withoutVerdict, wordOf } from '../../rules/copy/entry'
import type { Entry } from '../../rules/copy/entry'
import { copiesOf, isSoundCopy } from '../../rules/copy/held'
import { isWithin, momentRule, parseMoment } from '../../rules/copy/moment'
import type { Moment } from '../../rules/copy/moment'
import { cameAt, isAnnounced } from '../../rules/copy/shelf'
import type { Shelf } from '../../rules/copy/shelf'
import { isSaidRight, tellerOf } from '../../rules/fall/fall'
import type { Fall } from '../../rules/fall/fall'
import { isSound, isWhole } from '../../rules/verdict/verdict'
import { readHoldings } from '../bucket/holdings'
import { isKnown, offerOf, offersOf } from '../bucket/offers'
import type { Known } from '../bucket/offers'
import { listShelves } from '../bucket/shelves'

export const parseAt = (at: string | undefined): Moment | undefined => {
  if (at === undefined || at === '') return undefined
  const moment = parseMoment(at)
  if (moment) return moment
  throw new Fault({ code: 'bad-request', why: 'The time is not understood.', mend: momentRule })
}

/** `sure`: whoever asks has decided. `look`: nothing is handed out. */
export type Wanted = {
  database: string
  at?: string | undefined
  look?: string | undefined
  salvage?: string | undefined
  sure?: string | undefined
}

type Found = { offered: Known; passed: PassedOver[] }

/** A choice, and what newer ones it passes over. */
export type Picked = Choice & { passed: readonly PassedOver[] }

/** The newest sound one that came by then; and what is newer, and is not handed out. */
const newestSound = async (
  { database }: Wanted,
  shelves: readonly Shelf[],
  { moment, tools }: { moment: Moment | undefined; tools: Tools },
): Promise<Found> => {
  const passed: PassedOver[] = []
  const within = shelves.filter((shelf) =>
    isWithin(moment, { id: shelf.name.id, at: cameAt(shelf) }),
  )
  for await (const offered of offersOf(within, tools)) {
    const isFree = !isBeingLetGo(offered.entry ?? {}, tools.clock.now())
    if (isKnown(offered) && isSound(offered.word) && isFree) return { offered, passed }
    if (isFree) passed.push(offered)
  }
  throw new Fault({
    code: 'nothing-sound',
    ...nothingSound(database, passed, moment !== undefined),
  })
}

/** The one that was named, whole or not; what is not whole is for salvage alone. */
const named = async (
  { database, salvage }: Wanted,
  shelf: Shelf | undefined,
  { id, tools }: { id: string; tools: Tools },
): Promise<Found> => {
  const offered = shelf && isAnnounced(shelf) ? await offerOf(shelf, tools) : undefined
  if (!offered || isBeingLetGo(offered.entry ?? {}, tools.clock.now())) {
    throw new Fault({
      code: 'not-found',
      why: `${database} has no copy of that name.`,
      mend: `${listCommand(database)} shows every copy that there is.`,
    })
  }
  if (!isKnown(offered)) {
    const { why, word } = offered
    const code = word === 'unknown' ? 'newer-format' : 'untrusted-entry'
    const mend = `Take another one: ${listCommand(database)} shows them.`
    throw new Fault({ code, why: `${id} is not handed out. ${why}`, mend })
  }
  if (salvage === 'yes' || isWhole(offered.word)) return { offered, passed: [] }
  const { entry, word } = offered
  const asIs = word === wordOf(entry) ? entry : withoutVerdict(entry)
  throw new Fault({ code: word === 'failed' ? 'damaged' : 'nothing-sound', ...refusalOf(asIs) })
}

/** The sound copy before this one; after a fall, the one that still holds what has gone. */
const copyBefore = async (
  { id }: Known,
  shelves: readonly Shelf[],
  { fall, tools }: { fall: Fall | undefined; tools: Tools },
): Promise<Entry | undefined> => {
  const older = shelves.slice(shelves.findIndex(({ name }) => name.id === id) + 1)
  let newest: Entry | undefined
  for await (const offered of offersOf(older, tools)) {
    if (!isKnown(offered) || !isSound(offered.word)) continue
    if (!fall || offered.id === fall.before) return offered.entry
    if (offered.entry.verdict?.fall?.since !== fall.since) newest ??= offered.entry
  }
  return newest
}

/** A person may have said so of any copy since. */
const openFall = async (
  { id, verdict }: Entry,
  database: string,
  { shelves, tools }: { shelves: readonly Shelf[]; tools: Tools },
): Promise<Fall | undefined> => {
  if (verdict?.drift && !verdict.fall) return undefined
  const holdings = await readHoldings(tools, database, shelves, { isKept: false })
  const from = copiesOf(holdings.slice(holdings.findIndex(({ name }) => name.id === id)))
  // Where the store was away while it was compared, the one before it still tells.
  const fall = verdict?.fall ?? tellerOf(from.filter(isSoundCopy))?.fall
  const lines = holdings.map(({ line }) => line)
  return fall && !isSaidRight(fall, lines) ? fall : undefined
}

export const choose = async (request: Wanted, tools: Tools): Promise<Picked> => {
  const moment = parseAt(request.at)
  const shelves = await listShelves(tools, request.database)
  const id = moment && 'id' in moment ? moment.id : undefined
  if (request.salvage === 'yes' && id === undefined) {
    const why = 'A copy that is not sound is handed out by its ticket alone.'
    throw new Fault({ code: 'bad-request', why, mend: 'Name it: restore.sh --salvage --at TICKET' })
  }
  const picked =
    id === undefined
      ? await newestSound(request, shelves, { moment, tools })
      : await named(
          request,
          shelves.find(({ name }) => name.id === id),
          { id, tools },
        )
  const { offered, passed } = picked
  const fall = await openFall(offered.entry, request.database, { shelves, tools })
  const isAsked = fall !== undefined || offered.word === 'warned' || offered.word === 'unmet'
  const before = isAsked ? await copyBefore(offered, shelves, { fall, tools }) : undefined
  const now = tools.clock.now()
  const choice = choiceOf({ entry: offered.entry, passed, fall, before, now })
  const isDecided = id !== undefined || request.sure === 'yes' || request.look === 'yes'
  if (isDecided || choice.question === undefined || !choice.isGrave) return { ...choice, passed }
  throw new Fault({ code: 'ask-first', why: choice.question, mend: choice.mend })
}
