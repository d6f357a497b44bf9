/**
 * What does a command leave behind that is ended in its middle? Nothing: whatever it writes for itself lies in one
 * folder, which goes with it, whoever asked for a temporary file.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import path from 'node:path'

import { clearProgress } from './progress'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export const withoutTraces = async <Result>(run: () => Promise<Result>): Promise<Result> => {
  const before = process.env['TMPDIR']
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-'))
  process.env['TMPDIR'] = folder
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  const leave = (signal: (typeof signals)[number]) => {
    clearProgress()
    remove()
    // As a shell counts it.
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of signals) process.on(signal, leave)
  try {
    return await run()
  } finally {
    for (const signal of signals) process.off(signal, leave)
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    remove()
  }
}
