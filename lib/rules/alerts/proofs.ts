/**
 * Good news, for those who asked for it: which copies were proven since, and how is that said? What
 * waits to be said stands beside the outbox, has an end, and is never said before a trouble.
 */
import { createHash } from 'node:crypto'

import * as z from 'zod'

import { countWords, sizeWords } from '../plain/wording'
import { shapeOf } from '../trust/stored'
import type { WatchState } from '../watching/watch-state'

import type { Alert, Message } from './alert'

const instant = z.iso.datetime()

/** A copy that was proven, as far as it is told. */
export const Proof = shapeOf({
  id: z.string(),
  database: z.string(),
  word: z.string(),
  at: instant,
  sizeBytes: z.int(),
  rows: z.int().optional(),
})
export type Proof = z.infer<typeof Proof>

/** By channel: what was not said there yet. */
export type Proofs = Readonly<Record<string, Proof[]>>

/** More than these are not kept for one channel: whoever was deaf for long wants the last ones. */
const waitingAtMost = 100

/**
 * The copies that became the newest sound one between two looks. Nothing is good news of a database
 * whose newest copy is not sound, or lacks what an older one has: it would hide what is wrong.
 */
export const proofsIn = (
  before: WatchState | undefined,
  state: WatchState,
  unseen: ReadonlySet<string> = new Set(),
): Proof[] =>
  Object.entries(before === undefined ? {} : state.databases).flatMap(([database, one]) => {
    const { newest, newestSound, fall } = one
    const known = before?.databases[database]?.newestSound
    if (!newest || newest.id !== newestSound?.id || fall || unseen.has(database)) return []
    // Where the newest one was taken away, an older one stands in its place: that is no news.
    const isNews = !known || Date.parse(newest.arrivedAt) > Date.parse(known.arrivedAt)
    if (!isNews) return []
    const { id, word, provenAt, arrivedAt, sizeBytes, rows } = newest
    const at = provenAt ?? arrivedAt
    return [{ id, database, word, at, sizeBytes, ...(rows === undefined ? {} : { rows }) }]
  })

/** Noted for each channel that wants to hear it; a channel that is no longer set is forgotten. */
export const withProofs = (
  waiting: Proofs,
  proofs: readonly Proof[],
  channels: readonly { id: string; hears(database: string): boolean }[],
): Proofs =>
  Object.fromEntries(
    channels.flatMap(({ id, hears }) => {
      const known = waiting[id] ?? []
      const fresh = proofs.filter(
        (proof) => hears(proof.database) && !known.some((one) => one.id === proof.id),
      )
      const all = [...known, ...fresh].slice(-waitingAtMost)
      return all.length === 0 ? [] : [[id, all]]
    }),
  )

export const withoutSaid = (waiting: Proofs, channelId: string, said: readonly Proof[]): Proofs => {
  const ids = new Set(said.map(({ id }) => id))
  const { [channelId]: mine = [], ...others } = waiting
  const left = mine.filter(({ id }) => !ids.has(id))
  return left.length === 0 ? others : { ...others, [channelId]: left }
}

/** What a person said, or was warned of, is not called proven. */
const called: Readonly<Record<string, string>> = {
  warned: 'Sound, with a warning',
  accepted: 'Accepted',
}

const lineOf = ({ id, word, sizeBytes, rows }: Proof): string =>
  [
    `${called[word] ?? 'Proven'}: ${id}`,
    sizeWords(sizeBytes),
    ...(rows === undefined ? [] : [countWords(rows, 'row')]),
  ].join(', ')

const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 32)

const successOf = (proof: Proof, installation: string): Alert => {
  const key = `${installation}/${proof.database}/copy.proven`
  return {
    id: hashOf(`${key} ${proof.id}`),
    key,
    kind: 'copy.proven',
    severity: 'info',
    status: 'success',
    installation,
    database: proof.database,
    since: proof.at,
    at: proof.at,
    told: 0,
    headline: lineOf(proof),
    facts: [],
    meaning: '',
    nextStep: { text: '' },
    newestProven: undefined,
  }
}

/** One message, a line a copy: the same copies make the same one, so that receivers can drop it. */
export const proofMessage = (proofs: readonly Proof[], installation: string): Message => {
  const alerts = proofs.map((proof) => successOf(proof, installation))
  return { id: hashOf(alerts.map(({ id }) => id).join(' ')), installation, alerts }
}
