/**
 * A kind of thing that nobody foresaw goes the whole way, from push to restore. What it takes is all that
 * stands here: two folders of its own, what the host runs for it, and a line or two in three lists.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'

import { slow } from '../cases'
import { startTestMachine } from '../fakes/machine'
import type { TestMachine } from '../fakes/machine'

const added = {
  'kind.ts.txt': 'lib/rules/kinds/lines/kind.ts',
  'engine.ts.txt': 'lib/adapters/lines/engine.ts',
  'take-lines.sh.txt': 'lib/droplet/take-lines.sh',
  'back-lines.sh.txt': 'lib/droplet/back-lines.sh',
}

const lists: readonly { file: string; before: string; line: string }[] = [
  { file: 'lib/rules/kinds/suffixes.ts', before: "  sqlite: ['.db'],", line: "  lines: ['.txt']," },
  {
    file: 'lib/rules/kinds/kinds.ts',
    before: "import { sqlite } from './sqlite/kind'",
    line: "import { lines } from './lines/kind'",
  },
  { file: 'lib/rules/kinds/kinds.ts', before: '} satisfies Record<KindName', line: '  lines,' },
  {
    file: 'lib/edge/tools.ts',
    before: "import { sqliteEngine } from '../adapters/sqlite/examiner'",
    line: "import { linesEngine } from '../adapters/lines/engine'",
  },
  {
    file: 'lib/edge/tools.ts',
    before: '  sqlite: sqliteEngine({',
    line: '  lines: linesEngine(options),',
  },
]

/** What a user says of it. */
const settings = {
  file: 'lib/databases.ts',
  before: '  tokens: {',
  line: "  notes: { kind: 'lines', atLeast: 2, path: '/srv/notes.txt' },",
}

const insert = (tree: string, { file, before, line }: (typeof lists)[number]): void => {
  const name = path.join(tree, file)
  const text = readFileSync(name, 'utf8')
  expect(text.split(before), `${file}: ${before}`).toHaveLength(2)
  writeFileSync(name, text.replace(before, `${line}\n${before}`))
}

const Drilled = z.object({
  body: z
    .string()
    .transform((json): unknown => JSON.parse(json))
    .pipe(
      z.object({
        copies: z.array(z.object({ outcome: z.string() })),
        rings: z.array(z.object({ name: z.string(), isHeard: z.boolean() })),
        left: z.array(z.unknown()),
      }),
    ),
})

const root = path.resolve('.')
let tree: string
let machine: TestMachine

beforeAll(async () => {
  tree = mkdtempSync(path.join(tmpdir(), 'snapproof-kind-'))
  for (const name of [
    'lib',
    'packages',
    'project.yml',
    'package.json',
    'tsconfig.json',
    '.env.example',
  ])
    cpSync(path.join(root, name), path.join(tree, name), { recursive: true })
  symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'))
  for (const [from, to] of Object.entries(added)) {
    mkdirSync(path.dirname(path.join(tree, to)), { recursive: true })
    cpSync(path.join(root, 'test/toy-kind', from), path.join(tree, to))
  }
  for (const one of [...lists, settings]) insert(tree, one)
  execFileSync('sh', ['lib/build.sh', '--anew'], {
    cwd: tree,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  machine = await startTestMachine({ tree })
})
afterAll(async () => {
  await machine?.close()
  rmSync(tree, { recursive: true, force: true })
})

const text = (...some: string[]): string => `${[...some, `# ${some.length} lines`].join('\n')}\n`

const written = (name: string, content: string): string => {
  const file = path.join(machine.folder, name)
  writeFileSync(file, content)
  return file
}

const pushed = (content: string, ...args: string[]) =>
  machine.push(written('notes.txt', content), {
    name: 'notes',
    args: ['-v', ...args],
    lines: { SNAPPROOF_KIND: 'lines' },
  })

const restored = (...args: string[]) =>
  machine.restore({
    database: 'notes',
    to: path.join(machine.folder, 'back.txt'),
    args,
    lines: { SNAPPROOF_KIND: 'lines' },
  })

const stateOf = async (): Promise<{ copies: { word: string; id: string; rows?: number }[] }> => {
  const { text: json } = await machine.call('status', machine.token('read', 'all'), {})
  const { databases } = JSON.parse(json)
  return databases.find(({ database }: { database: string }) => database === 'notes')
}

describe('a kind of thing that nobody foresaw', slow, () => {
  test('is what the compiler takes it for, and forgetting a list is an error', () => {
    const compiled = execFileSync('node_modules/.bin/tsc', ['--pretty', 'false'], {
      cwd: tree,
      encoding: 'utf8',
    })
    expect(compiled).toBe('')
  })

  test('is pushed, proven, compared and told, whole or compressed', async () => {
    expect(await pushed(text('one', 'two', 'three'))).toMatchObject({ code: 0, stderr: '' })
    const again = await pushed(text('one', 'two', 'three', 'four'), '--gzip')
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.stdout).toContain('verdict passed')
    const { copies } = await stateOf()
    expect(copies.map(({ word, rows }) => ({ word, rows }))).toEqual([
      { word: 'passed', rows: 4 },
      { word: 'passed', rows: 3 },
    ])
  })

  test('is called damaged by its own engine, and unmet by what lib/databases.ts expects of it', async () => {
    const cut = await pushed('one\ntwo\n# 3 lines\n')
    expect(cut).toMatchObject({ code: 1 })
    expect(cut.stderr).toContain('It says 3 lines, and has 2.')
    const thin = await pushed(text('one'))
    expect(thin).toMatchObject({ code: 4 })
    expect(thin.stderr).toContain('1 lines; 2 are expected.')
  })

  test('comes back: the newest sound copy, under its own name in the store', async () => {
    const listed = await restored('--list')
    expect(listed.stdout).toMatch(/notes_\S+ +unmet[^]*notes_\S+ +failed[^]*notes_\S+ +passed/)
    const { copies } = await stateOf()
    const sound = copies.filter(({ word }) => word === 'passed').map(({ id }) => id)
    const back = await restored('--at', sound[0] ?? '')
    expect(back, back.stderr).toMatchObject({ code: 0 })
    expect(readFileSync(path.join(machine.folder, 'back.txt'), 'utf8')).toBe(
      text('one', 'two', 'three', 'four'),
    )
    const older = await restored(
      '--at',
      sound[1] ?? '',
      '--to',
      path.join(machine.folder, 'old.txt'),
    )
    expect(older, older.stderr).toMatchObject({ code: 0 })
    expect(readFileSync(path.join(machine.folder, 'old.txt'), 'utf8')).toBe(
      text('one', 'two', 'three'),
    )
  })

  test('is drilled like every other, its alarm too', async () => {
    const outcome = await machine.platform.run('drill', { database: 'notes', ring: 'no' })
    const { copies, rings, left } = Drilled.parse(
      outcome.kind === 'result' ? outcome.result : {},
    ).body
    expect(left).toEqual([])
    expect(copies.length).toBeGreaterThan(0)
    for (const { outcome: word } of copies) expect(word).toBe('proven')
    const ours = rings.filter(({ name }) => name.endsWith('(lines)'))
    expect(ours.map(({ isHeard }) => isHeard)).toEqual([true, true])
  })

  test('is told to the Droplet by enroll, and verified on this disk', () => {
    const snapproof = (...args: string[]) =>
      spawnSync(process.execPath, ['lib/cli/launch.mjs', ...args], {
        cwd: tree,
        encoding: 'utf8',
        env: { ...process.env, SNAPPROOF_HOME: path.join(machine.folder, 'home') },
      })
    const enrolled = snapproof('enroll', 'notes', '--url', machine.url)
    expect(enrolled.stdout).toContain('\nSNAPPROOF_KIND=lines\n')
    expect(enrolled.stdout).toContain('SNAPPROOF_FILE=/srv/notes.txt')
    expect(
      snapproof('enroll', 'tokens', '--url', machine.url, '--path', '/t').stdout,
    ).not.toContain('\nSNAPPROOF_KIND=')
    const verified = snapproof('verify', written('kept.txt', text('one', 'two')))
    expect(verified.stdout).toMatch(/^passed .*kept\.txt$/m)
    expect(verified.status).toBe(0)
    expect(snapproof('verify', written('cut.txt', '# 4 lines\n')).status).toBe(1)
  })

  test('is refused where lib/databases.ts says another kind, or the taker says what nobody asked', async () => {
    const as = (kind: string) =>
      machine.push(written('notes.txt', text('one', 'two')), {
        name: 'tokens',
        lines: { SNAPPROOF_KIND: kind },
      })
    expect((await as('lines')).stderr).toContain('tokens is of kind sqlite in lib/databases.ts')
  })
})
