/** What a person can read about Snapproof: every page of it, as text. */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

export type Page = { file: string; text: string }

const under = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name))

export const pages: readonly Page[] = [
  'README.md',
  'CHANGELOG.md',
  'lib/README.md',
  'test/README.md',
  ...under('lib/docs'),
  ...under('.github'),
].map((file) => ({ file, text: readFileSync(file, 'utf8') }))

export const pageOf = (file: string): string => {
  const found = pages.find((one) => one.file === file)
  if (found === undefined) throw new Error(`there is no page ${file}`)
  return found.text
}

/** The text outside of blocks of code: what is a link there is none. */
export const proseOf = (text: string): string => text.replaceAll(/^ *```[^]*?^ *```$/gm, '')

/** What stands between a pair of fences of that sort, block by block. */
export const blocksOf = (text: string, sort: string): string[] =>
  [...text.matchAll(new RegExp(`^( *)\`\`\`${sort}\\n([^]*?)^ *\`\`\`$`, 'gm'))].map(
    ([, indent = '', block = '']) => block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
