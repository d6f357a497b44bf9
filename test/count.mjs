// Prints how many tests passed and failed, from what vitest wrote into the files named.
import { readFileSync } from 'node:fs'

const results = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')))
const sumOf = (name) => results.reduce((sum, result) => sum + result[name], 0)
const skipped = sumOf('numPendingTests')
if (skipped > 0) console.log(`${skipped} skipped: each says what it would have needed`)
console.log(`${sumOf('numPassedTests')} passed, ${sumOf('numFailedTests')} failed`)
