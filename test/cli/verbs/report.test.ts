/** What is told and handed out of a store, by the command as a person runs it. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Command } from '../../../lib/cli/command'
import { evidence } from '../../../lib/cli/verbs/evidence'
import { report } from '../../../lib/cli/verbs/report'
import { startCommand } from '../../fakes/command'
import type { Ended } from '../../fakes/command'
import { sound } from '../../fixtures/databases'
import { jsonShapes } from '../json-shapes'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-told-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const command = startCommand({ cwd: folder })
afterAll(() => command.end())

const snapproof = (args: readonly string[]): Promise<Ended> =>
  command.run(args, {
    PATH: process.env['PATH'] ?? '',
    SNAPPROOF_HOME: path.join(folder, 'home'),
    // Whatever a filled-in .env says: no test touches a store of the person who runs it.
    SPACES_API_KEY: 'off',
    SPACES_API_SECRET: 'off',
    ALERTS: 'off',
  })

/** What a command refuses it refuses with a sentence and a mend. */
const refused = async ({ run }: Command, args: string[]): Promise<unknown> => {
  const root = mkdtempSync(path.join(folder, 'root-'))
  try {
    return await run(args, root)
  } catch (thrown) {
    expect(thrown).toMatchObject({ why: expect.any(String), mend: expect.any(String) })
    return thrown
  }
}

beforeAll(async () => {
  const file = path.join(folder, 'tokens.db')
  writeFileSync(file, sound(321))
  const pushed = await snapproof(['start', '--once', '--database', file])
  if (pushed.code !== 0) throw new Error(pushed.stderr)
})

describe('snapproof report', () => {
  test('tells the week, and exits 0 when nothing needs anybody', async () => {
    const ended = await snapproof(['report'])
    expect(ended, ended.stderr).toMatchObject({ stderr: '' })
    expect(ended.stdout).toMatch(/\+ tokens: sound\n +newest sound +\S+ KiB, \d+ rows, just now/)
    // The example in lib/databases.ts names sessions too, which nobody has.
    expect(ended.stdout).not.toContain('sessions')
    expect(ended.code).toBe(0)
  })

  test('writes a page, or figures, of any span', async () => {
    const page = path.join(folder, 'deep/report.html')
    const written = await snapproof(['report', '--since', '30d', '--html', page])
    expect(written.stdout).toBe(`The report stands in ${page}.\n`)
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/)
    const { stdout } = await snapproof(['report', '--since', '2026-01-01', '--json'])
    const digest = jsonShapes.report.parse(JSON.parse(stdout))
    expect(digest).toMatchObject({ count: { came: 1, sound: 1 } })
  })

  test('--send stores it, where no channel takes mail too', async () => {
    const sent = await snapproof(['report', '--send'])
    expect(sent).toMatchObject({ code: 0, stderr: '' })
    expect(sent.stdout).toMatch(/^stored backups\/_reports\/digests\/\S+\.html\nstored \S+\.txt\n/)
    expect(sent.stdout).toContain('No channel in ALERTS is a mail address.')
  })

  test.each([
    ['--since', 'lately'],
    ['--since', '2026-13-01'],
    ['--since', '2999-01-01'],
    ['more'],
  ])('refuses %s %s', async (...args) => {
    await expect(refused(report, args)).resolves.toMatchObject({ code: 'bad-request' })
  })
})

describe('snapproof evidence', () => {
  test('writes a folder that its own README verifies', async () => {
    const ended = await snapproof(['evidence'])
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/^1 signed entry, 0 documents of the journal, 0 drill reports\n/)
    const name = readdirSync(folder).find((one) => one.startsWith('snapproof-evidence-')) ?? ''
    expect(name).toMatch(/^snapproof-evidence-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d$/)
    const [from = '', to = ''] = name.match(/\d{4}-\d\d-\d\d/g) ?? []
    expect(Date.parse(to) - Date.parse(from)).toBe(89 * 86_400_000)
    const readme = readFileSync(path.join(folder, name, 'README.txt'), 'utf8')
    const typed = readme.split('\n').filter((line) => /^ {2}(sha256sum|find) /.test(line))
    expect(typed).toHaveLength(2)
    for (const line of typed) {
      const cwd = path.join(folder, name)
      expect(spawnSync('sh', ['-c', line], { cwd, encoding: 'utf8' })).toMatchObject({
        status: 0,
        stdout: '',
      })
    }
    expect((await snapproof(['evidence'])).stderr).toMatch(
      /is not empty; nothing was written\.\nmend: /,
    )
  })

  test('takes days, and says as JSON what was written', async () => {
    const out = path.join(folder, 'old')
    const args = ['evidence', '--from', '2025-01-01', '--to', '2025-03-31', '--out', out, '--json']
    const written = jsonShapes.evidence.parse(JSON.parse((await snapproof(args)).stdout))
    expect(written).toMatchObject({ folder: out, entries: 0 })
  })

  test.each([
    ['--from', 'yesterday'],
    ['--to', '2026-02-30'],
    ['--from', '2026-02-02', '--to', '2026-02-01'],
    ['more'],
  ])('refuses %s %s', async (...args) => {
    const out = path.join(folder, 'never')
    const fault = await refused(evidence, ['--out', out, ...args])
    expect(fault).toMatchObject({ code: 'bad-request' })
    expect(existsSync(out)).toBe(false)
  })
})

describe('the store, as programs read it', () => {
  test('a drill, what changed from copy to copy, and what was let go come as JSON', async () => {
    const drilled = await snapproof(['drill', 'tokens', '--json'])
    const { copies, rings } = jsonShapes.drill.parse(JSON.parse(drilled.stdout))
    expect(copies).toMatchObject([{ database: 'tokens', outcome: 'proven' }])
    expect(rings.filter(({ isHeard }) => !isHeard)).toEqual([])
    const ticket = copies[0]?.id ?? ''
    const compared = await snapproof(['diff', ticket, ticket, '--json'])
    expect(jsonShapes.diff.parse(JSON.parse(compared.stdout))).toHaveLength(1)
    const shown = await snapproof(['prune', '--json'])
    expect(jsonShapes.plan.parse(JSON.parse(shown.stdout))).toHaveLength(1)
    const applied = await snapproof(['prune', '--apply', '--json'])
    const { plans, results } = jsonShapes.prune.parse(JSON.parse(applied.stdout))
    expect(plans).toHaveLength(1)
    expect(results).toEqual([])
  })
})
