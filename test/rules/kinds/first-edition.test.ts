/** What the first edition wrote, and what it reads. */
import { describe, expect, test } from 'vitest'

import { wasExpectation, withFacts, withFieldsThen } from '../../../lib/rules/kinds/first-edition'

const facts = { sqlite_version: '3.45.1', journal_mode: 'wal' }
const fieldsThen = { sqliteVersion: '3.45.1', journalMode: 'wal' }

describe('a claim of the first edition', () => {
  test('has two facts as fields of its own, and today as facts', () => {
    expect(withFacts({ host: 'a', ...fieldsThen })).toEqual({ host: 'a', facts })
  })

  test('of a file that nobody announced knows no facts', () => {
    expect(withFacts({ sqliteVersion: '', journalMode: '' })).toEqual({ facts: {} })
    expect(withFieldsThen({ facts: {} })).toEqual({ facts: {}, sqliteVersion: '', journalMode: '' })
  })

  test('is written so that it can read it, and is read as it was', () => {
    const claim = { host: 'a', facts: { ...facts, other: 1 } }
    expect(withFieldsThen(claim)).toEqual({ ...claim, ...fieldsThen })
    expect(withFacts(withFieldsThen(claim))).toEqual(claim)
  })

  test.each([
    { name: 'no claim', fields: { at: 'now' } },
    { name: 'half of one', fields: { sqliteVersion: '3' } },
    { name: 'the other half', fields: { journalMode: 'wal' } },
    { name: 'numbers where texts should be', fields: { sqliteVersion: 3, journalMode: 'wal' } },
  ])('is not seen in $name', ({ fields }) => {
    expect(withFacts(fields)).toEqual(fields)
  })

  test.each([
    { name: 'facts of an alert, which are a list', fields: { facts: [{ label: 'a', text: 'b' }] } },
    { name: 'facts that are none', fields: { facts: null } },
    { name: 'no facts', fields: { host: 'a' } },
    { name: 'a kind that it does not know', fields: { kind: 'postgres', facts } },
  ])('is not made of $name', ({ fields }) => {
    expect(withFieldsThen(fields)).toEqual(fields)
  })
})

describe('a finding of the first edition', () => {
  test.each(['references', 'schema', 'rows', 'freshness', 'assertions', 'canary'])(
    'was of what is expected, as that of each such check was: %s',
    (check) => {
      expect(wasExpectation({ check, detail: 'Not in it.' })).toBe(true)
    },
  )

  test.each([
    { finding: { check: 'schema', detail: 'Expected and not there: table t.' }, is: true },
    { finding: { check: 'rows' }, is: true },
    { finding: { check: 'structure', detail: 'Damage.' }, is: false },
    { finding: { check: 'rows', detail: 'SQLite calls it damaged: malformed.' }, is: false },
    { finding: { check: 3, detail: 'x' }, is: false },
  ])('was of what is expected: $finding.check, $finding.detail: $is', ({ finding, is }) => {
    expect(wasExpectation(finding)).toBe(is)
  })
})
