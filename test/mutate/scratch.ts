/**
 * A copy of the tree in which anything may be broken, and which is gone when the run ends, however it ends.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export type Scratch = { root: string; files: readonly string[]; remove(): void }

/** What the tests build, beside the folders that they make: what one of them built breaks the next one's. */
const builtIn = (root: string): string[] => [
  'packages',
  ...readdirSync(path.join(root, '.build'), { withFileTypes: true })
    .filter((one) => one.isFile())
    .map(({ name }) => path.join('.build', name)),
]

/** Keeps what is built now; the answer puts it there again. */
export const keptBuild = (root: string): (() => void) => {
  const kept = path.join(root, '.build', 'kept')
  for (const name of builtIn(root))
    cpSync(path.join(root, name), path.join(kept, name), { recursive: true })
  return () => {
    if (existsSync(kept)) cpSync(kept, root, { recursive: true })
  }
}

/** What git knows and what it does not know yet, without what it ignores. */
const filesOf = (root: string): string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((file) => file !== '')

export const scratchOf = (tree: string): Scratch => {
  const root = mkdtempSync(path.join(tmpdir(), 'snapproof-mutate-'))
  // The tests run scripts as another user too, who must come to what they make in it: or they fail of
  // themselves, and their whole file is asked no more.
  chmodSync(root, 0o755)
  const files = filesOf(tree)
  for (const file of files) cpSync(path.join(tree, file), path.join(root, file))
  symlinkSync(path.join(tree, 'node_modules'), path.join(root, 'node_modules'))
  return { root, files, remove: () => rmSync(root, { recursive: true, force: true }) }
}
