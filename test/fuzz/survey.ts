/**
 * What do we say of files that others made? Each as it is and damaged, whole and by scans, against the
 * same version of SQLite built natively.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { isSound } from '../../lib/rules/verdict/verdict'
import { randomOf } from '../simulation/random'

import { changed } from './cases/apply'
import type { Change } from './cases/recipe'
import type { Seen } from './judges/examine'
import { judgeByLibrary } from './judges/library'
import type { Native } from './judges/native'
import { askQuickly } from './judges/quick'
import { reasonOf } from './judges/reasons'

export type SurveyOptions = {
  folder: string
  library: string | undefined
  /** So many damaged ones of each file; a tenth of it of a large one. */
  each: number
  seed: string
  tell(line: string): void
}

const magic = 'SQLite format 3\0'

const largeBytes = 16 * 1024 ** 2

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => path.join(found.parentPath, found.name))
    .filter((file) => readFileSync(file).subarray(0, magic.length).toString('latin1') === magic)
    .toSorted()

type Damage = (random: ReturnType<typeof randomOf>, bytes: Buffer) => Change[]

const flip: Damage = (random, bytes) => [
  { do: 'flip', at: random.between(0, bytes.length - 1), bit: random.between(0, 7) },
]

/** Pages wrap around: a large number is as good as any. */
const anyPage = (random: ReturnType<typeof randomOf>): number => random.between(0, 1e6)

const damages: Readonly<Record<string, Damage>> = {
  'a bit flipped': flip,
  'twenty bits flipped': (random, bytes) =>
    Array.from({ length: 20 }, () => flip(random, bytes)).flat(),
  'a page zeroed': (random) => [{ do: 'zero page', page: anyPage(random) }],
  'a page of noise': (random) => [
    { do: 'noise page', page: anyPage(random), seed: String(random.between(0, 1e9)) },
  ],
  'a page over another': (random) => [
    { do: 'copy page', page: anyPage(random), from: anyPage(random) },
  ],
  'two pages swapped': (random) => [
    { do: 'swap pages', page: anyPage(random), with: anyPage(random) },
  ],
  'a sector zeroed': (random, bytes) => [
    { do: 'fill', at: random.between(0, bytes.length / 512) * 512, length: 512, to: 0 },
  ],
  cut: (random, bytes) => [{ do: 'cut', to: random.between(0, bytes.length) }],
}

type Word = 'good' | 'bad' | 'open'

const wordOf = ({ verdict }: Seen): Word => {
  if (isSound(verdict) || verdict === 'unmet') return 'good'
  return verdict === 'failed' ? 'bad' : 'open'
}

const nativeWord = ({ said }: Native): Word =>
  said === 'refused' ? 'open' : said === 'damaged' ? 'bad' : 'good'

/** Why two judges say different words, in few of them: files of one cause are counted together. */
const causeOf = (seen: readonly Seen[], native: Native): string => {
  const words = seen.map(wordOf)
  if (words[0] !== words[1] && words.every((word) => word !== 'open')) return 'OUR WAYS DISAGREE'
  const findings = seen.flatMap((one) => one.findings)
  const own = reasonOf(findings)
  if (own) return `ours bad, its good: ${own.name}`
  const other = findings.find(({ outcome }) => outcome !== 'passed')
  const detail = words.includes('good') ? native.text : (other?.detail ?? '')
  const pattern = detail.replaceAll(/\d+/g, 'N').slice(0, 110)
  return `ours ${words[0] ?? ''}, its ${nativeWord(native)}: ${pattern}`
}

type Sample = { file: string; damage: string; bytes: Buffer }

const samplesOf = (file: string, { each, seed }: SurveyOptions): (() => Sample)[] => {
  const bytes = readFileSync(file)
  const count = bytes.length > largeBytes ? Math.ceil(each / 10) : each
  const kinds = Object.entries(damages)
  const damaged = Array.from({ length: count }, (_, at) => (): Sample => {
    const [damage = '', make = flip] = kinds[at % kinds.length] ?? []
    const random = randomOf(`survey ${seed} ${path.basename(file)} ${at}`)
    return { file, damage, bytes: changed(bytes, make(random, bytes)) }
  })
  return [() => ({ file, damage: 'as it is', bytes }), ...damaged]
}

type Tally = { files: number; good: number; bad: number; open: number; disagree: number }

const tried = async (
  samples: readonly (() => Sample)[],
  options: SurveyOptions,
  hear: (judged: { sample: Sample; seen: Seen[]; native: Native }) => void,
): Promise<string> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-survey-'))
  try {
    const files = samples.map((make, place) => {
      const file = path.join(folder, `${place}.db`)
      writeFileSync(file, make().bytes)
      return file
    })
    const { version, natives } = await judgeByLibrary(options.library, files)
    for (const [place, make] of samples.entries()) {
      const sample = make()
      const seen = (['in place', 'by scans'] as const).map((way) => askQuickly(sample.bytes, way))
      hear({ sample, seen, native: natives[place] ?? { said: 'refused', text: 'not asked' } })
    }
    return version
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Tells a table; the number of disagreements between our own ways. */
export const survey = async (options: SurveyOptions): Promise<number> => {
  const files = filesBelow(options.folder)
  const tallies = new Map<string, Tally>()
  const causes = new Map<string, { count: number; example: string }>()
  let split = 0
  let version = ''
  for (const file of files) {
    version = await tried(samplesOf(file, options), options, ({ sample, seen, native }) => {
      const none = { files: 0, good: 0, bad: 0, open: 0, disagree: 0 }
      const tally = tallies.get(sample.damage) ?? none
      const words = [...seen.map(wordOf), nativeWord(native)]
      tally.files += 1
      tally[words[1] ?? 'open'] += 1
      tallies.set(sample.damage, tally)
      if (new Set(words).size === 1) return
      tally.disagree += 1
      const cause = causeOf(seen, native)
      if (cause.startsWith('OUR')) split += 1
      const said = seen.map(({ findings }) =>
        findings.flatMap(({ outcome, detail }) => (outcome === 'passed' ? [] : [detail])).join(' '),
      )
      const example = `${path.relative(options.folder, file)}, ${sample.damage}: ${said.join(' | ')} | ${native.text}`
      causes.set(cause, { count: (causes.get(cause)?.count ?? 0) + 1, example })
    })
    options.tell(`${path.relative(options.folder, file)}`)
  }
  options.tell(`\n${files.length} files, against SQLite ${version}\n`)
  for (const [damage, { files: count, good, bad, open, disagree }] of tallies)
    options.tell(`| ${damage} | ${count} | ${good} | ${bad} | ${open} | ${disagree} |`)
  for (const [cause, { count, example }] of causes)
    options.tell(`\n${count} × ${cause}\n  ${example}`)
  options.tell(`\n${split} on which our own ways disagree`)
  return split
}
