// What a file of settings means to push.sh and to restore.sh: one table of cases, run against both.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { makeDroplet } from '../fakes/droplet-services'
import type { Droplet } from '../fakes/droplet-services'

const cases = [
  { name: 'a plain word', line: 'NAME=word', value: 'word' },
  { name: 'an empty value', line: 'NAME=', value: '' },
  { name: '= within the value', line: 'NAME=YWJj=', value: 'YWJj=' },
  { name: 'export before the name', line: 'export NAME=word', value: 'word' },
  { name: 'blanks around the name', line: '  export \t NAME = word', value: 'word' },
  { name: 'blanks round the value', line: 'NAME= \t two words \t ', value: 'two words' },
  { name: 'a comment behind the value', line: 'NAME=word # a comment', value: 'word' },
  { name: 'a comment alone', line: 'NAME= # a comment', value: '' },
  { name: '# within the value', line: 'NAME=a#b', value: 'a#b' },
  {
    name: 'a comment with quotes in it',
    line: `NAME=word # not "this", nor 'that'`,
    value: 'word',
  },
  { name: 'double quotes', line: 'NAME="two  words"', value: 'two  words' },
  { name: 'single quotes', line: "NAME='two  words'", value: 'two  words' },
  { name: 'blanks within quotes', line: 'NAME=" word "', value: ' word ' },
  { name: '# within quotes', line: "NAME='a # b'", value: 'a # b' },
  { name: 'a comment behind quotes', line: 'NAME="a # b"  # not "this"', value: 'a # b' },
  { name: 'quotes within quotes', line: `NAME="it's"`, value: "it's" },
  { name: 'quotes within the other quotes', line: `NAME='say "so"'`, value: 'say "so"' },
  { name: 'quotes that are quoted whole', line: `NAME="'word'"`, value: "'word'" },
  { name: 'quotes that begin later', line: 'NAME=a="b"', value: 'a="b"' },
  { name: 'quotes that never end', line: 'NAME="word', value: '"word' },
  {
    name: 'a command',
    line: 'NAME=$(touch ran) `touch ran` $HOME',
    value: '$(touch ran) `touch ran` $HOME',
  },
  { name: 'a quoted command', line: 'NAME="$(touch ran)"', value: '$(touch ran)' },
  { name: 'backslashes', line: String.raw`NAME="a\nb\"`, value: String.raw`a\nb` + '\\' },
  { name: 'the end of a line as on Windows', line: 'NAME=word\r', value: 'word' },
  { name: 'the same, behind quotes', line: 'NAME="two words" # so\r', value: 'two words' },
  { name: 'a last line that does not end', line: "NAME='last'", value: 'last' },
].map((one, nth) => ({ ...one, key: `SNAPPROOF_CASE_${String.fromCodePoint(65 + nth)}` }))

const leftOut = [
  '# SNAPPROOF_CASE_OUT=a',
  'touch ran',
  'OTHER_CASE_OUT=b',
  'SNAPPROOF_case_out=c',
  'SNAPPROOF_CASE_OUT',
  'MY_SNAPPROOF_CASE_OUT=d',
  '',
]

const shells: [string, ...string[]][] = [['/usr/bin/dash'], ['/usr/bin/bash', '--posix']]
const readers = (['push.sh', 'restore.sh'] as const).flatMap((script) =>
  shells.map((shell) => ({ script, shell, by: shell.join(' ') })),
)

describe.each(readers)('$script under $by', ({ script, shell }) => {
  let droplet: Droplet
  let seen: string[]

  beforeAll(async () => {
    droplet = makeDroplet(script)
    droplet.shell = shell
    const file = join(droplet.home, 'cases.env')
    const lines = cases.map(({ key, line }) => line.replace('NAME', key))
    writeFileSync(file, [...leftOut, ...lines].join('\n'), { mode: 0o600 })
    const spy = `#!/bin/sh\n/usr/bin/env | /usr/bin/tee '${droplet.home}/environment'\n`
    writeFileSync(join(droplet.home, 'env'), spy, { mode: 0o755 })
    await droplet.run([file], { PATH: `${droplet.home}:${droplet.env['PATH'] ?? ''}` })
    seen = readFileSync(join(droplet.home, 'environment'), 'utf8').split('\n')
  })
  afterAll(() => droplet.remove())

  test.each(cases)('reads $name', ({ key, value }) => {
    const found = seen.filter((line) => line.startsWith(`${key}=`))
    expect(found).toEqual([`${key}=${value}`])
  })

  test('takes no other line, and runs none', () => {
    expect(seen.filter((line) => /CASE_OUT/i.test(line))).toEqual([])
    expect(existsSync(join(droplet.home, 'ran'))).toBe(false)
  })
})

describe.each([
  { script: 'push.sh', instead: 'Say --set, or push one.' },
  { script: 'restore.sh', instead: 'Restore one at a time.' },
] as const)('$script', ({ script, instead }) => {
  let droplet: Droplet
  beforeAll(() => void (droplet = makeDroplet(script)))
  afterAll(() => droplet.remove())

  test('says in --help what stands at its top, and so what is read', async () => {
    const { code, out, err } = await droplet.run(['--help'])
    const [top = ''] = readFileSync(`lib/droplet/${script}`, 'utf8').split('\n\n')
    const [, ...lines] = top.split('\n').map((line) => line.replace(/^# ?/, ''))
    expect({ code, out, err }).toEqual({ code: 0, out: `${lines.join('\n')}\n`, err: '' })
    for (const word of ['NAME=value', '`export`', 'blanks', 'quotes', '# with a blank before it'])
      expect(out).toContain(word)
  })

  test('refuses a second file', async () => {
    expect(await droplet.run(['one.env', 'two.env'])).toEqual({
      code: 2,
      out: '',
      err: `${script}: There is more than one SETTINGS.\nmend: ${instead}\n`,
    })
  })

  test('takes an option that it does not know for no file', async () => {
    const { code, err } = await droplet.run(['--zip'])
    expect(code).toBe(2)
    expect(err).toBe(
      `${script}: There is no option --zip.\nmend: ${script} --help tells which there are.\n`,
    )
  })
})

test('both read their settings by the same lines, and have none of their own', () => {
  for (const script of ['push.sh', 'restore.sh']) {
    const text = readFileSync(`lib/droplet/${script}`, 'utf8')
    expect(text).toContain('. "$here/ask.sh"')
    expect(text).not.toMatch(/^(settings|wanted|fields|field|patiently)\(\)|\beval\b/m)
  }
})
