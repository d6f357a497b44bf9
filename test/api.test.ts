/** What other programs and CI see: the package as Node loads it, its types, and the workflow. */
import { spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

import { functionsAt } from '../lib/cli/api'
import type * as Declared from '../lib/index.cjs'

import { slow } from './cases'
import { startTestMachine } from './fakes/machine'
import type { TestMachine } from './fakes/machine'
import * as databases from './fixtures/databases'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-api-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Checked by tsc: what index.d.cts promises is what is there. */
const functions: Omit<typeof Declared, 'default'> = functionsAt(path.resolve('.'))

const environment = {
  SNAPPROOF_HOME: path.join(folder, 'home'),
  SPACES_API_KEY: 'off',
  SPACES_API_SECRET: 'off',
  ALERTS: 'off',
}
const where = { root: folder, environment }

const fileWith = (name: string, bytes: Buffer): string => {
  const file = path.join(folder, name)
  writeFileSync(file, bytes)
  return file
}

describe('from another program', () => {
  /** A project that has this one among its packages. */
  const node = (name: string, program: string) => {
    const project = path.join(folder, 'project')
    mkdirSync(path.join(project, 'node_modules'), { recursive: true })
    const link = path.join(project, 'node_modules/snapproof')
    rmSync(link, { force: true })
    symlinkSync(path.resolve('.'), link)
    writeFileSync(path.join(project, name), program)
    return spawnSync(process.execPath, [name], {
      cwd: project,
      env: { PATH: process.env['PATH'] ?? '' },
      encoding: 'utf8',
    })
  }

  test('verify is imported, and prints nothing by itself', slow, () => {
    const bad = fileWith('bad.db', databases.withZeroedPage())
    const imported = node(
      'app.mjs',
      `import { verify } from 'snapproof'
      const { overall, checks } = await verify(${JSON.stringify(bad)})
      console.log(overall, checks.find(({ outcome }) => outcome === overall).check)`,
    )
    expect(imported, imported.stderr).toMatchObject({ stdout: 'failed structure\n', stderr: '' })
  })

  test('verify is required, among what else there is', slow, () => {
    const file = fileWith('sound.db', databases.sound(50))
    const required = node(
      'app.cjs',
      `const snapproof = require('snapproof')
      snapproof.verify(${JSON.stringify(file)}).then(({ overall }) =>
        console.log(overall, Object.keys(snapproof).join()))`,
    )
    expect(required, required.stderr).toMatchObject({
      stdout: 'passed verify,list,plan,status,drill,report,evidence\n',
      stderr: '',
    })
  })

  test(
    'its command works as npm installs it from a tarball, with its packages beside it',
    slow,
    () => {
      const modules = path.join(folder, 'installed/node_modules')
      const own = path.join(modules, 'snapproof')
      mkdirSync(modules, { recursive: true })
      for (const name of readdirSync('node_modules').filter((one) => !one.startsWith('.')))
        symlinkSync(path.resolve('node_modules', name), path.join(modules, name))
      for (const part of ['lib', 'package.json', 'tsconfig.json'])
        cpSync(part, path.join(own, part), { recursive: true })
      const file = fileWith('installed.db', databases.sound(5))
      const ran = spawnSync(
        process.execPath,
        [path.join(own, 'lib/cli/launch.mjs'), 'verify', file, '--json'],
        { env: { PATH: process.env['PATH'] ?? '' }, encoding: 'utf8' },
      )
      expect(ran, ran.stderr).toMatchObject({ status: 0, stderr: '' })
    },
  )

  test('has types that a project of its own can use', slow, () => {
    const project = path.join(folder, 'project')
    mkdirSync(path.join(project, 'node_modules/@types'), { recursive: true })
    writeFileSync(
      path.join(project, 'use.ts'),
      `import { list, verify } from 'snapproof'
      const { overall, checks } = await verify('a.db')
      const word: 'passed' | 'warned' | 'unmet' | 'failed' | 'unverifiable' = overall
      const mends: (string | undefined)[] = checks.map(({ mend }) => mend)
      // @ts-expect-error: a path is needed
      await verify()
      console.log(word, mends, (await list({ database: 'tokens' }))[0]?.verdict)\n`,
    )
    writeFileSync(path.join(project, 'package.json'), '{"type":"module"}')
    const tsc = path.resolve('node_modules/.bin/tsc')
    const args = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022']
    const types = ['--typeRoots', path.resolve('node_modules/@types'), '--types', 'node']
    const checked = spawnSync(tsc, [...args, ...types, 'use.ts'], {
      cwd: project,
      encoding: 'utf8',
    })
    expect(checked.stdout).toBe('')
    expect(checked.status).toBe(0)
  })
})

describe('the functions', () => {
  test('verify answers with every check, and is about nothing but the file', async () => {
    const file = fileWith('whole.db', databases.sound(70))
    const { overall, checks, rows, sha256 } = await functions.verify(file)
    expect(overall).toBe('passed')
    expect(checks.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['arrival', 'bytes', 'header', 'structure', 'references']),
    )
    expect(rows).toMatchObject({ tokens: 70 })
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    const other = fileWith('other.db', databases.madeBy('CREATE TABLE other (a)'))
    expect((await functions.verify(other, { database: 'tokens' })).overall).toBe('unmet')
  })

  test('throw what could not be done, with a code and a mend', async () => {
    await expect(functions.verify('/nowhere.db')).rejects.toMatchObject({
      code: 'not-found',
      mend: 'Give the path of one SQLite database, or of one dump of PostgreSQL.',
    })
    await expect(functions.list({ ...where, database: '../x' })).rejects.toMatchObject({
      code: 'bad-request',
    })
    const halves = { ...environment, SPACES_API_KEY: 'x' }
    await expect(functions.status({ root: folder, environment: halves })).rejects.toMatchObject({
      code: 'settings',
    })
  })

  test('read the store that is meant: here one that is still empty', async () => {
    expect(await functions.list(where)).toEqual([])
    expect(await functions.plan(where)).toEqual([])
    const drilled = await functions.drill(where)
    expect(drilled.copies).toEqual([])
    expect(drilled.rings.every(({ isHeard }) => isHeard)).toBe(true)
    const { databases: known, publicKey } = await functions.status(where)
    // The examples that are shipped are missed by nobody until something of them comes.
    expect(known).toEqual([])
    expect(publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----/)
    const { subject, html } = await functions.report({ ...where, since: '30d' })
    expect(subject).toMatch(/^Backups: /)
    expect(html).toMatch(/^<!doctype html>/)
    const out = path.join(folder, 'evidence')
    expect(await functions.evidence({ ...where, out })).toMatchObject({ folder: out, entries: 0 })
  })
})

describe('the workflow example', slow, () => {
  const Step = z.object({
    run: z.string().optional(),
    env: z.record(z.string(), z.string()).optional(),
    if: z.string().optional(),
    uses: z.string().optional(),
    with: z.record(z.string(), z.unknown()).optional(),
  })
  const Workflow = z.object({
    permissions: z.object({ contents: z.literal('read') }),
    jobs: z.object({
      verify: z.object({ env: z.record(z.string(), z.string()), steps: z.array(Step) }),
    }),
  })
  const text = readFileSync('.github/workflows/verify-backup.yml', 'utf8')
  const { steps, env: common } = Workflow.parse(parse(text)).jobs.verify

  let machine: TestMachine
  beforeAll(async () => {
    machine = await startTestMachine()
  })
  afterAll(() => machine.close())

  /** The functions answer in this process, so that it must not stand still meanwhile. */
  const sh = (script: string, env: Record<string, string>) =>
    new Promise<{ code: number; stderr: string }>((resolve) => {
      const child = spawn('sh', ['-e', '-c', script], { env, stdio: ['ignore', 'ignore', 'pipe'] })
      let stderr = ''
      child.stderr.on('data', (chunk) => (stderr += chunk))
      child.on('close', (code) => resolve({ code: code ?? 1, stderr }))
    })

  /** As a runner does: one step after the other, until one fails; then only those for any case. */
  const runAs = async (database: string) => {
    const temp = mkdtempSync(path.join(folder, 'runner-'))
    const known: Record<string, string> = {
      'secrets.SNAPPROOF_URL': machine.url,
      'secrets.SNAPPROOF_RESTORE_TOKEN': machine.token('restore', database),
      'inputs.database': database,
    }
    const fill = (value: string): string =>
      value.replaceAll(
        /\$\{\{ (\S+)(?: \|\| \S+)? \}\}/g,
        (_, name: string) => known[name] ?? 'unknown',
      )
    const shared = {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      RUNNER_TEMP: temp,
      GITHUB_STEP_SUMMARY: path.join(temp, 'summary.md'),
    }
    let code = 0
    let said = ''
    for (const step of steps) {
      if (step.run === undefined || step.run.startsWith('npm ci')) continue
      if (code !== 0 && step.if !== 'always()') continue
      const own = Object.entries({ ...common, ...step.env }).map(([name, value]) => [
        name,
        fill(value),
      ])
      const env = { ...shared, ...Object.fromEntries(own) }
      const ended = await sh(fill(step.run), env)
      code = code === 0 ? ended.code : code
      said += ended.stderr
    }
    const summary = () => readFileSync(shared.GITHUB_STEP_SUMMARY, 'utf8')
    const kept = steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact'))
    const artefact = String(kept?.with?.['path']).replace('${{ runner.temp }}', temp)
    return { code, said, summary, artefact: () => readdirSync(artefact).toSorted() }
  }

  test('brings a backup back and says that it is sound', async () => {
    const pushed = await machine.push(fileWith('live.db', databases.sound(90)))
    expect(pushed, pushed.stderr).toMatchObject({ code: 0 })
    const { code, said, summary, artefact } = await runAs('tokens')
    expect(code, said).toBe(0)
    expect(artefact()).toEqual(['report.md', 'verdict.json'])
    expect(summary()).toMatch(/^## passed\n\n\| check \| outcome \| found \|\n/)
    expect(summary()).toMatch(/\| structure \| passed \|/)
  })

  test('fails where there is nothing to bring back', async () => {
    const { code, said, summary, artefact } = await runAs('sessions')
    expect(code).not.toBe(0)
    expect(said).toContain('no sound copy of sessions')
    expect(summary()).toMatch(/^## nothing was opened\n[^]*nothing was restored/)
    expect(artefact()).toEqual(['report.md'])
  })

  test('holds no secret, and asks for no right but to read', () => {
    expect(text).not.toMatch(/(restore|push|read)\.[a-z]+\.[0-9a-f]{8}\./)
    expect(text).not.toMatch(/write-all|contents: write/)
  })
})
