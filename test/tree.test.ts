/** The promises of lib/README.md about the tree, checked on the tree. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'

import { Environment } from '../lib/edge/config'
import { readProject } from '../lib/local/project'

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile())

const sources = filesUnder('lib').filter(
  (file) => /\.(ts|mjs)$/.test(file) && !file.endsWith('.d.ts'),
)

/** What a file imports of ours, as paths from the root; and what it imports of others. */
const importsOf = (file: string): { ours: string[]; others: string[] } => {
  const text = readFileSync(file, 'utf8')
  const ours: string[] = []
  const others: string[] = []
  for (const [, name = ''] of text.matchAll(/(?:from |import\()'([^']+)'/g)) {
    if (name.startsWith('.')) ours.push(path.join(path.dirname(file), name))
    else others.push(name)
  }
  return { ours, others }
}

const layerOf = (file: string): string => {
  const [, second = '', third] = file.split('/')
  return third === undefined ? 'root' : second
}

/** Which layer may know which. `root` is ports, faults and databases. */
const arrows: Record<string, string[]> = {
  rules: ['rules'],
  root: ['rules', 'root'],
  show: ['show', 'rules', 'root'],
  journey: ['journey', 'rules', 'root', 'show'],
  adapters: ['adapters', 'rules', 'root', 'show'],
  edge: ['edge', 'journey', 'rules', 'root', 'adapters', 'show'],
  local: ['local', 'rules', 'root'],
  cli: ['cli', 'edge', 'journey', 'rules', 'root', 'adapters', 'local', 'show'],
}

describe('the arrows', () => {
  test.each(sources)('%s imports only what it may', (file) => {
    const layer = layerOf(file)
    for (const imported of importsOf(file).ours) {
      expect(arrows[layer], `${file} imports ${imported}`).toContain(layerOf(imported))
    }
  })

  test('lead nowhere back to where they began', () => {
    const arrowsOf = (file: string) =>
      importsOf(file).ours.map((imported) => `${imported.replace(/\.ts$/, '')}.ts`)
    const seen = new Map<string, 'on the way' | 'done'>()
    const circles: string[] = []
    const walk = (file: string, way: readonly string[]): void => {
      if (seen.get(file) === 'done' || !sources.includes(file)) return
      if (seen.get(file) === 'on the way') {
        circles.push([...way.slice(way.indexOf(file)), file].join(' → '))
        return
      }
      seen.set(file, 'on the way')
      for (const next of arrowsOf(file)) walk(next, [...way, file])
      seen.set(file, 'done')
    }
    for (const file of sources) walk(file, [])
    expect(circles).toEqual([])
  })

  test('lead to a kind of thing from its own rooms, the lists and its texts alone', () => {
    const names = /sqlite|pragma|integrity_check|journal_?mode|postgres|psql|pg_\w+/i
    const own = [
      'lib/rules/kinds/',
      'lib/adapters/sqlite/',
      'lib/adapters/postgres/',
      'lib/local/sqlite/',
      'lib/cli/rehearse/',
    ]
    const others = [
      // Where engines are wired, and where their files are put beside what is deployed.
      'lib/edge/ahead.ts',
      'lib/edge/tools.ts',
      'lib/build.sh',
      'lib/cli/bundle.cjs',
      // On the host.
      'lib/droplet/take-sqlite.sh',
      'lib/droplet/back-sqlite.sh',
      'lib/droplet/take-postgres.sh',
      'lib/droplet/back-postgres.sh',
      'lib/droplet/reach-postgres.sh',
      // What the command line says of it to people.
      'lib/cli/main.ts',
      'lib/cli/needs.ts',
      'lib/cli/droplet/enroll.ts',
      'lib/cli/droplet/live.ts',
      'lib/cli/droplet/settings.ts',
      'lib/cli/verbs/start.ts',
      'lib/cli/verbs/verify.ts',
      'lib/index.d.cts',
    ]
    const isOwn = (file: string) =>
      own.some((folder) => file.startsWith(folder)) || others.includes(file)
    /** The scripts for every kind say which is the usual one, and in their help what it needs. */
    const read = (file: string) =>
      file.startsWith('lib/droplet/')
        ? readFileSync(file, 'utf8').replaceAll(/^#.*$|:-sqlite\}|KIND" = sqlite /gm, '')
        : readFileSync(file, 'utf8')
    const named = filesUnder('lib').filter(
      (file) => !file.endsWith('.md') && !isOwn(file) && names.test(read(file)),
    )
    expect(named).toEqual([])
  })

  test('rules compute and touch nothing: of Node they use its hashes alone', () => {
    for (const file of sources.filter((one) => layerOf(one) === 'rules')) {
      for (const name of importsOf(file).others) expect(['node:crypto', 'zod']).toContain(name)
    }
  })

  test('how things look is computed from what is said of them, and from nothing else', () => {
    for (const file of sources.filter((one) => layerOf(one) === 'show'))
      expect(importsOf(file).others, file).toEqual([])
  })

  test('rules say what is to be told, and in no markup', () => {
    const tag =
      /<\/?(a|b|br|code|div|h[1-6]|head|html|i|li|ol|p|pre|span|style|table|t[dhr]|ul)[ />]/i
    for (const file of sources.filter((one) => layerOf(one) === 'rules')) {
      const text = readFileSync(file, 'utf8')
      expect(text, file).not.toMatch(tag)
      expect(text, file).not.toMatch(/&(amp|lt|gt|quot|nbsp|#\d+);/)
    }
  })

  test('what is shown in HTML is escaped in one place', () => {
    // Chats and stores read fewer entities than a browser: theirs are another matter.
    const others = /^lib\/(adapters\/notify|local\/store\/wire)\//
    for (const file of sources.filter((one) => !others.test(one))) {
      const escapes = /&(amp|lt|quot);/.test(readFileSync(file, 'utf8'))
      expect(escapes, file).toBe(file === 'lib/show/markup.ts')
    }
  })

  test('steps touch the world through their ports alone', () => {
    for (const file of sources.filter((one) => layerOf(one) === 'journey')) {
      for (const name of importsOf(file).others)
        expect(['node:crypto', 'node:zlib', 'zod']).toContain(name)
    }
  })

  test('adapters do not know one another', () => {
    const adapter = (file: string) => file.split('/')[2]?.replace(/\.ts$/, '')
    for (const file of sources.filter((one) => layerOf(one) === 'adapters')) {
      for (const imported of importsOf(file).ours.filter((one) => layerOf(one) === 'adapters')) {
        // Where bytes come from and where they lie is the same for every engine.
        if (adapter(imported) === 'reading') continue
        expect(adapter(imported), file).toBe(adapter(file))
      }
    }
  })

  test('in the cloud only the wiring place knows the adapters', () => {
    for (const file of sources.filter((one) => layerOf(one) === 'edge')) {
      const knows = importsOf(file).ours.some((imported) => layerOf(imported) === 'adapters')
      expect(knows, file).toBe(['lib/edge/tools.ts', 'lib/edge/ahead.ts'].includes(file))
    }
  })

  test('a copy has as many shapes as lib/README.md names, and each is said in one place', () => {
    const texts = sources
      .filter((file) => layerOf(file) !== 'local')
      .map((file) => ({ file, text: readFileSync(file, 'utf8') }))
    const toldIn = (name: string) =>
      texts.filter(({ text }) => new RegExp(`^(export )?type ${name}\\b`, 'm').test(text))
    for (const [name, file] of [
      ['Shelf', 'shelf'],
      ['StoredObject', 'shelf'],
      ['Entry', 'entry'],
      ['Line', 'catalog'],
      ['Held', 'held'],
      ['Copy', 'held'],
      ['Shown', 'shown'],
      ['Listed', 'shown'],
    ] as const) {
      expect(toldIn(name).map((one) => one.file)).toEqual([`lib/rules/copy/${file}.ts`])
    }
    expect(toldIn('Seen').map((one) => one.file)).toEqual(['lib/rules/watching/watch-state.ts'])
  })

  test('how long a minute, an hour, a day is, is said in one place', () => {
    for (const file of sources.filter((one) => one !== 'lib/rules/plain/time-units.ts')) {
      const text = readFileSync(file, 'utf8')
      expect(text, file).not.toMatch(/\b(60_?000|3_?600_?000|86_?400_?000|604_?800_?000)\b/)
      expect(text, file).not.toMatch(/\b24 \* |\bconst (second|minute|hour|day|week)s?Ms\b/)
    }
  })

  test('the clock and the environment are each read in one place of what the cloud runs', () => {
    const cloud = ['rules', 'root', 'show', 'journey', 'adapters', 'edge']
    for (const file of sources.filter((one) => cloud.includes(layerOf(one)))) {
      const text = readFileSync(file, 'utf8').replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '')
      if (file !== 'lib/adapters/clock.ts')
        expect(text, file).not.toMatch(/new Date\(\)|Date\.now\(/)
      if (file !== 'lib/edge/variables.ts') expect(text, file).not.toMatch(/process\.env/)
    }
  })
})

describe('the tree', () => {
  test('has nothing at its top but what was agreed', () => {
    const agreed = [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'lib',
      'package-lock.json',
      'package.json',
      'packages',
      'project.yml',
      'test',
      'tsconfig.json',
    ]
    const passing = ['node_modules', 'coverage']
    const found = readdirSync('.').filter(
      (name) => !name.startsWith('.') && !passing.includes(name),
    )
    expect(found.toSorted()).toEqual(agreed.toSorted())
  })

  test('has no room that one cannot take in at a glance', () => {
    const rooms = [...new Set([...filesUnder('lib'), ...filesUnder('test')].map(path.dirname))]
    for (const room of rooms) {
      const files = readdirSync(room, { withFileTypes: true }).filter((one) => one.isFile())
      // What a tool writes is looked at by nobody; the tests' own top holds their settings too.
      if (room.endsWith('__snapshots__')) continue
      expect(files.length, room).toBeLessThanOrEqual(room === 'test' ? 18 : 16)
    }
  })

  test('every source file begins with its preface', () => {
    const said = filesUnder('lib').filter((file) => /\.([cm]?[jt]s|sh)$/.test(file))
    const silent = said.filter((file) => !/^(\/\*\*|\/\/|#)/.test(readFileSync(file, 'utf8')))
    expect(silent).toEqual([])
  })

  test('a comment names no file that is not there', () => {
    const all = ['lib', 'test', 'packages'].flatMap(filesUnder)
    const isThere = (name: string) => all.some((file) => `/${file}`.endsWith(`/${name}`))
    const named = /(?<![\w./*-])[\w./-]*[\w-]\.m?ts\b(?!\.?\w)/g
    // What an earlier edition left speaks of the files of its own time.
    const ours = all.filter((file) => /\.m?ts$/.test(file) && !/^test\/released\/\d/.test(file))
    for (const file of ours) {
      const comments = readFileSync(file, 'utf8').match(/^\s*(\/\*\*|\*|\/\/) .*$/gm) ?? []
      const gone = comments
        .flatMap((line) => line.match(named) ?? [])
        .filter((one) => !isThere(one))
      expect(gone, file).toEqual([])
    }
  })

  test.each(sources)('%s can be read in one go', (file) => {
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThanOrEqual(350)
  })

  test.each(sources.filter((file) => ['rules', 'show', 'journey'].includes(layerOf(file))))(
    '%s has its test',
    (file) => {
      const exempt = [
        'lib/journey/step.ts',
        'lib/rules/kinds/kind.ts',
        'lib/journey/record.ts',
        'lib/journey/gather/head.ts',
        'lib/journey/gather/sets.ts',
        'lib/journey/gather/standing.ts',
        'lib/journey/gather/stock.ts',
        'lib/journey/gather/sum-up.ts',
      ]
      const mirror = file.replace(/^lib/, 'test').replace(/\.ts$/, '.test.ts')
      expect(exempt.includes(file) || existsSync(mirror), mirror).toBe(true)
    },
  )

  test('push.sh stays small enough to be read before it is run', () => {
    const code = readFileSync('lib/droplet/push.sh', 'utf8').split('\n')
    const lines = code.filter((line) => line.trim() !== '' && !/^\s*#/.test(line))
    expect(lines.length).toBeLessThanOrEqual(112)
    for (const line of code) expect(line.length, line).toBeLessThanOrEqual(100)
  })
})

describe('what runs on pushes and by the week', () => {
  const Workflow = z.object({
    permissions: z.record(z.string(), z.string()),
    jobs: z.record(
      z.string(),
      z.object({ steps: z.array(z.object({ run: z.string().optional() })) }),
    ),
  })
  const workflow = (name: string) =>
    Workflow.parse(parse(readFileSync(`.github/workflows/${name}`, 'utf8')))

  test.each(readdirSync('.github/workflows'))('%s may read and nothing else', (name) => {
    expect(workflow(name).permissions).toEqual({ contents: 'read' })
  })

  test('the example works on a schedule too, where there are no inputs, and stays quiet where it is not set up', () => {
    const text = readFileSync('.github/workflows/verify-backup.yml', 'utf8')
    expect(text).toMatch(/^ {2}schedule:\n {4}- cron: '[\d *]+'$/m)
    const uses = text.match(/\$\{\{ inputs\.[^}]*\}\}/g) ?? []
    expect(uses.length).toBeGreaterThan(0)
    for (const use of uses) expect(use).toMatch(/\|\| vars\.SNAPPROOF_DATABASE \}\}$/)
    expect(text).toContain(
      "if: github.event_name == 'workflow_dispatch' || vars.SNAPPROOF_DATABASE != ''",
    )
  })

  test.each([
    { name: 'ci.yml', last: '.ci/run', script: '.ci/run' },
    {
      name: 'fresh.yml',
      last: 'sudo env "PATH=$PATH" sh test/fresh.sh',
      script: 'test/fresh.sh',
    },
    {
      name: 'ceph.yml',
      last: 'sudo env "PATH=$PATH" sh test/ceph/run.sh --release ${{ matrix.release }}',
      script: 'test/ceph/run.sh',
    },
  ])('$name runs what anybody can run', ({ name, last, script }) => {
    const steps = Object.values(workflow(name).jobs).flatMap((job) => job.steps)
    expect(steps.at(-1)?.run).toBe(last)
    expect(existsSync(script)).toBe(true)
  })
})

describe('what is deployed', () => {
  const text = readFileSync('project.yml', 'utf8')
  const example = readFileSync('.env.example', 'utf8')
  const exampleNames = [...example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name = '']) => name)
  const filled = Object.fromEntries(exampleNames.map((name) => [name, 'off']))
  const functions = readProject('project.yml', filled)

  test('every folder of a function is named in project.yml, and the reverse', () => {
    const folders = readdirSync('packages/snapshots')
    expect(functions.map(({ name }) => name).toSorted()).toEqual(folders.toSorted())
    for (const folder of folders) {
      expect(existsSync(`packages/snapshots/${folder}/.include`), folder).toBe(true)
      for (const build of ['package.json', 'build.sh', '.ignore']) {
        expect(existsSync(`packages/snapshots/${folder}/${build}`), folder).toBe(false)
      }
    }
    expect(readdirSync('packages')).toEqual(['snapshots'])
    expect(existsSync('lib/package.json') || existsSync('lib/.include')).toBe(false)
  })

  test('every handler is wiring and nothing else', () => {
    for (const { name } of functions) {
      const lines = readFileSync(`packages/snapshots/${name}/index.ts`, 'utf8').trim().split('\n')
      // What opens copies begins before anything else is loaded.
      const include = readFileSync(`packages/snapshots/${name}/.include`, 'utf8')
      const isAhead = lines[0] === "import '../../../lib/edge/ahead'"
      expect(isAhead, name).toBe(include.includes('sqlite-worker.cjs'))
      expect(lines.length, name).toBeLessThanOrEqual(isAhead ? 4 : 3)
    }
  })

  test('every setting of a function is explicit, and within the platform’s limits', () => {
    const said: unknown = parse(text)
    expect(JSON.stringify(said)).not.toContain('\t')
    for (const { name, web, runtime, limits, environment } of functions) {
      expect(runtime, name).toBe('nodejs:22')
      expect([true, false, 'raw'], name).toContain(web)
      expect(limits.timeout, name).toBeLessThanOrEqual(web === false ? 900_000 : 30_000)
      expect(limits.memory, name).toBeLessThanOrEqual(1024)
      expect(environment['SNAPPROOF_MEMORY_MB'], name).toBe(String(limits.memory))
    }
    const web = functions.filter((fn) => fn.web !== false).map(({ name }) => name)
    expect(web.toSorted()).toEqual(['restore', 'status', 'ticket', 'verdict'])
  })

  test('timers are numeric, of five fields, and three at most', () => {
    const timers = functions.flatMap(({ triggers }) => triggers)
    expect(timers.length).toBeLessThanOrEqual(3)
    for (const { sourceDetails } of timers)
      expect(sourceDetails.cron).toMatch(/^([\d*/,-]+ ){4}[\d*/,-]+$/)
  })

  test('no comment holds what the deployer would replace, and no tab stands anywhere', () => {
    expect(text).not.toContain('\t')
    for (const line of text.split('\n')) expect(line.replace(/^[^#]*/, '')).not.toMatch(/\$[{(]/)
  })

  test('every use of a variable is quoted', () => {
    for (const [use] of text.matchAll(/.\$\{[A-Z0-9_]+\}./g)) expect(use).toMatch(/^".*"$/)
  })

  test('.env.example, project.yml and the settings’ schema name the same variables', () => {
    const named = [...text.matchAll(/\$\{([A-Z0-9_]+)\}/g)].map(([, name = '']) => name)
    // The timers name the secret once more.
    const used = [...new Set(named)]
    const known = Object.keys(Environment.shape)
    expect(exampleNames).toEqual(known)
    const onlyHere = ['SNAPPROOF_URL', 'TOKEN_DB_PATH', 'SESSION_DB_PATH']
    expect(used.toSorted()).toEqual(known.filter((name) => !onlyHere.includes(name)).toSorted())
  })

  test.each([
    { may: 'write', key: 'SECOND_WRITE', to: 'watch' },
    { may: 'delete', key: 'SECOND_PRUNE', to: 'prune' },
  ])(
    'the key that may $may at the second place is given to $to alone, which no web request reaches',
    ({ key, to }) => {
      for (const { name, environment, web } of functions) {
        const given = Object.keys(environment).filter((one) => one.startsWith(key))
        expect(given.length, name).toBe(name === to ? 2 : 0)
        if (name === to) expect(web).toBe(false)
      }
    },
  )

  test('no value in .env.example is empty: the deployer would stop', () => {
    for (const [, name, value] of example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm))
      expect(value, name).not.toBe('')
  })

  test('the table of lib/docs/settings.md has every name, in the same order', () => {
    const page = readFileSync('lib/docs/settings.md', 'utf8')
    const rows = [...page.matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map(([, name = '']) => name)
    expect(rows).toEqual(Object.keys(Environment.shape))
  })
})
