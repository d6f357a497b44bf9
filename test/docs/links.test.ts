/** Does every link in what a person reads lead somewhere, and is every page reached? */
import { existsSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import { pageOf, pages, proseOf } from './pages'

/** Where GitHub's rendering puts the anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (text: string): string[] =>
  [...proseOf(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading))

const linksOf = (text: string): string[] =>
  [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)

/** What is wrong with a link of a page, in words; undefined where it leads somewhere. */
const complaintOf = (file: string, link: string): string | undefined => {
  if (/^https:\/\/\w/.test(link)) return undefined
  const [name = '', anchor] = link.split('#')
  const target = name === '' ? file : path.join(path.dirname(file), name)
  if (!existsSync(target)) return `${link}: there is no ${target}`
  if (anchor === undefined || anchorsOf(pageOf(target)).includes(anchor)) return undefined
  return `${link}: ${target} has no such heading`
}

describe.each(pages)('$file', ({ file, text }) => {
  test('has no link that leads nowhere', () => {
    const complaints = linksOf(text).map((link) => complaintOf(file, link))
    expect(complaints.filter((one) => one !== undefined)).toEqual([])
  })
})

test('a link that leads nowhere is noticed', () => {
  expect(complaintOf('README.md', 'lib/docs/gone.md')).toContain('there is no lib/docs/gone.md')
  expect(complaintOf('lib/docs/settings.md', '../../README.md#gone')).toContain('no such heading')
  expect(complaintOf('lib/docs/settings.md', '../../README.md#restoring-at-3-am')).toBeUndefined()
})

test('each page of lib/docs is reached from the README, and begins with its name', () => {
  const reached = linksOf(pageOf('README.md')).map((link) => link.replace(/#.*/, ''))
  for (const { file, text } of pages.filter((one) => one.file.startsWith('lib/docs/'))) {
    expect(reached, file).toContain(file)
    expect(text, file).toMatch(/^# \S/)
  }
})

test('the README is read in one go', () => {
  expect(pageOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150)
})
