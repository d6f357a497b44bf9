/**
 * How does a script get onto the host and run there? By ssh, through its input, where no other user can read
 * what is in it; or as one paste. Either way nothing is done before all of it has arrived.
 */
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { Fault } from '../../faults'
import { exits, print, usage } from '../command'

const folderOf = (root: string): string => path.join(root, 'lib/droplet')

/** As one word of the shell. */
export const word = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What is read as it stands, up to a line that no such text has. */
const here = (call: string, text: string, mark: string): string =>
  `${call} <<'${mark}'\n${text.trimEnd()}\n${mark}`

export const withInput = (call: string, text: string): string => here(call, text, 'SETTINGS')

export const scriptNames = (root: string): string[] =>
  readdirSync(folderOf(root)).filter((name) => name.endsWith('.sh'))

/** The calls that put every script of this checkout into its place. */
export const puttingScripts = (root: string): string[] => [
  ...scriptNames(root).map((name) => {
    const packed = gzipSync(readFileSync(path.join(folderOf(root), name)), { level: 9 })
    const lines = packed.toString('base64').replaceAll(/.{76}/g, '$&\n')
    return here(`put ${name}`, lines, 'BASE64')
  }),
  'put_told',
]

const wholeOf = (root: string, calls: readonly string[]): string => {
  const can = readFileSync(path.join(root, 'lib/cli/droplet/host.sh'), 'utf8')
  // A function is read to its end before any of it is done, and nothing in it may eat the rest of the input.
  return `${can}\nmain() {\nas_root\n${calls.join('\n')}\nexit "$worst"\n}\nmain </dev/null\n`
}

/** An ssh of its own shell: a name that begins with a dash would be one of its options. */
const mustBeHost = (host: string): void => {
  if (!/^[^-\s][^\s]*$/.test(host)) throw usage(`"${host}" is no host that ssh knows: root@HOST`)
}

const noSsh = (cause: unknown): Fault =>
  new Fault(
    {
      code: 'settings',
      why: 'ssh is not on this machine; nothing was done.',
      mend: 'Install it (apt-get install openssh-client), or leave --ssh away and paste what is printed.',
    },
    { cause },
  )

const notReached = (host: string): Fault =>
  new Fault({
    code: 'platform',
    why: `ssh did not get to ${host}; what it says stands above.`,
    mend: `Mend that until this works, then do it again: ssh ${host} true`,
  })

const sudoRefused = [
  `printf 'snapproof: %s may not become root on %s without a password; nothing was done. sudo says: %s' "$(id -un)" "$(uname -n)" "$said" >&2`,
  `printf '\\nmend: Name one who may: --ssh root@HOST. Or leave --ssh away, and paste what is printed there, as root: sudo -i\\n' >&2`,
  `exit ${exits.couldNot}`,
].join('; ')

/** Root's own shell, or one by sudo where that asks for nothing: our input is the script. Any login shell takes it. */
export const remoteShell = `exec sh -c ${word(
  `[ "$(id -u)" = 0 ] && exec sh -s; said=$(sudo -n sh -c : 2>&1) || { ${sudoRefused}; }; exec sudo -n sh -s`,
)}`

const run = (host: string, script: string): Promise<number> =>
  new Promise((resolve, reject) => {
    // ssh asks at the terminal itself: for a host it does not know yet, for a passphrase.
    const child = spawn('ssh', ['-T', '--', host, remoteShell], { stdio: 'pipe' })
    child.stdout.on('data', (text: Buffer) => process.stdout.write(text.toString()))
    child.stderr.on('data', (text: Buffer) => process.stderr.write(text.toString()))
    child.on('error', (thrown) => reject(noSsh(thrown)))
    child.on('close', (code) => {
      if (code === 255) reject(notReached(host))
      else resolve(code ?? exits.couldNot)
    })
    // One that ended before it had read everything has said why.
    child.stdin.on('error', () => undefined)
    child.stdin.end(script)
  })

/** By ssh where a host is named; else what is printed is the one paste that does the same. */
export const atHost = async (
  root: string,
  { host, calls, title }: { host: string | undefined; calls: readonly string[]; title: string },
): Promise<number> => {
  const script = wholeOf(root, calls)
  if (host === undefined) {
    print(`# ${title} Paste all of it on the Droplet, as root, to the last line.`)
    // A blank before a command keeps it, where that is set, out of the shell's history.
    print(` sh <<'SNAPPROOF_PASTE'\n${script}SNAPPROOF_PASTE`)
    return exits.sound
  }
  mustBeHost(host)
  return run(host, script)
}
