/**
 * What is shown of a copy, wherever people and programs look: the page and its JSON, metrics, reports,
 * lists? What has gone from one is shown beside it.
 */
import type { Copy } from './held'

export type Shown = Pick<
  Copy,
  'id' | 'word' | 'takenAt' | 'arrivedAt' | 'sizeBytes' | 'remarks'
> & {
  /** As it is called in the store, with its ending. */
  file: string
  provenAt: string | undefined
  rows: number | undefined
  /** Against the copy before it, in a short line; absent where one of the two was never counted. */
  change: string | undefined
  tookMs: number | undefined
  pinnedBy: string | undefined
  /** What retention says of it today. */
  keep: boolean
  reasons: string[]
}

/** The order of the fields is that of the page's JSON. */
export const shownOf = (copy: Copy, about: Pick<Shown, 'change' | 'keep' | 'reasons'>): Shown => ({
  id: copy.id,
  file: copy.key.slice(copy.key.lastIndexOf('/') + 1),
  word: copy.word,
  takenAt: copy.takenAt,
  arrivedAt: copy.arrivedAt,
  provenAt: copy.provenAt,
  sizeBytes: copy.sizeBytes,
  rows: copy.rows,
  change: about.change,
  tookMs: copy.tookMs,
  remarks: copy.remarks,
  pinnedBy: copy.pinnedBy,
  keep: about.keep,
  reasons: about.reasons,
})

/** The claim of a host whose clock runs ahead must not make its copy look fresher than it is. */
export const capturedAt = ({ takenAt, arrivedAt }: Pick<Copy, 'takenAt' | 'arrivedAt'>): string =>
  Date.parse(takenAt) < Date.parse(arrivedAt) ? takenAt : arrivedAt

/** Something has gone that nobody has said is right, and a copy from before still has it. */
export type ShownFall = {
  /** The first copy after it. */
  since: string
  sinceAt: string
  before: string
  beforeAt: string
  /** How many rows that copy has, and the newest sound one; without `now` the table is gone. */
  tables: { table: string; before: number; now: number | undefined }[]
  restoreCommand: string
}

/** A line of a list, by the names of its JSON: every ticket has one, whatever became of it. */
export type Listed = {
  ticket: string
  database: string
  verdict: string
  sizeBytes: number
  takenAt: string
  verifiedAt: string | undefined
  pinnedBy: string | undefined
  rows: number | undefined
  /** Against the copy before it, in a short line. */
  change: string | undefined
}
