/**
 * The closest judge: the same version of SQLite as ours, built natively and put before Python's own.
 *
 * It knows every module it was built with, and gives up a question that does not end. The files are
 * its own: opened read-only or as immutable, SQLite asks for no CHECK.
 */
import { spawn } from 'node:child_process'

import type { Native } from './native'

const script = `
import json, sqlite3, sys
print(json.dumps(sqlite3.sqlite_version), flush=True)
for line in sys.stdin:
    lines, error = [], ""
    try:
        db = sqlite3.connect(json.loads(line))
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        steps = [0]
        def more():
            steps[0] += 1
            return steps[0] > 400000
        db.set_progress_handler(more, 1000)
        db.execute("PRAGMA hard_heap_limit=300000000")
        db.execute("PRAGMA trusted_schema=0")
        lines = [row[0] for row in db.execute("PRAGMA integrity_check(5)")]
        db.close()
    except Exception as thrown:
        error = str(thrown)
    print(json.dumps([lines, error]), flush=True)
`

const refusal =
  /no such (function|module|collation)|unknown (function|tokenizer)|interrupted|out of memory|too big|unsafe use/i

const judged = (answer: string | undefined): Native => {
  if (answer === undefined) return { said: 'refused', text: 'it ended before it came to this file' }
  const [lines, error]: [string[], string] = JSON.parse(answer)
  const text = [...lines, ...(error === '' ? [] : [error])].join('; ')
  if (lines.length === 1 && lines[0] === 'ok') return { said: 'ok', text }
  return { said: lines.length === 0 && refusal.test(error) ? 'refused' : 'damaged', text }
}

export const judgeByLibrary = (
  library: string | undefined,
  files: readonly string[],
): Promise<{ version: string; natives: Native[] }> =>
  new Promise((resolve, reject) => {
    const env = library === undefined ? process.env : { ...process.env, LD_PRELOAD: library }
    const child = spawn('python3', ['-c', script], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.on('error', reject)
    child.stdin.on('error', () => undefined)
    child.on('close', () => {
      const [version = 'nobody', ...answers] = out.split('\n').filter((line) => line !== '')
      resolve({ version, natives: files.map((_, place) => judged(answers[place])) })
    })
    child.stdin.end(files.map((file) => `${JSON.stringify(file)}\n`).join(''))
  })
