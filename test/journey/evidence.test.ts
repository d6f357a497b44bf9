/** Everything here is verified by the programs an auditor has, and by none of ours. */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { writeEvidence } from '../../lib/cli/verbs/evidence'
import { noteDrill } from '../../lib/journey/bucket/drill-state'
import { parseTicket } from '../../lib/journey/bucket/ledger'
import { prune } from '../../lib/journey/prune'
import { entryKey } from '../../lib/rules/copy/snapshot'
import { payloadType } from '../../lib/rules/copy/statement'
import { opensslLine } from '../../lib/rules/digest/evidence'
import type { Span } from '../../lib/rules/digest/span'
import { seal } from '../../lib/rules/trust/seal'
import { testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { ofNewerBuild, resealed } from '../fixtures/newer'
import { keepCopy, keepDays, storedIds } from '../fixtures/told/kept'
import { planTheDayBefore } from '../fixtures/told/leaving'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-evidence-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const span: Span = {
  since: new Date('2026-02-01T00:00:00.000Z'),
  until: new Date('2026-03-01T23:59:59.999Z'),
}

let made = 0
const bundle = async (tools: TestTools, of = span) => {
  made += 1
  const out = path.join(folder, `bundle-${made}`)
  return writeEvidence(tools, { span: of, out })
}

const files = (where: string): string[] =>
  readdirSync(where, { recursive: true, encoding: 'utf8' }).toSorted()

const sh = (cwd: string, command: string) =>
  spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' })

const opensslLines = (where: string): string[] =>
  readFileSync(path.join(where, 'README.txt'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('openssl pkeyutl'))

/** What the README says to type; prints what does not hold. */
const verify = (where: string): string => {
  const sums = sh(where, 'sha256sum --quiet -c SHA256SUMS 2>&1')
  const signatures = opensslLines(where).map((line) => sh(where, `${line} 2>/dev/null`).stdout)
  return sums.stdout + signatures.join('')
}

const withHistory = async (): Promise<TestTools> => {
  const tools = testTools()
  await keepDays(tools, 20)
  await keepCopy(tools, { daysAgo: 3, database: 'sessions', outcome: 'failed' })
  const later = { ...tools, deadlineAt: new Date(tools.clock.now().getTime() + 900_000) }
  await planTheDayBefore(tools)
  await prune.run({}, later)
  const report = { at: tools.clock.now().toISOString(), copies: [], rings: [], left: [] }
  await noteDrill(report, {}, tools)
  return tools
}

describe('what a newer build signed', () => {
  test('is handed out as it is signed, and only the table cannot tell of it', async () => {
    const tools = await withHistory()
    const [id = ''] = storedIds(tools)
    const before = await bundle(tools)
    await ofNewerBuild(tools, entryKey('backups/', parseTicket(id)))
    const after = await bundle(tools)
    expect(after).toMatchObject({ entries: before.entries, untrusted: [] })
    expect(files(after.folder)).toEqual(files(before.folder))
    expect(verify(after.folder)).toBe('')
    const lines = (out: string) =>
      readFileSync(path.join(out, 'entries.csv'), 'utf8').trim().split('\n')
    expect(lines(after.folder)).toEqual(lines(before.folder).filter((line) => !line.includes(id)))
    expect(lines(after.folder)).toHaveLength(lines(before.folder).length - 1)
  })

  test('is named as that, where nobody here can read where it belongs', async () => {
    const tools = await withHistory()
    const key = [...tools.store.objects.keys()].find((one) => one.endsWith('.plan.json')) ?? ''
    await resealed(tools, key, () => ({ format: 99, steps: [] }))
    expect((await bundle(tools)).untrusted).toEqual([
      { path: key, why: 'a newer Snapproof wrote it, and only that one can say where it belongs' },
    ])
  })
})

describe('a bundle of evidence', () => {
  test('verifies with sha256sum and openssl alone, and holds what it says', async () => {
    const tools = await withHistory()
    const { folder: out, entries, journal, drills, untrusted } = await bundle(tools)
    expect(untrusted).toEqual([])
    expect(verify(out)).toBe('')
    const all = files(out)
    const count = (pattern: RegExp) => all.filter((name) => pattern.test(name)).length
    expect(count(/^entries\/.*\.json$/)).toBe(entries)
    expect(count(/^journal\/.*\.json$/)).toBe(journal)
    expect(count(/^drills\/.*\.json$/)).toBe(drills)
    expect(count(/\.sig$/)).toBe(entries + journal + drills)
    expect([journal, drills]).toEqual([2, 1])
    expect(entries).toBeGreaterThan(9)
    expect(all).toEqual(
      expect.arrayContaining(['README.txt', 'SHA256SUMS', 'entries.csv', 'public-key.pem']),
    )
    expect(all).not.toContain('public-key-previous.pem')
    const sums = readFileSync(path.join(out, 'SHA256SUMS'), 'utf8').trim().split('\n')
    const plain = all.filter((name) => /\.(json|signed|sig|pem|csv|txt)$/.test(name))
    expect(sums.map((line) => line.slice(66)).toSorted()).toEqual(plain)
    // The key is the one whose hash the README says.
    const der = sh(out, 'openssl pkey -pubin -in public-key.pem -outform DER | sha256sum').stdout
    expect(readFileSync(path.join(out, 'README.txt'), 'utf8')).toContain(der.slice(0, 64))
    // What was signed is what is read: the statement stands whole in it.
    const entry = all.find((name) => /^entries\/sessions\/.*\.signed$/.test(name)) ?? ''
    const signed = readFileSync(path.join(out, entry), 'utf8')
    const { subject, predicate } = JSON.parse(signed.slice(signed.indexOf('{')))
    expect(predicate).toMatchObject({ result: 'FAILED' })
    expect(subject[0].digest.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  test('shows what was changed afterwards, by either way', async () => {
    const { folder: out } = await bundle(await withHistory())
    const entry = files(out).find((name) => /^entries\/.*\.signed$/.test(name)) ?? ''
    appendFileSync(path.join(out, entry), ' ')
    expect(verify(out)).toContain(`${entry}: FAILED`)
    expect(verify(out)).toContain(`DOES NOT HOLD: ./${entry.replace('.signed', '.sig')}`)
    // Whoever computes the sums anew is still found by the signature.
    sh(out, 'find . -type f ! -name SHA256SUMS -printf "%P\\n" | xargs sha256sum >SHA256SUMS')
    expect(verify(out)).toBe(`DOES NOT HOLD: ./${entry.replace('.signed', '.sig')}\n`)
  })

  test('takes the days that were asked for, and no others', async () => {
    const tools = await withHistory()
    const day = {
      since: new Date('2026-02-28T00:00:00.000Z'),
      until: new Date('2026-02-28T23:59:59.999Z'),
    }
    const { folder: out, entries, drills } = await bundle(tools, day)
    expect({ entries, drills }).toEqual({ entries: 1, drills: 0 })
    expect(files(out).filter((name) => name.endsWith('.json'))).toEqual([
      expect.stringMatching(/^entries\/tokens\/tokens_2026-02-28T/),
    ])
    expect(verify(out)).toBe('')
  })

  test('has both keys while documents of the previous one are left', async () => {
    const tools = await withHistory()
    const previous = tools.settings.secrets.current
    const secrets = { current: 'a second secret, as long as the first one', previous }
    const rotated = { ...tools, settings: { ...tools.settings, secrets } }
    await keepCopy(rotated, { daysAgo: 0, database: 'new' })
    const { folder: out, untrusted } = await bundle(rotated)
    expect(untrusted).toEqual([])
    const names = files(out)
    expect(names.filter((name) => name.endsWith('.pem'))).toEqual([
      'public-key-previous.pem',
      'public-key.pem',
    ])
    expect(names.filter((name) => /^entries\/new\/.*\.sig$/.test(name))).toHaveLength(1)
    expect(
      names.filter((name) => /^entries\/tokens\/.*\.sig-previous$/.test(name)).length,
    ).toBeGreaterThan(5)
    expect(opensslLines(out)).toHaveLength(2)
    expect(verify(out)).toBe('')
    // One key does not pass for the other.
    const wrong = opensslLine({ file: 'public-key.pem', suffix: '.sig-previous' })
    expect(sh(out, `${wrong} 2>/dev/null`).stdout).toMatch(/DOES NOT HOLD/)
  })

  test('names what it cannot vouch for, and never hands it out', async () => {
    const tools = await withHistory()
    const keys = [...tools.store.objects.keys()].filter((key) => key.endsWith('.entry.json'))
    const [one = '', two = '', three = ''] = keys
      .filter((key) => key.includes('/2026/02/'))
      .slice(-3)
    const forged = seal('an enemy, with a secret of his own', payloadType, Buffer.from('{}'))
    await tools.store.put(one, Buffer.from(JSON.stringify(forged)))
    await tools.store.put(two, Buffer.from('nothing'))
    // A true entry under another name.
    const other = tools.store.objects.get(three)?.bytes ?? Buffer.alloc(0)
    const moved = three.replace(/_[0-9a-f]{6}\.entry/, '_ffffff.entry')
    await tools.store.put(moved, other)
    // A true document of the journal, where it would be written outside of the folder.
    const plan = [...tools.store.objects.keys()].find((key) => key.endsWith('.plan.json')) ?? ''
    const bytes = tools.store.objects.get(plan)?.bytes ?? Buffer.alloc(0)
    const outside = `backups/_journal/../../../${path.basename(plan)}`
    await tools.store.put(outside, bytes)
    const { folder: out, untrusted } = await bundle(tools)
    expect(Object.fromEntries(untrusted.map(({ path: key, why }) => [key, why]))).toEqual({
      [one]: 'it does not carry our signature',
      [two]: 'it is no signed document',
      [moved]: 'it is the entry of another copy',
      [outside]: 'it says itself that it belongs elsewhere',
    })
    const readme = readFileSync(path.join(out, 'README.txt'), 'utf8')
    for (const key of [one, two, moved, outside]) expect(readme).toContain(key)
    expect(verify(out)).toBe('')
    const names = files(out)
    for (const key of [one, two, moved])
      expect(names.join('\n')).not.toContain(path.basename(key, '.entry.json'))
    expect(readdirSync(folder).every((name) => name.startsWith('bundle-'))).toBe(true)
  })

  test('is never mixed with what is there already', async () => {
    const tools = testTools()
    const out = mkdtempSync(path.join(folder, 'bundle-full-'))
    writeFileSync(path.join(out, 'mine.txt'), 'mine')
    await expect(writeEvidence(tools, { span, out })).rejects.toThrow(/is not empty/)
    expect(readdirSync(out)).toEqual(['mine.txt'])
  })

  test('of an empty store is a bundle all the same', async () => {
    const { folder: out, entries } = await bundle(testTools())
    expect(entries).toBe(0)
    expect(verify(out)).toBe('')
    expect(execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: out }).toString()).toMatch(/OK/)
  })
})
