import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { readRecipe, written } from './cases/recipe'
import { fuzzDumps } from './dumps/fuzz'
import { fuzz, replay } from './fuzz'
import type { Finding, Tally } from './fuzz'
import { labIn } from './judges/examine'
import type { Lab } from './judges/examine'
import { survey } from './survey'

const help = `usage: npm run fuzz -- --minutes N [--seed S] [--keep FOLDER]
       npm run fuzz -- --postgres --minutes N [--seed S] [--keep FOLDER]
       npm run fuzz -- --case FILE
       npm run fuzz -- --files FOLDER [--library FILE] [--each N] [--seed S]

Makes databases that are damaged or odd, opens each in every way, and holds the verdicts against
what was done to the file and against the sqlite3 of this machine. What breaks a law is made as
small as it gets and kept as a case (npm run format lays it out); npm test tries every case kept.

  --minutes N     so long (may be a part of one: 0.5)
  --seed S        begins where that seed begins; printed at the start when it is not given
  --keep FOLDER   where findings are written; test/corpus when it is not given, and of dumps .build/fuzz/found
  --postgres      dumps of PostgreSQL instead, whole and damaged: read, and one of each N restored
  --case FILE     tries one kept case again, and shows what was said of it
  --files FOLDER  opens every SQLite file below it, as it is and damaged, whole and by scans, against
                  the SQLite of python3, and counts where they differ
  --library FILE  a libsqlite3.so that stands in for that of python3: of the same version as sql.js
  --each N        so many damaged ones of each file; 40 when it is not given. Of dumps one in so many
                  is restored: 50

exit: 0 nothing found, 1 something found, 2 wrong usage`

class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

const parse = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string' },
        keep: { type: 'string' },
        case: { type: 'string' },
        postgres: { type: 'boolean' },
        files: { type: 'string' },
        library: { type: 'string' },
        each: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    return values
  } catch (thrown) {
    throw new WrongUsage(thrown instanceof Error ? thrown.message : 'wrong usage')
  }
}

export const summary = ({
  tried,
  quick,
  verdicts,
  unjudged,
  violations,
  slowest,
  mostMemoryMb,
}: Tally) =>
  [
    `${tried} files and a quick look at ${quick} more`,
    ...Object.entries(verdicts).map(([word, count]) => `${count} ${word}`),
    `${unjudged} that sqlite3 would not judge`,
    `slowest ${(slowest.tookMs / 1000).toFixed(1)} s (${slowest.seed})`,
    `${mostMemoryMb} MB at most`,
    `${violations} violations`,
  ].join(', ')

export const keepFinding = (folder: string, { seed, recipe, broken }: Finding): string => {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `found-${seed}.json`)
  writeFileSync(file, written({ why: broken[0] ?? '', ...recipe }))
  return file
}

const tryOne = async (lab: Lab, file: string): Promise<number> => {
  const { trial, broken, sizeBytes } = await replay(lab, readRecipe(readFileSync(file, 'utf8')))
  for (const { reading, verdict, findings, method, tookMs } of trial.seen) {
    console.log(`${reading}: ${verdict} (${method}, ${Math.round(tookMs)} ms)`)
    for (const { check, outcome, detail } of findings)
      console.log(`  ${outcome} ${check}: ${detail}`)
  }
  console.log(`sqlite3: ${trial.native.said} (${trial.native.text})`)
  for (const law of broken) console.log(`VIOLATION ${law}`)
  console.log(`1 file of ${sizeBytes} bytes, ${broken.length} violations`)
  return broken.length > 0 ? 1 : 0
}

const runDumps = async (order: { seed: string; minutes: number; keep: string; each: number }) => {
  const endsAtMs = performance.now() + order.minutes * 60_000
  const tally = await fuzzDumps({
    seed: order.seed,
    goesOn: () => performance.now() < endsAtMs,
    assets: path.resolve('.build'),
    restoreEvery: order.each,
    onFinding: ({ seed, sql, broken }) => {
      mkdirSync(order.keep, { recursive: true })
      const file = path.join(order.keep, `found-${seed}.sql`)
      writeFileSync(file, sql)
      console.log(`VIOLATION in ${file}`)
      for (const law of broken) console.log(`  ${law}`)
    },
  })
  const { tried, restored, verdicts, mostCpuMs, violations } = tally
  const words = Object.entries(verdicts).map(([word, count]) => `${count} ${word}`)
  const most = `${(mostCpuMs / 1000).toFixed(1)} s of a core at most`
  console.log(
    [
      `${tried} dumps, ${restored} of them restored`,
      ...words,
      most,
      `${violations} violations`,
    ].join(', '),
  )
  return violations
}

type Place = { built: string; givenFrom: string }

const run = async (args: readonly string[], { built, givenFrom }: Place): Promise<number> => {
  const values = parse(args)
  if (values.help) {
    console.log(help)
    return 0
  }
  if (values.files !== undefined) {
    const given = (file: string) => path.resolve(givenFrom, file)
    const split = await survey({
      folder: given(values.files),
      library: values.library === undefined ? undefined : given(values.library),
      each: Number(values.each ?? 40),
      seed: values.seed ?? '1',
      tell: (line) => console.log(line),
    })
    return split > 0 ? 1 : 0
  }
  const minutes = Number(values.minutes)
  if (values.case === undefined && !(minutes > 0)) throw new WrongUsage('Say for how many minutes.')
  if (values.postgres) {
    const seed = values.seed ?? String(Date.now() % 1e9)
    const keep = path.resolve(givenFrom, values.keep ?? '.build/fuzz/found')
    console.log(`seed ${seed}`)
    return (await runDumps({ seed, minutes, keep, each: Number(values.each ?? 50) })) > 0 ? 1 : 0
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-fuzz-'))
  const lab = labIn(folder, built)
  try {
    if (values.case !== undefined) return await tryOne(lab, path.resolve(givenFrom, values.case))
    const seed = values.seed ?? String(Date.now() % 1e9)
    const keep = values.keep === undefined ? 'test/corpus' : path.resolve(givenFrom, values.keep)
    console.log(`seed ${seed}`)
    const endsAtMs = performance.now() + minutes * 60_000
    const tally = await fuzz({
      lab,
      seed,
      goesOn: () => performance.now() < endsAtMs,
      onFinding: (found) => {
        console.log(`VIOLATION in ${keepFinding(keep, found)}`)
        for (const law of found.broken) console.log(`  ${law}`)
        console.log(written(found.recipe))
      },
    })
    console.log(summary(tally))
    return tally.violations > 0 ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const main = async (args: readonly string[], place: Place): Promise<number> => {
  try {
    return await run(args, place)
  } catch (thrown) {
    if (!(thrown instanceof WrongUsage)) throw thrown
    console.error(`${thrown.message}\n\n${help}`)
    return 2
  }
}
