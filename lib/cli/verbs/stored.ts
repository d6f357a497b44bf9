/**
 * What is stored, is it sound now? Copies are opened here, one after the other, and not by functions: the
 * namespace has room for few at once, and hosts that push come first.
 */
import { Fault, asFault } from '../../faults'
import { parseTicket } from '../../journey/bucket/ledger'
import { listShelves } from '../../journey/bucket/shelves'
import { databaseNames } from '../../journey/bucket/survey'
import { record } from '../../journey/record'
import { judgeStored, openShelf } from '../../journey/verify'
import type { Tools } from '../../ports'
import { isBeingLetGo } from '../../rules/copy/care'
import { rowsOf, wordOf } from '../../rules/copy/entry'
import type { Entry } from '../../rules/copy/entry'
import { absentWord } from '../../rules/copy/held'
import type { Shelf } from '../../rules/copy/shelf'
import { parseId } from '../../rules/copy/snapshot'
import type { SnapshotName } from '../../rules/copy/snapshot'
import { own } from '../../rules/plain/own'
import { clip, countWords, durationWords, instantWords } from '../../rules/plain/wording'
import { isSound, mendsOf } from '../../rules/verdict/verdict'
import type { Finding } from '../../rules/verdict/verdict'
import { exits, print, usage } from '../command'
import { withTools } from '../home'
import { mustBeName, mustBeThere } from '../named'

export type FoundCopy = {
  ticket: string
  database: string
  /** What it is now: a verdict, or why there is none. */
  verdict: string
  /** What was written of it before. */
  before?: string
  detail: string
  mends: string[]
  /** Whether the verdict was written down, as that of a function is. */
  isRecorded: boolean
  findings?: Finding[]
  tookMs?: number
}

type Told = Pick<FoundCopy, 'verdict' | 'detail'> & Partial<FoundCopy>

const beingLetGo: Told = {
  verdict: 'being let go',
  detail: 'Retention lets go of it just now.',
}

/** Its entry is there, and its file is not. */
const withoutFile = (entry: Entry): Told => {
  const provenAt = entry.verdict?.at
  const verdict = absentWord({ letGoAt: entry.letGoAt, provenAt })
  if (verdict === 'being let go') return beingLetGo
  if (provenAt === undefined) {
    const detail = 'It was announced, and its upload has not arrived.'
    return { verdict, detail, mends: ['If no upload is going on, push again.'] }
  }
  return {
    verdict,
    before: wordOf(entry),
    detail: `Its file is no longer in the store; it was last opened ${instantWords(provenAt)}.`,
    mends: ['If you did not delete it, look at who may write to the bucket.'],
  }
}

const openCopy = async (name: SnapshotName, tools: Tools): Promise<Told> => {
  const { entry: before, object } = await openShelf(name, tools)
  if (!object) return withoutFile(before)
  if (isBeingLetGo(before, tools.clock.now())) return beingLetGo
  const began = tools.clock.now().getTime()
  const examined = await judgeStored(name, { entry: before, object }, tools)
  const tookMs = tools.clock.now().getTime() - began
  const after = await record(name, examined, tools)
  // Where it could not be checked the verdict of before stands, and the history says what happened.
  const last = after.history.at(-1)
  const isStanding = last !== undefined && last.word !== after.verdict?.outcome
  const verdict = isStanding ? last.word : wordOf(after)
  const outcome = last?.word ?? verdict
  const { findings } = isStanding || !after.verdict ? examined.judged : after.verdict
  const deciding = findings.find((one) => one.outcome === outcome)
  const rows = rowsOf(after)
  const isReplaced = before.etag !== undefined && before.etag !== object.etag
  const parts = [
    ...(outcome === 'passed' || !deciding
      ? [`${rows === undefined ? '' : `${countWords(rows, 'row')}, `}${durationWords(tookMs)}`]
      : [`${deciding.check}: ${deciding.detail}`]),
    ...(isReplaced ? ['Another file stands there than the one that was judged.'] : []),
    ...(isStanding ? [`What was found before stands: ${wordOf(after)}.`] : []),
  ]
  return {
    verdict,
    before: wordOf(before),
    detail: parts.join(' '),
    mends: isSound(verdict) && outcome === 'passed' ? [] : mendsOf(findings, outcome),
    isRecorded: true,
    findings,
    tookMs,
  }
}

/** What an entry is that cannot be read here, by the code of the Fault. */
const unreadable: Readonly<Record<string, string>> = {
  'newer-format': 'of a newer Snapproof',
  'untrusted-entry': 'untrusted',
}

const unread = (thrown: unknown): Told => {
  const { code, why, mend } = asFault(thrown, 'below')
  // Where the store is away the next copy is not asked for either.
  if (code.startsWith('store-') || code === 'settings') throw thrown
  // Its entry went since the listing: only retention takes that away, after the file.
  if (code === 'not-found') return beingLetGo
  return { verdict: own(unreadable, code) ?? 'not opened', detail: why, mends: [mend] }
}

const unannounced: Told = {
  verdict: 'unknown',
  detail: 'There is no entry beside it: nobody announced it, or the watch has not adopted it yet.',
}

const foundIn = async ({ name, entry }: Shelf, tools: Tools): Promise<FoundCopy> => {
  const {
    mends = [],
    isRecorded = false,
    ...told
  }: Told = entry ? await openCopy(name, tools).catch(unread) : unannounced
  return { ticket: name.id, database: name.database, ...told, mends, isRecorded }
}

export type Asked = { is: 'newest' | 'all' } | { is: 'database' | 'ticket'; name: string }

export const askedFor = (positionals: readonly string[], isAll: boolean): Asked => {
  const [name, ...more] = positionals
  if (more.length > 0 || (name !== undefined && isAll)) {
    throw usage('verify --stored takes one database, one ticket id, or --all.')
  }
  if (name === undefined) return { is: isAll ? 'all' : 'newest' }
  if (parseId(name)) return { is: 'ticket', name }
  mustBeName(name)
  return { is: 'database', name }
}

const shelvesFor = async (asked: Asked, database: string, tools: Tools): Promise<Shelf[]> => {
  const shelves = await listShelves(tools, database)
  if (asked.is !== 'ticket') return shelves
  const named = shelves.filter(({ name }) => name.id === asked.name)
  if (named.length > 0) return named
  throw new Fault({
    code: 'not-found',
    why: `There is no copy ${asked.name}.`,
    mend: '"npx snapproof list" shows every copy with its verdict.',
  })
}

/** One database after the other, each newest first: what is known of one is in memory, and no more. */
export async function* verifyStored(asked: Asked, tools: Tools): AsyncGenerator<FoundCopy> {
  if (asked.is === 'database') await mustBeThere(tools, asked.name)
  const named = asked.is === 'ticket' ? parseTicket(asked.name).database : undefined
  const names =
    asked.is === 'database' ? [asked.name] : named ? [named] : await databaseNames(tools)
  for (const database of names) {
    const shelves = await shelvesFor(asked, database, tools)
    for (const shelf of shelves) {
      const found = await foundIn(shelf, tools)
      yield found
      if (asked.is === 'newest' && found.findings) break
    }
  }
}

const exitOf: Readonly<Record<string, number>> = {
  failed: exits.damaged,
  gone: exits.damaged,
  untrusted: exits.damaged,
  'not opened': exits.couldNot,
  unmet: exits.unmet,
}

/** The gravest first. Who reads an exit code looks after that one. */
const gravestFirst = [exits.damaged, exits.couldNot, exits.unmet, exits.noVerdict]

/** What retention lets go of meanwhile is no news; but where nothing was opened, nothing is sound. */
export const exitFor = (verdicts: readonly string[]): number => {
  const counted = verdicts.filter((word) => word !== 'being let go')
  if (counted.length === 0) return exits.noVerdict
  const codes = counted.map((word) =>
    isSound(word) ? exits.sound : (own(exitOf, word) ?? exits.noVerdict),
  )
  return gravestFirst.find((code) => codes.includes(code)) ?? exits.sound
}

/** As wide as the longest of the usual words. */
const wordWidth = 'unverifiable'.length

const lineOf = ({ verdict, ticket, before, detail }: FoundCopy): string => {
  const was = before === undefined || before === verdict ? '' : `was ${before}. `
  return `${verdict.padEnd(wordWidth)}  ${ticket}  ${was}${clip(detail)}`
}

/** More of them than these are the same ones again, or nobody's reading. */
const mendsAtMost = 10

export const runStored = (
  root: string,
  { asked, isJson }: { asked: Asked; isJson: boolean },
): Promise<number> =>
  withTools(root, async (tools) => {
    const counts = new Map<string, number>()
    const mends = new Set<string>()
    let isFirst = true
    for await (const found of verifyStored(asked, tools)) {
      // A list that is not whole must not look it: where a run ends in its middle, no bracket ends the list.
      print(isJson ? `${isFirst ? '[' : ','}${JSON.stringify(found)}` : lineOf(found))
      isFirst = false
      counts.set(found.verdict, (counts.get(found.verdict) ?? 0) + 1)
      for (const mend of found.mends) if (mends.size < mendsAtMost) mends.add(mend)
    }
    if (isJson) print(isFirst ? '[]' : ']')
    else {
      for (const mend of mends) print(`mend: ${mend}`)
      print(summary(counts))
    }
    return exitFor([...counts.keys()])
  })

const summary = (counts: ReadonlyMap<string, number>): string => {
  if (counts.size === 0) return 'No copy is stored yet: nothing was opened.'
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const each = [...counts].map(([word, count]) => `${count} ${word}`).join(', ')
  return `(${countWords(all, 'copy', 'copies')}: ${each})`
}
