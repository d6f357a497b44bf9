/**
 * What does the app hear of its pages and shops? By the newest inventory that is whole, in the app's own
 * words; and nothing is well by an inventory that should long have been followed by another.
 */
import * as z from 'zod'

import type { Tools } from '../../ports'
import { Uploads } from '../../rules/kinds/objects/uploads'
import { fitted } from '../../rules/plain/shortening'
import { instantWords } from '../../rules/plain/wording'
import { expectationsOf } from '../../rules/settings/databases'
import { isWhole } from '../../rules/verdict/verdict'

import { offersOf } from './offers'
import { listShelves } from './shelves'

type Result = { status: 'success' } | { status: 'failed' | 'unknown'; message: string }

export type UploadStatus = {
  upload_status: { page_id: string; result: Result }[]
  /** Of each inventory: when it was taken, and how many pages it knows besides, which are told nowhere. */
  inventories: { database: string; ticket: string; taken_at: string; left_out: number }[]
}

const Figures = z.looseObject({ uploads: Uploads })

/** Behind so many that could not be read, what is older tells nobody anything. */
const readsAtMost = 10

/** The platform carries a megabyte. */
const signsAtMost = 700_000

type Newest = { ticket: string; takenAt: string; uploads: Uploads }

const newestOf = async (tools: Tools, database: string): Promise<Newest | undefined> => {
  let reads = 0
  for await (const { id, entry, word } of offersOf(await listShelves(tools, database), tools)) {
    const figures = Figures.safeParse(entry?.verdict?.figures)
    if (entry && isWhole(word) && figures.success)
      return { ticket: id, takenAt: entry.claim.takenAt, uploads: figures.data.uploads }
    reads += 1
    if (reads >= readsAtMost) return undefined
  }
  return undefined
}

const isOld = ({ takenAt }: Newest, database: string, tools: Tools): boolean => {
  const { schedule } = expectationsOf(tools.settings.databases, database)
  const ageMs = tools.clock.now().getTime() - Date.parse(takenAt)
  return schedule !== undefined && ageMs > schedule.everyMs + schedule.graceMs
}

const resultsOf = (newest: Newest, isFollowed: boolean): UploadStatus['upload_status'] => {
  const { failed, fine } = newest.uploads
  const unseen = `not looked at since ${instantWords(newest.takenAt)}`
  const well: Result = isFollowed ? { status: 'success' } : { status: 'unknown', message: unseen }
  return [
    ...failed.map(({ id, message }) => ({
      page_id: id,
      result: { status: 'failed' as const, message },
    })),
    ...fine.map((id) => ({ page_id: id, result: well })),
  ]
}

/** Of all databases that are inventories, or of one; of one page, where it is named. */
export const readUploads = async (
  tools: Tools,
  { database, page }: { database: unknown; page: unknown },
): Promise<UploadStatus> => {
  const answer: UploadStatus = { upload_status: [], inventories: [] }
  let left = signsAtMost
  const sizeOf = (one: UploadStatus['upload_status'][number]): number => {
    const size = JSON.stringify(one).length + 1
    left -= size
    return size
  }
  for (const name of Object.keys(tools.settings.databases)) {
    const { kind } = expectationsOf(tools.settings.databases, name)
    if (kind !== 'objects' || (database !== undefined && database !== name)) continue
    const newest = await newestOf(tools, name)
    if (!newest) continue
    const { ticket, takenAt: taken_at, uploads } = newest
    const results = resultsOf(newest, !isOld(newest, name, tools))
    const asked = results.filter(({ page_id }) => page === undefined || page === page_id)
    const { shown, more } = fitted(asked, left, sizeOf)
    answer.upload_status.push(...shown)
    answer.inventories.push({ database: name, ticket, taken_at, left_out: uploads.leftOut + more })
  }
  return answer
}
