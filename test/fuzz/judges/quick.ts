/**
 * The same questions without a worker, in this thread: thousands of small files in a second, for
 * what is tried exhaustively. The laws and the other judge are those of the fuzzing.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { checkReferences } from '../../../lib/adapters/sqlite/checks/references'
import { addRowSums } from '../../../lib/adapters/sqlite/checks/row-sums'
import { checkStructure } from '../../../lib/adapters/sqlite/checks/structure'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { judgeReferences } from '../../../lib/rules/kinds/sqlite/checks'
import { headBytes, judgeHeader } from '../../../lib/rules/kinds/sqlite/header'
import type { Finding } from '../../../lib/rules/verdict/verdict'
import { bytesSource, closeQuietly, engine, openSession } from '../../adapters/sqlite/sessions'

import type { Reading, Seen } from './examine'
import { brokenLaws } from './laws'
import { judgeManyNatively } from './native'

const proven = (check: Finding['check']): Finding => ({ check, outcome: 'passed', detail: 'so' })

const damaged: Finding = {
  check: 'structure',
  outcome: 'failed',
  detail: 'SQLite does not open it.',
  mend: 'Push again.',
}

const structureOf = (bytes: Buffer, isWhole: boolean): Finding[] => {
  const session = openSession(bytesSource(bytes))
  if (!session) return [damaged]
  const added = addRowSums(engine, session.db)
  const plan = { isWhole, isLocal: true, sums: () => added, hostSays: '' }
  const { finding } = checkStructure(session, plan)
  const references =
    finding.outcome === 'failed'
      ? []
      : checkReferences(session, isWhole).map((answer) => judgeReferences(answer, true))
  closeQuietly(session.db)
  return [finding, ...references]
}

export const askQuickly = (bytes: Buffer, reading: Reading): Seen => {
  const startedMs = performance.now()
  const header = judgeHeader(bytes.subarray(0, headBytes), bytes.length).finding
  const asked = header.outcome === 'passed' ? structureOf(bytes, reading === 'in place') : []
  const findings = [proven('arrival'), proven('bytes'), header, ...asked]
  const tookMs = performance.now() - startedMs
  return {
    reading,
    verdict: judgeAs('sqlite', findings),
    findings,
    method: '',
    told: JSON.stringify(findings),
    tookMs,
  }
}

export type Sample = { name: string; bytes: Buffer; isMadeSound?: boolean }

/** What is wrong with the verdicts on these files; and how often each word was said. */
export const holdAgainstLaws = async (samples: readonly Sample[]) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-corpus-'))
  try {
    const files = samples.map(({ bytes }, place) => {
      const file = path.join(folder, `${place}.db`)
      writeFileSync(file, bytes)
      return file
    })
    const natives = await judgeManyNatively(files)
    const counts = { passed: 0, warned: 0, unmet: 0, failed: 0, unverifiable: 0 }
    const suspects: string[] = []
    const broken = samples.flatMap(({ name, bytes, isMadeSound = false }, place) => {
      const native = natives[place] ?? { said: 'refused', text: 'not asked' }
      const seen = (['in place', 'by scans'] as const).map((way) => askQuickly(bytes, way))
      counts[seen[0]?.verdict ?? 'unverifiable'] += 1
      const trial = {
        seen,
        againstOriginal: undefined,
        native,
        isMadeSound,
        archiveTrouble: undefined,
      }
      const laws = brokenLaws(trial, { limitMs: 120_000 })
      if (laws.length > 0) suspects.push(name)
      return laws.map((law) => `${name}: ${law}`)
    })
    const unjudged = natives.filter(({ said }) => said === 'refused').length
    return { broken, suspects, counts, unjudged }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
