/**
 * Many real databases, each with bytes of its own. Three are made by SQLite; the others are copies in
 * which the text of one row, that no index holds, is another.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { makeHost } from '../faults/world/scripts'
import type { Host } from '../faults/world/scripts'
import { makeDatabase } from '../faults/world/writer'

export type Source = Host & { sizeBytes: number; sha256: string; md5: string }

const sizes = [30, 300, 1500]
const placeFor = (index: number): string => `database-${String(index).padStart(8, '0')}`

const hash = (how: 'sha256' | 'md5', bytes: Buffer): string =>
  createHash(how).update(bytes).digest('hex')

export const makeSources = (folder: string, databases: number): Source[] => {
  const templates = sizes.map((rows) => {
    const file = path.join(folder, `template-${rows}.db`)
    makeDatabase(file, { rows, mode: 'delete', row: placeFor(0) })
    return readFileSync(file)
  })
  return Array.from({ length: databases }, (_, nth) => {
    const host = makeHost(folder, `load-${String(nth + 1).padStart(5, '0')}`)
    const bytes = Buffer.from(templates[nth % templates.length] ?? [])
    const at = bytes.indexOf(placeFor(0))
    if (at < 0) throw new Error('the template has lost its place')
    bytes.write(placeFor(nth + 1), at, 'latin1')
    writeFileSync(host.file, bytes)
    return {
      ...host,
      sizeBytes: bytes.length,
      sha256: hash('sha256', bytes),
      md5: hash('md5', bytes),
    }
  })
}
