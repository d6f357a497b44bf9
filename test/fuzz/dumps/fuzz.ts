/**
 * Dump after dump, each from its own seed: parted alike in whatever pieces it comes, judged in time, and never
 * called whole when it is cut. Now and then one is restored for real.
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { systemClock } from '../../../lib/adapters/clock'
import { postgresEngine } from '../../../lib/adapters/postgres/examiner'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { outliner } from '../../../lib/rules/kinds/postgres/outline'
import type { Outline } from '../../../lib/rules/kinds/postgres/outline'
import { postgresExpected } from '../../../lib/rules/kinds/postgres/settings'
import type { Announced } from '../../../lib/rules/verdict/arrival'
import { isSound, mendsOf } from '../../../lib/rules/verdict/verdict'
import type { Finding, Outcome } from '../../../lib/rules/verdict/verdict'
import { randomOf } from '../../simulation/random'
import type { Random } from '../../simulation/random'

import { damaged, madeDump, marker } from './made'

export type DumpFinding = { seed: string; sql: string; broken: readonly string[] }

export type DumpTally = {
  tried: number
  restored: number
  verdicts: Record<Outcome, number>
  violations: number
  mostCpuMs: number
}

export type DumpFuzz = {
  seed: string
  goesOn(tally: DumpTally): boolean
  /** Where what restores lies: without it dumps are read alone. */
  assets?: string | undefined
  /** One in so many is restored. */
  restoreEvery?: number
  /** What parts a dump, in pieces of these sizes: another one in its place shows that this can fail. */
  outlined?: typeof outlineIn | undefined
  onFinding(finding: DumpFinding): void
}

const usualRestoreEvery = 200

/** Of a core, for one small dump; a loop that never ends, or one that is quadratic, takes more. */
const mostCpuMs = 3_000

/** A restore has so long, and so long again to be ended. */
const restoreMs = 60_000

export const outlineIn = (bytes: Buffer, sizes: readonly number[]): Outline => {
  const seeing = outliner()
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    // A piece is overwritten by the next one, as those of a pipe are.
    const piece = Buffer.from(bytes.subarray(at, at + size))
    seeing.feed(piece)
    piece.fill(0x3b)
    at += size
  }
  return seeing.end()
}

const plainly = ({ tables, head, ...rest }: Outline): string =>
  JSON.stringify({ ...rest, head: head.toString('hex'), tables: [...tables] })

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

type Judged = { verdict: Outcome; findings: readonly Finding[]; tookMs: number }

const judged = async (
  stored: Buffer,
  claim: Announced,
  { assets, random }: { assets?: string | undefined; random: Random },
): Promise<Judged> => {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < stored.length;) {
      const size = random.pick([1, 100, 4096, 65_536])
      yield Buffer.from(stored.subarray(at, at + size))
      at += size
    }
  }
  const options = { clock: systemClock, memoryBytes: 1024 ** 3, ...(assets && { assets }) }
  const open = () => Promise.resolve({ sizeBytes: stored.length, chunks: chunks() })
  const began = performance.now()
  const { findings } = await postgresEngine(options).examiner(open)({
    key: 'x',
    claim: { ...claim, kind: 'postgres' },
    expected: postgresExpected(undefined),
    deadlineAt: new Date(Date.now() + restoreMs),
  })
  const tookMs = performance.now() - began
  return { verdict: judgeAs('postgres', findings), findings, tookMs }
}

const tellOf = ({ verdict, findings }: Judged): string =>
  `${verdict}: ${findings
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ check, detail }) => `${check}: ${detail}`)
    .join(' ')}`

/** What must hold of any dump, whatever it is. */
const lawsOf = (seen: Judged): string[] => {
  const { verdict, findings } = seen
  const told = JSON.stringify(findings)
  return [
    ...(told.includes(marker) ? [`it tells of a row: ${tellOf(seen)}`] : []),
    ...(!isSound(verdict) && mendsOf(findings, verdict).length === 0
      ? [`it has no mend: ${tellOf(seen)}`]
      : []),
    ...(seen.tookMs > 2 * restoreMs ? [`it took ${Math.round(seen.tookMs)} ms`] : []),
  ]
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

type Case = { sql: string; isDamaged: boolean; isCut: boolean; names: string[]; rows: number }

export const dumpCase = (seed: string): Case => {
  const random = randomOf(seed)
  const { sql, rows } = madeDump(random.fork('made'))
  if (random.chance(0.05)) return { sql, isDamaged: false, isCut: false, names: [], rows }
  const after = damaged(sql, random.fork('damage'))
  const isCut = after.names.length === 1 && after.names[0] === 'cut'
  return { ...after, rows, isDamaged: after.sql !== sql, isCut }
}

/** A cut that takes no more than what may follow the last line leaves a dump that is whole. */
const last = '-- PostgreSQL database dump complete\n'

const trialOf = async (
  seed: string,
  { sql, isDamaged, isCut, rows }: Case,
  { outlined = outlineIn, assets }: Pick<DumpFuzz, 'outlined' | 'assets'>,
): Promise<{ broken: string[]; seen: Judged; cpuMs: number }> => {
  const random = randomOf(`${seed} trial`)
  const raw = Buffer.from(sql)
  const began = cpuMs()
  const whole = plainly(outlined(raw, [raw.length]))
  const sizes = Array.from({ length: random.between(1, 9) }, () => random.pick([1, 2, 7, 64, 4096]))
  const broken: string[] = []
  if (plainly(outlined(raw, sizes)) !== whole) broken.push(`in pieces of ${sizes} it is another`)
  const isPacked = random.chance(0.7)
  const stored = isPacked ? gzipSync(raw, { level: 1 }) : raw
  const claim: Announced = {
    encoding: isPacked ? 'gzip' : 'identity',
    sizeBytes: stored.length,
    sha256: sha256Of(stored),
    ...(isPacked ? { rawSizeBytes: raw.length, rawSha256: sha256Of(raw) } : {}),
  }
  const read = await judged(stored, claim, { random })
  const tookMs = cpuMs() - began
  broken.push(...lawsOf(read))
  if (tookMs > mostCpuMs) broken.push(`it took ${Math.round(tookMs)} ms of a core`)
  if (!isDamaged && read.verdict !== 'warned') broken.push(`whole, and ${tellOf(read)}`)
  if (isCut && !sql.includes(last) && isSound(read.verdict)) broken.push('cut, and called whole')
  const other = Buffer.concat([stored.subarray(1), stored.subarray(0, 1)])
  const ofOther = other.equals(stored) ? undefined : await judged(other, claim, { random })
  if (ofOther && ofOther.verdict !== 'failed') broken.push(`other bytes are ${tellOf(ofOther)}`)
  if (assets === undefined) return { broken, seen: read, cpuMs: tookMs }
  const seen = await judged(stored, claim, { random, assets })
  broken.push(...lawsOf(seen).map((law) => `restored: ${law}`))
  if (!isDamaged && !seen.findings.some(({ detail }) => detail.includes(`, ${rows} row`)))
    broken.push(`restored, of ${rows} rows: ${JSON.stringify(seen.findings)}`)
  if (!isDamaged && seen.verdict !== 'passed') broken.push(`restored: whole, and ${tellOf(seen)}`)
  if (read.verdict === 'failed' && seen.verdict !== 'failed')
    broken.push(`read it is failed, restored ${tellOf(seen)}`)
  return { broken, seen, cpuMs: tookMs }
}

/** Lines that can be spared are, as long as the same law breaks: a dozen are read sooner than a hundred. */
const shrunk = async (
  seed: string,
  found: Case,
  { broken, ...options }: Pick<DumpFuzz, 'outlined' | 'assets'> & { broken: readonly string[] },
): Promise<string> => {
  const sameAs = (broken[0] ?? '').slice(0, 12)
  const breaks = async (sql: string): Promise<boolean> => {
    const trial = await trialOf(seed, { ...found, sql }, options)
    return trial.broken.some((law) => law.startsWith(sameAs))
  }
  let lines = found.sql.split('\n')
  let left = options.assets === undefined ? 200 : 20
  for (let size = Math.ceil(lines.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < lines.length && left > 0; left -= 1) {
      const fewer = lines.toSpliced(at, size)
      if (await breaks(fewer.join('\n'))) lines = fewer
      else at += size
    }
  }
  return lines.join('\n')
}

export const fuzzDumps = async (options: DumpFuzz): Promise<DumpTally> => {
  const { seed, goesOn, assets, restoreEvery = usualRestoreEvery, onFinding } = options
  const tally: DumpTally = {
    tried: 0,
    restored: 0,
    verdicts: { passed: 0, warned: 0, unmet: 0, failed: 0, unverifiable: 0 },
    violations: 0,
    mostCpuMs: 0,
  }
  while (goesOn(tally)) {
    const own = `${seed}-${tally.tried}`
    const isRestored = assets !== undefined && tally.tried % restoreEvery === 0
    const trialOptions = { outlined: options.outlined, assets: isRestored ? assets : undefined }
    const made = dumpCase(own)
    const { broken, seen, cpuMs: tookMs } = await trialOf(own, made, trialOptions)
    tally.tried += 1
    if (isRestored) tally.restored += 1
    tally.verdicts[seen.verdict] += 1
    tally.mostCpuMs = Math.max(tally.mostCpuMs, tookMs)
    if (broken.length === 0) continue
    tally.violations += 1
    const isLarge = made.sql.length > 200_000
    const sql =
      made.isDamaged && !isLarge ? await shrunk(own, made, { ...trialOptions, broken }) : made.sql
    onFinding({ seed: own, sql, broken })
  }
  return tally
}
