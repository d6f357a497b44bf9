/**
 * What becomes of a database while it is used: ordinary days, migrations, and an accident now and then.
 */
import { dayMs } from '../../../lib/rules/plain/time-units'
import { rowsIn } from '../cloud/content'
import type { File, Table } from '../cloud/content'
import type { Random } from '../random'

export type Alive = {
  file: File
  /** So often it is pushed. */
  perDay: number
  /** What each table held lately. */
  memory: { atMs: number; rows: Record<string, number> }[]
  /** What the next migration will call the key, where it was announced. */
  nextKey: string | undefined
}

/** Longer than copies are held against one another, so that an ordinary day never looks like a loss. */
const memoryMs = 30 * dayMs

/** A table that holds so much of what it held has lost nothing that anybody would miss. */
const nearlyAll = 0.92

const peakOf = ({ memory, file }: Alive, table: string): number =>
  Math.max(rowsIn(file, table), ...memory.map(({ rows }) => rows[table] ?? 0))

const remember = (alive: Alive, nowMs: number): void => {
  const rows = Object.entries(alive.file.tables).map(([name, table]) => [name, table.rows])
  alive.memory.push({ atMs: nowMs, rows: Object.fromEntries(rows) })
  alive.memory = alive.memory.filter(({ atMs }) => nowMs - atMs <= memoryMs)
}

const notesIn = ({ tables }: File): string | undefined =>
  Object.keys(tables).find((name) => name.startsWith('notes'))

const addTo = ({ tables }: File, name: string | undefined, rows: number): void => {
  const table: Table | undefined = tables[name ?? '']
  if (table) table.rows += rows
}

const grow = ({ file, perDay }: Alive, random: Random): void => {
  addTo(file, file.database, random.between(0, Math.ceil(20 / perDay)))
  addTo(file, notesIn(file), random.between(0, 2))
  // Emptied and filled at will, and too small to be missed.
  addTo(file, 'cache', random.between(0, 90) - rowsIn(file, 'cache'))
}

/** Old rows are cleared away, never many at once. */
const purge = (alive: Alive, random: Random): void => {
  const { file } = alive
  const left = Math.floor(rowsIn(file, file.database) * (1 - random.next() * 0.08))
  if (left < nearlyAll * peakOf(alive, file.database)) return
  addTo(file, file.database, left - rowsIn(file, file.database))
}

const isCalm = (alive: Alive, table: string): boolean =>
  alive.file.lacks === undefined && rowsIn(alive.file, table) >= 0.97 * peakOf(alive, table)

/** Most rows move to another table of the same columns. */
const archive = (alive: Alive, random: Random): void => {
  const { file } = alive
  const rows = rowsIn(file, file.database)
  if (rows < 300 || !isCalm(alive, file.database)) return
  const moved = Math.floor((rows * random.between(60, 85)) / 100)
  file.epoch += 1
  addTo(file, file.database, -moved)
  addTo(file, 'archive', moved)
}

const renameNotes = (alive: Alive): void => {
  const { file } = alive
  const name = notesIn(file)
  const { [name ?? '']: table, ...others } = file.tables
  if (file.lacks) return
  if (!table) file.tables['notes'] = { columns: ['id', 'text'], rows: 0 }
  else if (name !== undefined && isCalm(alive, name)) {
    file.tables = { ...others, [name === 'notes' ? 'notes_2' : 'notes']: table }
  }
  file.epoch += 1
}

const migrate = ({ file }: Alive, change: (columns: readonly string[]) => string[]): void => {
  file.epoch += 1
  for (const name of [file.database, 'archive']) {
    const table = file.tables[name]
    if (table) table.columns = change(table.columns)
  }
}

/** A column more; and one of the oldest goes. */
const addColumn = (alive: Alive): void =>
  migrate(alive, ([key = '', ...rest]) => [key, ...rest.slice(-3), `column_${alive.file.serial}`])

/** The column that is expected gets another name: without new settings its copies are unmet. */
const renameKey = (alive: Alive, key: string): void => {
  alive.nextKey = undefined
  migrate(alive, ([, ...rest]) => [key, ...rest])
}

/** Somebody deletes what was needed, or drops the table. */
const loseRows = (alive: Alive, table: string, random: Random): void => {
  const { file } = alive
  const had = peakOf(alive, table)
  file.lacks = { accident: `${file.database} ${file.serial}`, table, had }
  if (table !== file.database && random.chance(0.5)) delete file.tables[table]
  else addTo(file, table, Math.floor(rowsIn(file, table) / 5) - rowsIn(file, table))
}

const atLeastLost = 300

/** `isSettled`: what was lost before was meant, as a person has said. */
const accident = (alive: Alive, isSettled: (accident: string) => boolean, random: Random): void => {
  const { file } = alive
  if (file.lacks && !isSettled(file.lacks.accident)) return
  const table = random.chance(0.3) ? notesIn(file) : file.database
  if (table !== undefined && rowsIn(file, table) >= atLeastLost) loseRows(alive, table, random)
}

/** What was missing is there again, whoever brought it back. */
const noteReturn = ({ file }: Alive): void => {
  if (file.lacks && rowsIn(file, file.lacks.table) >= nearlyAll * file.lacks.had) delete file.lacks
}

const break_ = (file: File, random: Random): void => {
  if (file.kind !== 'sound') {
    if (random.chance(0.35)) file.kind = 'sound'
  } else if (random.chance(0.008)) file.kind = 'corrupt'
  else if (random.chance(0.004)) file.kind = 'encrypted'
}

/** From one push to the next. */
export const live = (
  alive: Alive,
  about: { nowMs: number; isSettled: (accident: string) => boolean },
  random: Random,
): void => {
  const { file, perDay } = alive
  const isDay = (share: number): boolean => random.chance(share / perDay)
  remember(alive, about.nowMs)
  break_(file, random)
  if (random.chance(0.25)) return
  file.serial += 1
  grow(alive, random)
  if (isDay(0.02)) purge(alive, random)
  if (isDay(0.01)) addColumn(alive)
  else if (isDay(alive.nextKey === undefined ? 0.035 : 0.6)) {
    renameKey(alive, alive.nextKey ?? `key_${file.serial}`)
  } else if (isDay(0.006)) archive(alive, random)
  else if (isDay(0.007)) renameNotes(alive)
  else if (isDay(0.03)) accident(alive, about.isSettled, random)
  noteReturn(alive)
}

/** What was lost is entered once more by those who lost it. */
export const enterAgain = ({ file }: Alive): void => {
  const { lacks } = file
  if (!lacks || !file.tables[lacks.table]) return
  file.serial += 1
  addTo(file, lacks.table, lacks.had - rowsIn(file, lacks.table))
  delete file.lacks
}

/** A copy is brought back: what came into the database since is not in it. */
export const bringBack = (
  alive: Alive,
  copy: File,
  isSettled: (accident: string) => boolean,
): void => {
  const { file } = alive
  const rows = (table: string) => rowsIn(copy, table)
  const lost = Object.keys(file.tables).find((table) => rows(table) < 0.7 * peakOf(alive, table))
  const { lacks } = file
  const isOver = lacks && lost !== undefined && isSettled(lacks.accident)
  const isStillGone = lacks && !isOver && rows(lacks.table) < nearlyAll * lacks.had
  const serial = file.serial + 1
  const isOther = copy.epoch !== file.epoch
  const { lacks: _, ...rest } = structuredClone(copy)
  const anew = {
    accident: `${file.database} ${serial}`,
    table: lost ?? '',
    had: peakOf(alive, lost ?? ''),
  }
  const still = isStillGone ? lacks : lost === undefined ? copy.lacks : anew
  alive.file = {
    ...rest,
    serial,
    epoch: isOther ? file.epoch + 1 : file.epoch,
    ...(still ? { lacks: still } : {}),
  }
}

/** As it is pushed by whoever pushes it besides the cron job: sound, and bytes of its own. */
export const copyNow = ({ file }: Alive, serial: number): File => ({
  ...structuredClone(file),
  kind: 'sound',
  serial,
})
