/**
 * A copy of the tree in which anything may be broken, and which is gone when the run ends, however it ends.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export type Scratch = { root: string; files: readonly string[]; remove(): void }

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
  const files = filesOf(tree)
  for (const file of files) cpSync(path.join(tree, file), path.join(root, file))
  symlinkSync(path.join(tree, 'node_modules'), path.join(root, 'node_modules'))
  return { root, files, remove: () => rmSync(root, { recursive: true, force: true }) }
}
