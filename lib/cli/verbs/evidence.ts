/** A folder for auditors, which `sha256sum` and `openssl` verify without us. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { Fault } from '../../faults'
import { evidenceOf } from '../../journey/evidence'
import type { Evidence } from '../../journey/evidence'
import type { Tools } from '../../ports'
import { parseDay } from '../../rules/digest/span'
import type { Span } from '../../rules/digest/span'
import { dayOf } from '../../rules/keeping/periods'
import { rising } from '../../rules/plain/order'
import { dayMs } from '../../rules/plain/time-units'
import { countWords } from '../../rules/plain/wording'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { withTools } from '../home'

const usualMs = 90 * dayMs

const dayRule = 'Give UTC days: --from 2026-01-01 --to 2026-03-31.'

export const spanOfDays = (
  { from, to }: { from?: string | undefined; to?: string | undefined },
  now: Date,
): Span => {
  const last = parseDay(to ?? dayOf(now))
  const first = parseDay(from ?? dayOf(new Date((last?.until.getTime() ?? 0) - usualMs + 1)))
  if (!first || !last) throw usage('The days are not understood.', dayRule)
  if (first.since > last.until) throw usage('--from is later than --to.', dayRule)
  return { since: first.since, until: last.until }
}

/** What was gathered for another time, or by somebody else, is never mixed with this. */
const emptyFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  if (readdirSync(folder).length === 0) return
  throw new Fault({
    code: 'bad-request',
    why: `The folder ${folder} is not empty; nothing was written.`,
    mend: 'Name another one: --out FOLDER',
  })
}

export type Bundled = Evidence & { folder: string; files: number }

export const writeEvidence = async (
  tools: Tools,
  { span, out }: { span: Span; out?: string | undefined },
): Promise<Bundled> => {
  const name = `snapproof-evidence-${dayOf(span.since)}-${dayOf(span.until)}`
  const folder = path.resolve(out ?? name)
  emptyFolder(folder)
  const sums: string[] = []
  const write = (file: string, bytes: Buffer | string): void => {
    const target = path.join(folder, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, bytes)
  }
  const files = evidenceOf(tools, span)
  let next = await files.next()
  while (!next.done) {
    const { path: file, bytes } = next.value
    write(file, bytes)
    sums.push(`${createHash('sha256').update(bytes).digest('hex')}  ${file}\n`)
    next = await files.next()
  }
  write('SHA256SUMS', sums.toSorted(rising((line) => line.slice(64))).join(''))
  return { ...next.value, folder, files: sums.length + 1 }
}

const tell = ({ folder, entries, journal, drills, untrusted }: Bundled): string =>
  [
    `${entries === 1 ? '1 signed entry' : `${entries} signed entries`}, ${countWords(journal, 'document')} of the journal, ${countWords(drills, 'drill report')}`,
    `in ${folder}; README.txt says how to verify them.`,
    ...untrusted.map(({ path: key, why }) => `left out: ${key}: ${why}`),
  ].join('\n')

export const evidence: Command = {
  help: `usage: snapproof evidence [--from DAY] [--to DAY] [--out FOLDER] [--json]

Writes the signed entries of all copies that were announced in this time, what retention planned and did,
the reports of drills, the signatures and the public key into one folder. Its README.txt says how
"sha256sum -c" and one line of openssl verify all of it without Snapproof. The copies themselves are not
in it; their SHA-256 stand in the entries. What does not carry our signature is named, and left out.

  --from DAY     the first UTC day (default: 90 days in all)
  --to DAY       the last UTC day (default: today)
  --out FOLDER   new or empty (default: snapproof-evidence-FROM-TO)
  --json         print what was written as JSON

exit: 0 written, 1 written, and something was left out`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      from: { type: 'string' },
      to: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean' },
    })
    if (positionals.length > 0) throw usage('evidence takes no arguments but its options.')
    return withTools(root, async (tools) => {
      const span = spanOfDays(values, await tools.store.now())
      const bundled = await writeEvidence(tools, { span, out: values.out })
      print(values.json ? JSON.stringify(bundled, undefined, 2) : tell(bundled))
      return bundled.untrusted.length > 0 ? exits.damaged : exits.sound
    })
  },
}
