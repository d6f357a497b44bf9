/** Does the Tab key offer what there is: each verb, the options that its help tells, the databases? */
import { spawnSync } from 'node:child_process'

import { afterAll, describe, expect, test } from 'vitest'

import { knownDatabases } from '../../lib/edge/databases'
import { startCommand } from '../fakes/command'

const command = startCommand()
afterAll(() => command.end())
const snapproof = (...args: string[]) => command.run(args, { PATH: process.env['PATH'] ?? '' })

const databases = Object.keys(knownDatabases())

/** What bash is told to offer behind each verb. */
const offeredBy = (script: string): [verb: string, words: string[]][] =>
  [...script.matchAll(/^ {4}([a-z-]+)\) words='([^']*)' ;;$/gm)].map(
    ([, verb = '', words = '']) => [verb, words.split(' ')],
  )

describe('completion', () => {
  test('offers in bash what has been begun, as bash itself says', async () => {
    const script = `${(await snapproof('completion', 'bash')).stdout}
offered() { COMP_WORDS=(snapproof "$@") COMP_CWORD=$#; _snapproof; echo "\${COMPREPLY[*]}"; }
offered ver; offered verify --; offered drill --r; offered list ''; offered list --x; offered nothing ''
complete -p snapproof`
    const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-uc', script], {
      encoding: 'utf8',
    })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    const [verify, options, ring, list, nothing, unknown, last] = stdout.split('\n')
    expect(verify).toBe('verify')
    expect(options?.split(' ')).toEqual(expect.arrayContaining(['--json', '--database', '--help']))
    expect(ring).toBe('--ring')
    expect(list).toBe([...databases, '--help', '--json'].join(' '))
    expect({ nothing, unknown }).toEqual({ nothing: '', unknown: '' })
    expect(last).toContain('-F _snapproof snapproof')
  })

  test('names the same verbs in zsh, each with what is said of it', async () => {
    const bash = offeredBy((await snapproof('completion', 'bash')).stdout)
    const { stdout } = await snapproof('completion', 'zsh')
    const listed = (await snapproof('--help')).stdout
    for (const [verb] of bash) {
      expect(listed).toMatch(new RegExp(`^ {2}${verb} `, 'm'))
      expect(stdout).toMatch(new RegExp(`^ {4}'${verb}:.{10,}'$`, 'm'))
    }
    expect(bash.length).toBeGreaterThan(20)
    expect(stdout).toMatch(/^#compdef snapproof\n/)
  })

  const hasZsh = spawnSync('zsh', ['--version']).status === 0

  test.skipIf(!hasZsh)('offers in zsh what there is, and files where nothing is', async () => {
    const { stdout: script } = await snapproof('completion', 'zsh')
    // What zsh calls at its Tab key, in a zsh that has no keys.
    const beneath = `compdef() { print -r -- "$2: $1" }
_describe() { print -rl -- "\${verbs[@]%%:*}" }
_files() { print files }
compadd() { shift; local -a found=("\${(@M)@:#$words[CURRENT]*}"); print -r -- $found; (( $#found )) }
${script}
offered() { local -a words=(snapproof "$@"); local CURRENT=$#words; _snapproof }
offered ver; offered verify --js; offered list ''; offered verify backup.d; offered nothing ''`
    const { stdout, stderr, status } = spawnSync('zsh', ['-f', '-c', beneath], { encoding: 'utf8' })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    const bash = offeredBy((await snapproof('completion', 'bash')).stdout)
    expect(stdout.trimEnd().split('\n')).toEqual([
      'snapproof: _snapproof',
      ...bash.map(([verb]) => verb),
      '--json',
      [...databases, '--help', '--json'].join(' '),
      '',
      'files',
      'files',
    ])
  })

  test('offers no option that its verb does not take', async () => {
    for (const [verb, words] of offeredBy((await snapproof('completion', 'bash')).stdout))
      for (const option of words.filter((one) => one.startsWith('--') && one !== '--help')) {
        // An option of no verb behind it: nothing is begun, and that one alone is complained of.
        const { code, stderr } = await snapproof(verb, `${option}=`, '--of-no-verb')
        expect(code, `${verb} ${option}`).toBe(2)
        expect(stderr, verb).toMatch(/There is no option --of-no-verb here|takes no value/)
      }
  })
})
