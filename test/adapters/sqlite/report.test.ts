/** What counts of all that is said while a file is checked, whenever the time runs out. */
import { expect, test } from 'vitest'

import { report } from '../../../lib/adapters/sqlite/report'
import type { Finding } from '../../../lib/rules/verdict/verdict'

const finding = (check: string, outcome: 'passed' | 'warned' = 'passed'): Finding => ({
  check,
  outcome,
  detail: '',
  mend: '',
})
const failed = (check: string): Finding => ({ check, outcome: 'failed', detail: '', mend: '' })

const checksOf = ({ findings }: { findings: readonly Finding[] }): string[] =>
  findings.map(({ check }) => check)

test('the stage is what has no answer yet: arrival, bytes, then where SQLite is', () => {
  const seen = report()
  expect(seen.stage).toBe('arrival')
  seen.addNews({ kind: 'stage', check: 'rows' })
  seen.add(finding('arrival'))
  expect(seen.stage).toBe('bytes')
  seen.add(finding('bytes'))
  expect(seen.stage).toBe('rows')
  const fresh = report()
  for (const check of ['arrival', 'bytes']) fresh.add(finding(check))
  expect(fresh.stage).toBe('structure')
})

const told = (bytes: Finding) => {
  const seen = report()
  seen.addNews({ kind: 'method', method: 'integrity_check' })
  seen.addNews({ kind: 'finding', finding: finding('structure') })
  seen.addNews({ kind: 'schema', fingerprint: 'f', schema: { t: ['a'] } })
  seen.addNews({ kind: 'rows', counts: { t: 1 } })
  seen.addNews({ kind: 'values', values: ['v'] })
  seen.hear('sha')
  seen.add(bytes)
  seen.add(finding('arrival'))
  return seen
}

test.each(['passed', 'warned'] as const)('what SQLite said counts where the bytes %s', (word) => {
  const closed = told(finding('bytes', word)).close()
  expect(checksOf(closed)).toEqual(['arrival', 'bytes', 'structure'])
  expect(closed).toMatchObject({
    method: 'integrity_check',
    schemaFingerprint: 'f',
    schema: { t: ['a'] },
    rows: { t: 1 },
    values: ['v'],
    sha256: 'sha',
  })
})

test('and not where they are others, or something of ours failed', () => {
  const others = told(failed('bytes'))
  expect(others.hasFailed).toBe(true)
  const { findings, ...rest } = others.close()
  expect(checksOf({ findings })).toEqual(['arrival', 'bytes'])
  expect(rest).toEqual({ method: 'integrity_check', sha256: 'sha' })
  const header = told(finding('bytes'))
  header.add(failed('header'))
  expect(checksOf(header.close())).toEqual(['arrival', 'bytes', 'header'])
  const none = report()
  none.add(finding('arrival'))
  expect(none.close()).toEqual({ findings: [finding('arrival')], method: 'not opened' })
})

test('what SQLite calls bad accuses the file, until it is disowned', () => {
  const seen = report()
  expect([seen.isAccused, seen.hasFailed]).toEqual([false, false])
  seen.addNews({ kind: 'finding', finding: finding('header') })
  expect(seen.isAccused).toBe(false)
  seen.addNews({ kind: 'finding', finding: failed('structure') })
  expect([seen.isAccused, seen.hasFailed]).toEqual([true, false])
  seen.disown()
  expect(seen.isAccused).toBe(false)
})

test('nothing is heard any more once it is closed', () => {
  const seen = told(finding('bytes'))
  const before = seen.close()
  seen.add(failed('header'))
  seen.addNews({ kind: 'finding', finding: failed('rows') })
  seen.addNews({ kind: 'method', method: 'late' })
  seen.hear('late')
  expect(seen.close()).toEqual(before)
})
