/**
 * Is a file on this disk sound? Through the same engine and to the same verdict as in the cloud. Of what is
 * stored, `stored.ts` tells.
 */
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { totalmem } from 'node:os'
import path from 'node:path'
import { constants, gunzipSync } from 'node:zlib'

import { systemClock } from '../../adapters/clock'
import type { Engine } from '../../adapters/reading/engine'
import { knownDatabases } from '../../edge/databases'
import { enginesOf } from '../../edge/tools'
import { Fault } from '../../faults'
import { kindOfKey } from '../../rules/copy/snapshot'
import { kindBeginning, judgeAs } from '../../rules/kinds/kinds'
import { usualKind } from '../../rules/kinds/suffixes'
import { own } from '../../rules/plain/own'
import { dayMs } from '../../rules/plain/time-units'
import { expectationsOf } from '../../rules/settings/databases'
import { mendsOf } from '../../rules/verdict/verdict'
import type { Finding, Outcome } from '../../rules/verdict/verdict'
import { exits, parse, print, table, usage } from '../command'
import type { Command } from '../command'
import { mustBeExpected } from '../named'

import { askedFor, runStored } from './stored'

export type FileVerdict = {
  file: string
  verdict: Outcome
  findings: Finding[]
  method: string
  sha256: string | undefined
  rows: Record<string, number> | undefined
  tookMs: number
}

/** What a machine with little memory may give to one file. */
const memoryShare = 0.5
const mostMemory = 1024 ** 3

const highWaterMark = 1024 ** 2

async function* noChunks(): AsyncGenerator<Uint8Array> {}

/** Enough for a kind to know its own. */
const headBytes = 4096

/** As much as comes out of the beginning of an archive; nothing, where that is damaged. */
const unpacked = (start: Buffer): Buffer => {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return Buffer.alloc(0)
  }
}

const gzipMagic = Buffer.from([0x1f, 0x8b])

const regularFile = async (file: string) => {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile()) return found
  throw new Fault({
    code: 'not-found',
    why: found ? `${file} is not a file.` : `There is no file ${file}.`,
    mend: 'Give the path of one SQLite database, or of one dump of PostgreSQL.',
  })
}

const firstBytes = async (file: string, count: number): Promise<Buffer> => {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    const text = {
      code: 'not-found',
      why: `${file} cannot be read.`,
      mend: 'Check its owner and mode.',
    }
    throw new Fault({ ...text, code: 'not-found' }, { cause })
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Its name, or its first bytes; anything else is taken for the usual kind. */
const kindOfFile = (file: string, head: Buffer): string =>
  kindOfKey(file) ?? kindBeginning(head) ?? usualKind

export const verifyFile = async (
  file: string,
  options: { root: string; database?: string | undefined; timeoutMs?: number },
): Promise<FileVerdict> => {
  const databases = knownDatabases()
  const said = options.database ?? ''
  if (options.database !== undefined) mustBeExpected(databases, said)
  const { size } = await regularFile(file)
  const stored = await firstBytes(file, headBytes)
  const isGzip = stored.subarray(0, 2).equals(gzipMagic)
  const kind = own(databases, said)?.kind ?? kindOfFile(file, isGzip ? unpacked(stored) : stored)
  const engines: Readonly<Record<string, Engine>> = enginesOf({
    assets: path.join(options.root, '.build'),
    memoryBytes: Math.min(mostMemory, totalmem() * memoryShare),
    clock: systemClock,
  })
  const engine = own(engines, kind)
  if (!engine) throw new TypeError(`There is no engine for the kind ${kind}.`)
  const examine = engine.examiner(() =>
    Promise.resolve({
      sizeBytes: size,
      // Nothing of an empty file is read: a stream without bytes has no last one.
      chunks: size === 0 ? noChunks() : createReadStream(file, { end: size - 1, highWaterMark }),
      file,
    }),
  )
  const { findings, method, sha256, rows, tookMs } = await examine({
    key: file,
    claim: { kind, encoding: isGzip ? 'gzip' : 'identity' },
    expected: expectationsOf(databases, said, kind).asked,
    deadlineAt: new Date(systemClock.now().getTime() + (options.timeoutMs ?? dayMs)),
  })
  const all = (await engine.withBeside?.(file, findings)) ?? findings
  return { file, verdict: judgeAs(kind, all), findings: all, method, sha256, rows, tookMs }
}

const exitOf: Record<Outcome, number> = {
  passed: exits.sound,
  warned: exits.sound,
  failed: exits.damaged,
  unmet: exits.unmet,
  unverifiable: exits.noVerdict,
}

const tell = (result: FileVerdict): string => {
  const lines = result.findings.map(({ outcome, check, detail }) => [`  ${outcome}`, check, detail])
  const mends = result.verdict === 'passed' ? [] : mendsOf(result.findings, result.verdict)
  return [
    `${result.verdict}  ${result.file}`,
    table(lines),
    ...mends.map((mend) => `mend: ${mend}`),
    `(${result.method}, ${(result.tookMs / 1000).toFixed(1)} s)`,
  ].join('\n')
}

export const verify: Command = {
  help: `usage: snapproof verify FILE [--database NAME] [--json]
       snapproof verify --stored [DATABASE | TICKET | --all] [--json]

Puts every check to a SQLite file or a plain dump of PostgreSQL (or a .gz of one), as the cloud does.
The file is only read.

  --database NAME   also hold it against what lib/databases.ts expects of NAME
  --json            print the verdict and its findings as JSON

With --stored the copies in the store are opened anew, here and one after the other, newest first: the
newest of each database, every copy of one, a single one, or with --all every copy that there is. Each is
told in one line as it comes, with what was written of it before where that differs. What is found is
written down as the verdict of a function is; of a copy that is on its way out only what is new, since
anything else would keep it for another day. No copy is changed or deleted.

  --stored          what is in the store that .env names, or in the embedded one
  --all             every copy of every database

exit: 0 sound, 1 damaged (or gone, or not ours), 2 could not be read, 3 could not be checked (or nothing was
there to open), 4 whole, and not what is expected; of several the gravest: 1, 2, 4, 3`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      json: { type: 'boolean' },
      database: { type: 'string' },
      stored: { type: 'boolean' },
      all: { type: 'boolean' },
    })
    const isJson = values.json === true
    if (values.stored) {
      if (values.database !== undefined)
        throw usage('With --stored, the database is named without --database.')
      return runStored(root, { asked: askedFor(positionals, values.all === true), isJson })
    }
    if (values.all) throw usage('--all is said with --stored.')
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0)
      throw usage('verify takes one file.', 'Give its path: npx snapproof verify path/to/your.db')
    const result = await verifyFile(file, { root, database: values.database })
    print(isJson ? JSON.stringify(result, undefined, 2) : tell(result))
    return exitOf[result.verdict]
  },
}
