import { z } from 'zod'

import type { Tools } from '../ports'
import { wordOf } from '../rules/entry'
import type { Entry } from '../rules/entry'
import { parseId } from '../rules/snapshot'
import { mendsOf } from '../rules/verdict'
import type { Finding, VerdictWord } from '../rules/verdict'
import { isBeingVerified } from '../rules/waiting'

import { parseTicket } from './ledger'
import type { Step } from './step'
import { notArrived, openShelf, startVerify, verifySnapshot } from './verify'

/**
 * Step 3, asked from the Droplet: is it sound?
 *
 * Verifies inside the call when that surely fits; else starts `verify` where a namespace key
 * allows it; else leaves it to `watch`. Until there is a verdict the answer is `pending`.
 */
export const VerdictRequest = z.strictObject({ ticket: z.string().max(120) })
export type VerdictRequest = z.infer<typeof VerdictRequest>

export type VerdictAnswer = {
  ticket: string
  verdict: VerdictWord
  findings: Finding[]
  mends: string[]
}

/** A web function ends after 30 s: up to here a check takes a few, index-heavy ones included. */
const inlineLimitBytes = 32 * 1024 ** 2

/** The least time in which a check inside the call may be begun. */
const inlineLeastMs = 20_000

const answerOf = (entry: Entry): VerdictAnswer => ({
  ticket: entry.id,
  verdict: wordOf(entry),
  findings: entry.verdict?.findings ?? [],
  mends: entry.verdict ? mendsOf(entry.verdict.findings, entry.verdict.outcome) : [],
})

const run = async ({ ticket }: VerdictRequest, tools: Tools): Promise<VerdictAnswer> => {
  const name = parseTicket(ticket)
  const { entry, object } = await openShelf(name, tools)
  if (entry.verdict) return answerOf(entry)
  if (!object) throw notArrived(name)
  const size = entry.claim.rawSizeBytes ?? entry.claim.sizeBytes
  const leftMs = tools.deadlineAt.getTime() - tools.clock.now().getTime()
  if (size <= inlineLimitBytes && leftMs >= inlineLeastMs) {
    return answerOf(await verifySnapshot(name, tools))
  }
  if (tools.starter && !isBeingVerified(entry, tools.clock.now())) {
    await startVerify(name, tools)
  }
  return answerOf(entry)
}

export const verdict: Step<VerdictRequest, VerdictAnswer> = {
  request: VerdictRequest,
  access: { scope: 'push', database: ({ ticket }) => parseId(ticket)?.database },
  run,
  lines: (answer) => [
    ['verdict', answer.verdict],
    ['ticket', answer.ticket],
    ...answer.findings.map(
      ({ outcome, check, detail }) => ['finding', `${outcome} ${check} ${detail}`] as const,
    ),
    ...answer.mends.map((mend) => ['mend', mend] as const),
  ],
}
