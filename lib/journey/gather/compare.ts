/**
 * What has changed since the sound copies before it? Asked of their verdicts; nothing is opened again.
 *
 * What was compared once for a file stays: by the time it is proven anew its neighbours are thinned
 * out, and would tell another story.
 */
import type { Examination, Tools } from '../../ports'
import type { Entry, Verdict } from '../../rules/copy/entry'
import { copiesOf, isSoundCopy } from '../../rules/copy/held'
import type { Copy, Held } from '../../rules/copy/held'
import type { SnapshotName } from '../../rules/copy/snapshot'
import { driftOf, judgeDrift } from '../../rules/fall/drift'
import { fallOf, isSaidRight, judgeFall, tellerOf } from '../../rules/fall/fall'
import type { Fall } from '../../rules/fall/fall'
import type { Past } from '../../rules/fall/levels'
import { kindNamed } from '../../rules/kinds/kinds'
import { expectationsOf, expectationsSha256 } from '../../rules/settings/databases'
import { judgeHostClock } from '../../rules/verdict/host-clock'
import { isOtherHost, judgeHostName } from '../../rules/verdict/host-name'
import type { Finding } from '../../rules/verdict/verdict'
import { readHoldings } from '../bucket/holdings'
import { passOverForeign, readEntry } from '../bucket/ledger'
import { listShelves } from '../bucket/shelves'

type Change = Pick<Verdict, 'drift' | 'fall' | 'begins' | 'lows'>

export type Comparison = { change: Change; findings: Finding[] }

const soundBefore = (holdings: readonly Held[], name: SnapshotName): Copy[] => {
  const place = holdings.findIndex((one) => one.name.id === name.id)
  return copiesOf(holdings.slice(place + 1)).filter(isSoundCopy)
}

const pastOf = (sound: readonly Copy[]): Past[] =>
  sound.flatMap(({ id, arrivedAt, tables: rows, lows }) =>
    rows ? [{ id, arrivedAt, rows, lows }] : [],
  )

/** What a copy carries on: after a fall that is right, its tables begin anew with it. */
const carriedBy = (
  { verdict, arrivedAt = '' }: Entry,
  holdings: readonly Held[],
): { fall: Fall | undefined; begins: Record<string, string> } => {
  const { fall, begins = {} } = verdict ?? {}
  if (
    !fall ||
    !isSaidRight(
      fall,
      holdings.map(({ line }) => line),
    )
  )
    return { fall, begins }
  const anew = Object.keys(fall.tables).map((table) => [table, arrivedAt])
  return { fall: undefined, begins: { ...begins, ...Object.fromEntries(anew) } }
}

type About = { name: SnapshotName; entry: Entry; arrivedAt: string; examination: Examination }

/** Everything that is held of the database, newest first. */
const holdingsOf = async ({ database }: SnapshotName, tools: Tools): Promise<Held[]> =>
  readHoldings(tools, database, await listShelves(tools, database), { isKept: false })

const readOf = async (copy: Copy | undefined, tools: Tools): Promise<Entry | undefined> =>
  copy && (await readEntry(tools, copy).catch(passOverForeign))?.entry

const changeOf = async (
  { name, arrivedAt, examination }: About,
  holdings: readonly Held[],
  tools: Tools,
): Promise<Change> => {
  const { schema, rows } = examination
  if (!schema || !rows) return {}
  const sound = soundBefore(holdings, name)
  // Whatever the first one holds stood there for as long as anybody knows.
  if (sound.length === 0) return { lows: {} }
  // Where the store was away while the last one was compared, the one before it still tells: of a fall,
  // and of what a table was called that has had another name since.
  const teller = await readOf(tellerOf(sound), tools)
  const was = teller?.verdict
  if (!teller || !was?.schema || !was.rows) return {}
  const drift = driftOf(was.schema, schema)
  const { collapse } = expectationsOf(tools.settings.databases, name.database)
  if (!collapse) return { drift }
  const last = { schema: was.schema, ...carriedBy(teller, holdings) }
  const told = { id: name.id, arrivedAt, schema, rows }
  return { drift, ...fallOf({ told, past: pastOf(sound), last, drift, limits: collapse }) }
}

/** The verdict on the same file, as it stands. */
const saidOf = ({ entry: { verdict }, examination }: About): Verdict | undefined =>
  verdict?.sha256 === examination.sha256 && verdict?.schema !== undefined ? verdict : undefined

/** What was said of the same file when it came; undefined where it is to be asked now. */
const saidBefore = (
  about: About,
  holdings: readonly Held[],
  expectations: string,
): Verdict | undefined => {
  const { id } = about.name
  const said = saidOf(about)
  const copies = copiesOf(holdings)
  const isNewest = copies[0]?.id === id
  if (isNewest && said?.expectations !== expectations) return undefined
  // The store was away when it came, and it is what a person would be given today.
  const isUnasked = said?.drift === undefined && copies.find(isSoundCopy)?.id === id
  return isUnasked ? undefined : said
}

/**
 * What was found beside its neighbours when it came. The first edition told of rows that are gone in a
 * finding alone.
 */
const toldThen = ({ findings, drift }: Verdict): Finding[] =>
  findings.filter(
    (finding) =>
      isOtherHost(finding) ||
      (finding.check === 'rows' && finding.outcome === 'warned' && drift === undefined),
  )

/** Whose copies came before it? */
const hostIn = (
  { name, entry: { claim }, arrivedAt }: About,
  holdings: readonly Held[],
  tools: Tools,
) => {
  const { schedule } = expectationsOf(tools.settings.databases, name.database)
  const told = { host: claim.host, arrivedAt }
  return claim.adopted ? undefined : judgeHostName(told, soundBefore(holdings, name), schedule)
}

/** `beside` is what its neighbours show in another way than by what has changed in it. */
const comparisonOf = (
  { entry: { id, claim }, examination }: About,
  change: Change,
  beside: readonly (Finding | undefined)[],
): Comparison => {
  const found = [
    change.drift && judgeDrift(change.drift),
    judgeFall(change.fall, id),
    ...beside,
    kindNamed(claim.kind)?.note(claim.facts, examination.findings),
    claim.adopted ? undefined : judgeHostClock(claim),
  ]
  return { change, findings: found.filter((finding) => finding !== undefined) }
}

/** Where the store is away while it is compared: of the same file, what was said of it before. */
export const comparedBefore = (about: About): Comparison => {
  const said = saidOf(about)
  const { drift, fall, begins, lows } = said ?? {}
  return comparisonOf(about, { drift, fall, begins, lows }, said ? toldThen(said) : [])
}

/** What needs more than the snapshot itself: drift, a fall, the host's engine and its clock. */
export const compare = async (about: About, tools: Tools): Promise<Comparison> => {
  const expected = expectationsOf(tools.settings.databases, about.name.database)
  const holdings = await holdingsOf(about.name, tools)
  return saidBefore(about, holdings, expectationsSha256(expected))
    ? comparedBefore(about)
    : comparisonOf(about, await changeOf(about, holdings, tools), [hostIn(about, holdings, tools)])
}
