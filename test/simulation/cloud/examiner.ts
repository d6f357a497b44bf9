/**
 * An Examiner that believes what the bytes say of themselves, and answers as the real one does: what
 * it cannot read is `unverifiable` at the stage it had reached, what differs is `failed`, and what lacks
 * a column that is expected is `unmet`.
 */
import { Fault } from '../../../lib/faults'
import type { Clock, Examination, Examiner, Store } from '../../../lib/ports'
import type { Finding, Outcome } from '../../../lib/rules/verdict/verdict'
import { askedOf } from '../../fakes/tools'
import type { Random } from '../random'
import type { Weather } from '../weather'

import { readFile, sha256Of } from './content'
import type { File } from './content'

export type ExaminerParts = {
  store: Store
  clock: Clock
  random: Random
  weather: Weather
  sleep(ms: number): Promise<void>
}

/** So long before its deadline it gives up. */
const endsEarlyMs = 3_000

type Expected = Readonly<Record<string, readonly string[]>>

const said = (check: string, outcome: Outcome, detail: string = outcome): Finding => ({
  check,
  outcome,
  detail,
})

const passed = (...checks: string[]): Finding[] => checks.map((check) => said(check, 'passed'))

const schemaOf = ({ tables }: File, expected: Expected): Finding => {
  const missing = Object.entries(expected).flatMap(([table, columns]) =>
    columns.filter((name) => !tables[table]?.columns.includes(name)),
  )
  if (missing.length === 0) return said('schema', 'passed')
  return said('schema', 'unmet', `Missing: ${missing.join(', ')}.`)
}

/** What SQLite would say of it. */
const opened = (file: File | undefined, expected: Expected): Finding[] => {
  if (!file) return [said('header', 'failed', 'This is no database.')]
  switch (file.kind) {
    case 'encrypted':
      return [said('header', 'unverifiable', 'This looks encrypted.')]
    case 'corrupt':
      return [...passed('header'), said('structure', 'failed', 'SQLite calls it damaged.')]
    case 'sound':
      return [...passed('header', 'structure', 'references', 'rows'), schemaOf(file, expected)]
    default:
      return file.kind satisfies never
  }
}

const seenOf = (file: File | undefined) => {
  if (file?.kind !== 'sound') return {}
  const tables = Object.entries(file.tables)
  return {
    schema: Object.fromEntries(tables.map(([name, { columns }]) => [name, columns])),
    rows: Object.fromEntries(tables.map(([name, { rows }]) => [name, rows])),
  }
}

export const fakeExaminer = (parts: ExaminerParts): Examiner => {
  const { store, clock, random, weather } = parts
  return async (order) => {
    const startedMs = clock.now().getTime()
    const findings: Finding[] = []
    const end = (more: Partial<Examination> = {}): Examination => ({
      findings,
      method: 'what the bytes say',
      tookMs: Math.max(0, clock.now().getTime() - startedMs),
      ...more,
    })
    if (random.chance(weather.unexaminable)) {
      if (random.chance(0.3)) throw new Fault({ code: 'internal', why: 'It broke.', mend: 'Wait.' })
      await parts.sleep(random.between(1_000, 20_000))
      findings.push(said('structure', 'unverifiable', 'The time ran out.'))
      return end()
    }
    try {
      const found = await store.stream(order.key, order.etag)
      if (!found)
        throw new Fault({ code: 'store-missing', why: 'It is gone.', mend: 'Push again.' })
      const { sizeBytes, sha256: announced } = order.claim
      if (sizeBytes !== undefined && found.object.sizeBytes !== sizeBytes) {
        findings.push(said('arrival', 'failed', 'Another size was announced.'))
        return end()
      }
      findings.push(...passed('arrival'))
      const chunks: Uint8Array[] = []
      for await (const chunk of found.chunks) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      const sha256 = sha256Of(bytes)
      if (announced !== undefined && announced !== sha256) {
        findings.push(said('bytes', 'failed', 'Other bytes were announced.'))
        return end({ sha256 })
      }
      findings.push(...passed('bytes'))
      const file = readFile(bytes)
      if (file?.slowMs !== undefined) {
        // It ends in time, as the real one does.
        const leftMs = order.deadlineAt.getTime() - clock.now().getTime() - endsEarlyMs
        await parts.sleep(Math.max(0, Math.min(file.slowMs, leftMs)))
        if (file.slowMs >= leftMs) {
          findings.push(said('structure', 'unverifiable', 'The time ran out.'))
          return end({ sha256 })
        }
      }
      findings.push(...opened(file, askedOf(order).tables))
      return end({ sha256, ...seenOf(file) })
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      const stage = findings.length === 0 ? 'arrival' : 'bytes'
      findings.push(said(stage, 'unverifiable', thrown.why))
      return end()
    }
  }
}
