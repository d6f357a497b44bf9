/**
 * The other judge: the SQLite of this machine, another version, built by others, reading the file
 * its own way. `damaged` and `ok` are its words; `refused` means that it would not answer.
 *
 * A file that is not there would be a new database and "ok": every file is opened as immutable,
 * so that nothing is written beside it, and must show the size it has.
 */
import { spawn } from 'node:child_process'

export type Native = { said: 'ok' | 'damaged' | 'orphans' | 'refused'; text: string }

const mostHeapBytes = 300_000_000

/** Instructions of SQLite's machine, by the thousand: an endless question is given up. */
const mostThousands = 60_000

const mostMs = 60_000

const startOf = (place: number): string => `==== ${place}`

const questions = (
  file: string,
  place: number,
): string => `.open 'file:${encodeURI(file)}?immutable=1'
.progress 1000 --limit ${mostThousands}
.print '${startOf(place)}'
PRAGMA hard_heap_limit=${mostHeapBytes};
PRAGMA trusted_schema=0;
SELECT 'whole', replace(integrity_check, char(10), ' ') FROM pragma_integrity_check(5);
SELECT 'orphans', count(*) FROM pragma_foreign_key_check;
SELECT 'end';
`

const refusal =
  /no such (function|module|collation|table-valued)|unknown (function|tokenizer)|interrupted|out of memory|too big|unsafe use|non-deterministic|Expression tree is too large|parser stack|too many|no such (column|table)|foreign key mismatch|circularly defined|views may not be/i

const judgeLines = (lines: readonly string[], errors: string): Native => {
  const whole = lines.filter((line) => line.startsWith('whole|')).map((line) => line.slice(6))
  const orphans = lines.find((line) => line.startsWith('orphans|'))?.slice(8)
  const text = [...whole, ...(orphans === undefined ? [] : [`${orphans} orphans`]), errors.trim()]
    .filter((line) => line !== '')
    .join('; ')
  if (whole.length > 0 && (whole.length > 1 || whole[0] !== 'ok')) return { said: 'damaged', text }
  if (whole[0] === 'ok' && orphans === '0') return { said: 'ok', text }
  if (whole[0] === 'ok' && orphans !== undefined) return { said: 'orphans', text }
  return { said: refusal.test(errors) ? 'refused' : 'damaged', text }
}

const run = (script: string): Promise<{ lines: string[]; errors: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn('sqlite3', ['-batch', ':memory:'])
    let out = ''
    let errors = ''
    const timer = setTimeout(() => child.kill('SIGKILL'), mostMs)
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (errors += chunk))
    child.on('error', reject)
    child.stdin.on('error', () => undefined)
    child.on('close', () => {
      clearTimeout(timer)
      resolve({ lines: out.split('\n'), errors })
    })
    child.stdin.end(script)
  })

/** One file, with the errors in full. */
export const judgeNatively = async (file: string): Promise<Native> => {
  const { lines, errors } = await run(questions(file, 0))
  if (!lines.includes(startOf(0))) return { said: 'refused', text: `sqlite3 ended: ${errors}` }
  // Without its last answer it did not live to the end, and nothing it said before counts.
  if (!lines.includes('end')) return { said: 'refused', text: 'sqlite3 did not end by itself' }
  return judgeLines(lines, errors)
}

/** Many files in one process: quicker, and without the words of their errors. */
export const judgeManyNatively = async (files: readonly string[]): Promise<Native[]> => {
  const { lines } = await run(files.map(questions).join(''))
  return files.map((_, place) => {
    const from = lines.indexOf(startOf(place))
    const to = lines.indexOf(startOf(place + 1))
    if (from < 0) return { said: 'refused', text: 'sqlite3 ended before it came to this file' }
    const own = lines.slice(from + 1, to < 0 ? undefined : to)
    return judgeLines(own, own.includes('whole|ok') ? '' : 'malformed')
  })
}
