/** Is what the pages tell a person to type there, by that name and with these options? */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { runInNewContext } from 'node:vm'

import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import { verbs } from '../../lib/cli/main'
import { knownDatabases } from '../../lib/edge/databases'

import { blocksOf, pageOf, pages } from './pages'

/** The pages, and the code that prints commands to people. */
const sources = readdirSync('lib', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|sh)$/.test(name))
  .map((name) => path.join('lib', name))
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }))
const printed = [...pages.filter(({ file }) => file !== 'CHANGELOG.md'), ...sources]

/** What follows `npx snapproof` or `npm run --silent snapproof --`, to the end of what is typed. */
const typedIn = (text: string): string[] =>
  [...text.matchAll(/(?:npx snapproof|npm run --silent snapproof --) ([^`"\n]*)/g)].map(
    ([, rest = '']) => rest,
  )

const optionsOf = (typed: string): string[] =>
  [...typed.matchAll(/(?<=\s)--[a-z][a-z-]*/g)].map(([option]) => option)

/** What is wrong with a command, in words; undefined where its verb and its options are there. */
const complaintOf = async (typed: string): Promise<string | undefined> => {
  const verb = /^[a-z][a-z-]*/.exec(typed)?.[0]
  // A template, or one of several: VERB, ${words}, <verb>.
  if (verb === undefined) return undefined
  const known = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (known === undefined) return `${typed}: there is no verb ${verb}`
  const { help } = await known.load()
  // Behind && or ; another command begins.
  const [first = ''] = typed.split(/ && |;|, then/)
  const unknown = optionsOf(first).filter(
    (option) => option !== '--help' && !new RegExp(`${option}(?![\\w-])`).test(help),
  )
  return unknown.length === 0 ? undefined : `${typed}: ${verb} --help tells no ${unknown.join()}`
}

describe('the operator’s command', () => {
  test('has each verb and option that is printed anywhere', async () => {
    const typed = printed.flatMap(({ text }) => typedIn(text))
    expect(typed.length).toBeGreaterThan(40)
    const complaints = await Promise.all(typed.map(complaintOf))
    expect(complaints.filter((one) => one !== undefined)).toEqual([])
  })

  test('one that it has not is noticed', async () => {
    expect(await complaintOf('lst')).toContain('there is no verb lst')
    expect(await complaintOf('prune tokens --aply')).toContain('tells no --aply')
    expect(await complaintOf('prune tokens --apply --many')).toBeUndefined()
  })

  test('is told whole: lib/docs/commands.md has a line for each verb', () => {
    const told = [...pageOf('lib/docs/commands.md').matchAll(/^\| (`.*?) \| /gm)]
      .flatMap(([, cell = '']) => [...cell.matchAll(/`([a-z-]+)/g)])
      .map(([, verb = '']) => verb)
    for (const verb of Object.keys(verbs)) expect(told).toContain(verb)
  })
})

describe('what is typed on the Droplet', () => {
  test.each(['push.sh', 'restore.sh'])('%s has each option that a page names', (script) => {
    const help = execFileSync('sh', [`lib/droplet/${script}`, '--help'], { encoding: 'utf8' })
    const typed = pages.flatMap(({ text }) => [
      ...text.matchAll(new RegExp(`${script.replace('.', '\\.')}((?: [^\\s\`]+)*)`, 'g')),
    ])
    expect(typed.length).toBeGreaterThan(3)
    for (const [whole, rest = ''] of typed)
      for (const option of optionsOf(rest).filter((one) => one !== '--help'))
        expect(help, whole).toContain(option)
  })

  test('each setting that a page names is read by something', () => {
    const read = [...sources, { file: '', text: readFileSync('project.yml', 'utf8') }]
    for (const { file, text } of pages.filter((one) => one.file.startsWith('lib/docs/')))
      for (const [name] of text.matchAll(/\bSNAPPROOF_[A-Z_]+\b/g))
        expect(
          read.some((one) => one.text.includes(name)),
          `${file}: ${name}`,
        ).toBe(true)
  })
})

describe('what is typed in the checkout', () => {
  const Package = z.object({ scripts: z.record(z.string(), z.string()) })
  const { scripts } = Package.parse(JSON.parse(readFileSync('package.json', 'utf8')))

  test('npm has each script that is printed', () => {
    for (const { file, text } of pages)
      for (const [, name = ''] of text.matchAll(/\bnpm run (?:--silent )?([a-z][a-z:]*)/g))
        expect(Object.keys(scripts), file).toContain(name)
  })

  test('each block for a shell is one that a shell can read', () => {
    for (const { file, text } of pages)
      for (const block of blocksOf(text, 'sh')) {
        const { stderr } = spawnSync('sh', ['-n'], { input: block, encoding: 'utf8' })
        expect(stderr, file).toBe('')
      }
  })

  test('each file that a page names in our folders is there', () => {
    for (const { file, text } of pages.filter((one) => one.file.startsWith('lib/docs/')))
      for (const [, name = ''] of text.matchAll(/`((?:lib|test|packages|\.github)\/[\w./-]+)`/g))
        expect(existsSync(name), `${file}: ${name}`).toBe(true)
  })

  test('what the pages show of lib/databases.ts is taken as it is printed', () => {
    const shown = pages.flatMap(({ text }) => blocksOf(text, 'ts'))
    expect(shown.length).toBeGreaterThan(1)
    for (const block of shown) {
      const said: unknown = runInNewContext(`({${block}})`, { z })
      // One that asks another stands beside it.
      expect(Object.keys(knownDatabases(said))).not.toEqual([])
    }
  })
})
