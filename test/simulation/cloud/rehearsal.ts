/**
 * A Rehearsal without an engine: the address is followed to the stored bytes, which say what they are;
 * and of the samples of the alarm drill it is known which is which.
 */
import { Fault } from '../../../lib/faults'
import type { Examination, Examiner, Rehearsal } from '../../../lib/ports'
import type { PostgresExpected } from '../../../lib/rules/kinds/postgres/settings'
import { damagedDatabase, sampleDatabase } from '../../../lib/rules/kinds/sqlite/sample-database'
import type { Finding } from '../../../lib/rules/verdict/verdict'

const base = ['arrival', 'bytes', 'header', 'structure', 'references'] as const

const found = (...last: Finding[]): Examination => ({
  findings: [
    ...base.map((check) => ({ check, outcome: 'passed' as const, detail: '' })),
    ...last,
  ].filter(({ check }, index, all) => all.findLastIndex((one) => one.check === check) === index),
  method: 'what the bytes say',
  tookMs: 1,
})

const keyOf = (address: string): string => new URL(address).pathname.slice(1)

const openDump = (bytes: Uint8Array, { tables }: PostgresExpected): Examination => {
  const isWhole = Buffer.from(bytes).includes('PostgreSQL database dump complete')
  if (!isWhole) return found({ check: 'structure', outcome: 'failed', detail: 'It was cut.' })
  const isMissed = tables['events']?.includes('missing') ?? false
  if (isMissed) return found({ check: 'schema', outcome: 'unmet', detail: 'A column is missing.' })
  return { ...found(), schema: { events: ['at'] }, rows: { events: 3 } }
}

/**
 * `examinerAt`: of this kind, in the place to which the address leads. Inventories that were made here are opened by
 * the real engine, which gives its alarms as it would anywhere.
 */
export const fakeRehearsal = (
  examinerAt: (address: string, kind: string | undefined) => Examiner,
  inventories: { open: Rehearsal['open'] },
): Rehearsal => ({
  restore: async ({ get, claim, expected, deadlineAt }) => {
    const examine = examinerAt(get, claim.kind)
    const examination = await examine({ key: keyOf(get), claim, expected, deadlineAt }).catch(
      (thrown: unknown) => {
        if (thrown instanceof Fault) return undefined
        throw thrown
      },
    )
    const steps = [{ step: 'download', tookMs: 1 }]
    return examination ? { steps, examination } : { steps, undone: 'It could not be opened.' }
  },
  open: async (bytes, order) => {
    const { claim, expected } = order
    if (claim.kind === 'objects') return inventories.open(bytes, order)
    if (claim.kind === 'postgres') return openDump(bytes, expected as PostgresExpected)
    const at = new Date(claim.takenAt ?? 0)
    const given = Buffer.from(bytes)
    if (given.equals(sampleDatabase(at))) return found()
    if (given.length === 0 || given.equals(damagedDatabase(at))) {
      return found({ check: 'structure', outcome: 'failed', detail: 'It is damaged.' })
    }
    return found({ check: 'freshness', outcome: 'warned', detail: 'It is old.' })
  },
})
