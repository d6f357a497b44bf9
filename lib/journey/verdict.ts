/**
 * Step 3, asked from the Droplet: is it sound?
 *
 * Verifies inside the call when that surely fits; else starts `verify` where a namespace key
 * allows it; else leaves it to `watch`. Until there is a verdict the answer is `pending`.
 */
import * as z from 'zod'

import type { Tools } from '../ports'
import { withoutVerdict, wordOf } from '../rules/copy/entry'
import type { Entry } from '../rules/copy/entry'
import { parseId } from '../rules/copy/snapshot'
import { acceptCommand } from '../rules/troubles/trouble'
import { isSound, mendsOf } from '../rules/verdict/verdict'
import type { Finding } from '../rules/verdict/verdict'
import { isBeingVerified } from '../rules/watching/waiting'

import { parseTicket } from './bucket/ledger'
import type { Step } from './step'
import { notArrived, openShelf, startVerify, verifySnapshot } from './verify'

export const VerdictRequest = z.strictObject({
  ticket: z.string().max(120),
  /** Which push.sh asks; the first one did not say, and knows no `unmet`. */
  script: z.string().max(20).optional(),
})
export type VerdictRequest = z.infer<typeof VerdictRequest>

export type VerdictAnswer = {
  ticket: string
  verdict: string
  findings: Finding[]
  mends: string[]
  /** What the host's own mail should say besides, where the copy is sound all the same. */
  notice: string | undefined
  script: string | undefined
}

/** A web function ends after 30 s: up to here a check takes a few, index-heavy ones included. */
const inlineLimitBytes = 32 * 1024 ** 2

/** The least time in which a check inside the call may be begun. */
const inlineLeastMs = 20_000

/** A person who knows that it is right has a way to say so, whatever the findings advise. */
const mendsFor = (entry: Entry): string[] => {
  const { id, verdict } = entry
  const mends = verdict ? mendsOf(verdict.findings, verdict.outcome) : []
  return wordOf(entry) === 'unmet'
    ? [...mends, `To let this copy count as it is, on your own machine: ${acceptCommand(id)}`]
    : mends
}

/** Said with the first copy after a fall, and not with every one that follows. */
const noticeOf = (entry: Entry): string | undefined => {
  const { id, verdict } = entry
  if (!isSound(wordOf(entry))) return undefined
  const finding = verdict?.findings.find(({ code }) => code === 'fall')
  if (!finding || verdict?.fall?.since !== id) return undefined
  return `${finding.detail} mend: ${finding.mend ?? ''}`
}

const answerOf = (entry: Entry, script: string | undefined): VerdictAnswer => ({
  ticket: entry.id,
  verdict: wordOf(entry),
  findings: entry.verdict?.findings ?? [],
  mends: mendsFor(entry),
  notice: noticeOf(entry),
  script,
})

/**
 * The first edition's push.sh would wait for a word that it knows. Of those, "could not be verified" is
 * the one that calls nothing damaged and is told all the same.
 */
const wordFor = (word: string, { script }: VerdictAnswer): string =>
  script === undefined && word === 'unmet' ? 'unverifiable' : word

const run = async ({ ticket, script }: VerdictRequest, tools: Tools): Promise<VerdictAnswer> => {
  const name = parseTicket(ticket)
  const { entry, object } = await openShelf(name, tools)
  // What was said of another file that stood under this name says nothing of this one.
  const isJudged = !object || entry.etag === undefined || entry.etag === object.etag
  if (entry.verdict && isJudged) return answerOf(entry, script)
  if (!object) throw notArrived(name)
  const size = entry.claim.rawSizeBytes ?? entry.claim.sizeBytes
  const leftMs = tools.deadlineAt.getTime() - tools.clock.now().getTime()
  if (size <= inlineLimitBytes && leftMs >= inlineLeastMs) {
    return answerOf(await verifySnapshot(name, tools), script)
  }
  if (tools.starter && !isBeingVerified(entry, tools.clock.now())) {
    await startVerify(name, tools)
  }
  return answerOf(withoutVerdict(entry), script)
}

export const verdict: Step<VerdictRequest, VerdictAnswer> = {
  request: VerdictRequest,
  access: { scope: 'push', database: ({ ticket }) => parseId(ticket)?.database },
  run,
  lines: (answer) => [
    ['verdict', wordFor(answer.verdict, answer)],
    ['ticket', answer.ticket],
    ...answer.findings.map(
      ({ outcome, check, detail }) =>
        ['finding', `${wordFor(outcome, answer)} ${check} ${detail}`] as const,
    ),
    ...(answer.notice === undefined ? [] : [['notice', answer.notice] as const]),
    // A script reads one line.
    ...(answer.mends.length > 0 ? [['mend', answer.mends.join(' ')] as const] : []),
  ],
}
