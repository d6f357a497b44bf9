/**
 * The week's digest: how everything stands, and what was done since. Made of the overview, and of
 * what the journal and the drills wrote down; stored as a page and as text, and mailed.
 */
import { version } from '../../package.json'
import { asFault } from '../faults'
import type { TellingTools, Tools } from '../ports'
import { journalType, planIdOf, PrunePlan, PruneResult } from '../rules/copy/journal'
import { journalKey, reportKey } from '../rules/copy/snapshot'
import type { Happened } from '../rules/digest/database'
import { digestOf } from '../rules/digest/digest'
import type { Digest } from '../rules/digest/digest'
import { isIn, monthFolders } from '../rules/digest/span'
import type { Span } from '../rules/digest/span'
import { toldOf } from '../rules/digest/words'
import { own } from '../rules/plain/own'
import { isAsked } from '../rules/settings/databases'
import { parseJson } from '../rules/trust/seal'
import { DrillReport, drillReportType } from '../rules/watching/drill'
import { digestPage } from '../show/digest-page'
import { digestText } from '../show/digest-text'

import { readAlertState } from './bucket/alert-state'
import { readLeaving } from './bucket/leaving'
import { parseTicket, passOverForeign, readEntry } from './bucket/ledger'
import { openSealed } from './bucket/sealed'
import { readPart } from './gather/view'
import type { Overview } from './overview'

/** So many are read at a time. */
const atOnce = 8

/** The checks of more newest copies than these are not looked up: a digest need not be so long. */
const checkedAtMost = 100

const inTurns = async <Item, Result>(
  items: readonly Item[],
  read: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const found: Result[] = []
  for (let from = 0; from < items.length; from += atOnce) {
    found.push(...(await Promise.all(items.slice(from, from + atOnce).map(read))))
  }
  return found
}

/** What stands under these folders and carries our signature; the rest is not ours. */
const readSigned = async (
  tools: Tools,
  folders: readonly string[],
  payloadType: string,
): Promise<unknown[]> => {
  const listed = await inTurns(folders, (folder) => tools.store.list(folder))
  const read = await inTurns(listed.flat(), async ({ key }) => {
    const found = await tools.store.read(key)
    const payload = found && openSealed(tools.settings, payloadType, found.bytes)
    return payload && parseJson(payload)
  })
  return read.filter((one) => one !== undefined)
}

/** The folders of the months that a span touches, for each database. */
const journalFolders = ({ settings: { prefix } }: Tools, names: readonly string[], span: Span) =>
  names.flatMap((name) =>
    monthFolders(span).map((month) => journalKey(prefix, `${name}/${month}/`)),
  )

const readChecks = async (tools: Tools, { databases }: Overview): Promise<Happened['checks']> => {
  const found = databases.slice(0, checkedAtMost).flatMap(({ database, copies }) => {
    const newest = copies[0]
    return newest ? [{ database, name: parseTicket(newest.id) }] : []
  })
  const checks = await inTurns(found, async ({ database, name }) => {
    const read = await readEntry(tools, name).catch(passOverForeign)
    const findings = read?.entry.verdict?.findings ?? []
    return [database, findings.map(({ check, outcome }) => ({ check, outcome }))] as const
  })
  return Object.fromEntries(checks)
}

const readLeavings = async (
  tools: Tools,
  names: readonly string[],
): Promise<Happened['leaving']> => {
  const read = await inTurns(names, async (name) => {
    const leaving = await readLeaving(tools, name)
    return [name, leaving?.copies ?? []] as const
  })
  return Object.fromEntries(read)
}

const readHappened = async (tools: Tools, overview: Overview, span: Span): Promise<Happened> => {
  const names = overview.databases.map(({ database }) => database)
  const drillFolders = monthFolders(span).map((month) =>
    reportKey(tools.settings.prefix, `drills/${month}/`),
  )
  const journal = await readSigned(tools, journalFolders(tools, names, span), journalType)
  const drills = await readSigned(tools, drillFolders, drillReportType)
  const within = <Document extends { at: string }>(documents: Document[]) =>
    documents.filter(({ at }) => isIn(span, at))
  return {
    plans: journal.flatMap((one) => PrunePlan.safeParse(one).data ?? []),
    results: within(journal.flatMap((one) => PruneResult.safeParse(one).data ?? [])),
    drills: within(drills.flatMap((one) => DrillReport.safeParse(one).data ?? [])),
    incidents: Object.values((await readAlertState(tools)).incidents),
    leaving: await readLeavings(tools, names),
    checks: await readChecks(tools, overview),
  }
}

export const readDigest = async (tools: Tools, span: Span): Promise<Digest> => {
  const { overview, others } = await readPart(tools, { page: 1, by: 'gravity' })
  const { databases } = tools.settings
  const happened = await readHappened(tools, overview, span)
  const names = overview.databases.map(({ database }) => database)
  return digestOf(overview, happened, {
    span,
    version,
    others,
    unnamed: names.filter((name) => !isAsked(own(databases, name))),
  })
}

export type Written = { subject: string; text: string; html: string }

export const writtenOf = (digest: Digest): Written => {
  const told = toldOf(digest)
  return { subject: told.subject, text: digestText(told), html: digestPage(told) }
}

/** `told` and `undelivered` name channels that read mail; without any the digest is stored alone. */
export type DigestAnswer = {
  keys: string[]
  told: string[]
  undelivered: string[]
  faults: string[]
}

const mail = async (id: string, written: Written, tools: TellingTools, answer: DigestAnswer) => {
  const heard = new Set<string>()
  for (const { id: channel, name, digest } of tools.notifier.channels) {
    // One address that is set twice is one place, and is told once.
    if (!digest || heard.has(channel)) continue
    heard.add(channel)
    const { outcome, said } = await digest({ id, ...written })
    if (outcome === 'delivered') answer.told.push(name)
    else answer.undelivered.push(`${name}: ${said}`)
  }
}

/**
 * Stores the digest, then mails it. It never throws: whoever calls it has done something that
 * matters more, and a digest that could not be written must not undo that.
 */
export const writeDigest = async (tools: TellingTools, span: Span): Promise<DigestAnswer> => {
  const answer: DigestAnswer = { keys: [], told: [], undelivered: [], faults: [] }
  try {
    const written = writtenOf(await readDigest(tools, span))
    const id = planIdOf(span.until, tools.randomHex(6))
    const path = `digests/${id.slice(0, 7).replace('-', '/')}/${id}`
    for (const [ending, text] of [
      ['html', written.html],
      ['txt', written.text],
    ] as const) {
      const key = reportKey(tools.settings.prefix, `${path}.${ending}`)
      await tools.store.put(key, Buffer.from(text)).then(
        () => answer.keys.push(key),
        (thrown: unknown) => answer.faults.push(asFault(thrown).why),
      )
    }
    await mail(`report-${id}`, written, tools, answer)
  } catch (thrown) {
    answer.faults.push(asFault(thrown).why)
  }
  return answer
}
