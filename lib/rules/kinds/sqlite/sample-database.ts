/**
 * A small SQLite database, written byte for byte: two pages, one table, one row. Drills open it, and
 * damaged ones of its kind, to see that the alarm still rings.
 */

const pageBytes = 4096

/** A record of short texts, small whole numbers and nulls: every length in it fits into one byte. */
const record = (values: readonly (string | number | null)[]): Buffer => {
  const types: number[] = []
  const body: Buffer[] = []
  for (const value of values) {
    if (value === null) types.push(0)
    else if (typeof value === 'number') {
      types.push(1)
      body.push(Buffer.from([value]))
    } else {
      const bytes = Buffer.from(value)
      types.push(13 + 2 * bytes.length)
      body.push(bytes)
    }
  }
  return Buffer.concat([Buffer.from([types.length + 1, ...types]), ...body])
}

/** A table's leaf page with one cell, at the page's end. */
const leaf = (headerAt: number, payload: Buffer): Buffer => {
  const page = Buffer.alloc(pageBytes)
  const cell = Buffer.concat([Buffer.from([payload.length, 1]), payload])
  const cellAt = pageBytes - cell.length
  cell.copy(page, cellAt)
  page[headerAt] = 0x0d
  page.writeUInt16BE(1, headerAt + 3)
  page.writeUInt16BE(cellAt, headerAt + 5)
  page.writeUInt16BE(cellAt, headerAt + 8)
  return page
}

/** The row says when the content was written: `events(id, at)`. */
export const sampleDatabase = (contentAt: Date): Buffer => {
  const sql = 'CREATE TABLE events(id INTEGER PRIMARY KEY, at TEXT)'
  const first = leaf(100, record(['table', 'events', 'events', 2, sql]))
  const second = leaf(0, record([null, contentAt.toISOString()]))
  first.write('SQLite format 3\0', 0, 'latin1')
  first.writeUInt16BE(pageBytes, 16)
  // File format 1 for reading and writing; the payload fractions that every file has.
  Buffer.from([1, 1, 0, 64, 32, 32]).copy(first, 18)
  first.writeUInt32BE(1, 24)
  first.writeUInt32BE(2, 28)
  first.writeUInt32BE(1, 40)
  first.writeUInt32BE(4, 44)
  first.writeUInt32BE(1, 56)
  first.writeUInt32BE(1, 92)
  first.writeUInt32BE(3_045_000, 96)
  return Buffer.concat([first, second])
}

/** The same with its row's page overwritten: what a failing disk leaves. */
export const damagedDatabase = (contentAt: Date): Buffer => {
  const bytes = sampleDatabase(contentAt)
  bytes.fill(0xa5, pageBytes, 2 * pageBytes)
  return bytes
}
