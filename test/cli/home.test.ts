import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { findHome, localSecrets, noteStore } from '../../lib/cli/home'
import type { Home } from '../../lib/cli/home'

let root: string
let home: Home
let file: string

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'snapproof-home-'))
  const folder = path.join(root, '.snapproof')
  home = { root, folder, isEmbedded: true, variables: {} }
  file = path.join(folder, 'secrets.json')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('the secrets of one machine', () => {
  test('are made on the first start, whole, for their owner alone, and stay', () => {
    const made = localSecrets(home)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(made)
    expect(readdirSync(home.folder)).toEqual(['secrets.json'])
    expect(localSecrets(home)).toEqual(made)
  })

  test.each([
    { name: 'empty', text: () => '' },
    { name: 'cut off', text: (whole: string) => whole.slice(0, 100) },
    { name: 'no JSON', text: () => 'secret' },
    { name: 'without one of them', text: () => '{"accessKey":"a","secretKey":"b"}' },
  ])('are never made anew over a file that is $name', ({ text }) => {
    localSecrets(home)
    const damaged = text(readFileSync(file, 'utf8'))
    writeFileSync(file, damaged)
    expect(() => localSecrets(home)).toThrow(
      expect.objectContaining({
        code: 'settings',
        why: `${file} is damaged, and without it no copy in the store beside it can be trusted. Nothing was changed.`,
        mend: expect.stringContaining('Bring this file back'),
      }),
    )
    expect(readFileSync(file, 'utf8')).toBe(damaged)
  })

  test('are not made anew beside a store that others have signed', () => {
    mkdirSync(path.join(home.folder, 'store'), { recursive: true })
    expect(() => localSecrets(home)).toThrow(/is gone/)
    expect(readdirSync(home.folder)).toEqual(['store'])
  })
})

describe('the settings of one machine', () => {
  test('are those of .env, or none where there is no such file', () => {
    expect(findHome(root).isEmbedded).toBe(true)
    writeFileSync(path.join(root, '.env'), 'SPACES_API_KEY=key\nSPACES_API_SECRET=secret\n')
    expect(findHome(root).isEmbedded).toBe(false)
  })

  test('are not taken for none where .env cannot be read', () => {
    mkdirSync(path.join(root, '.env'))
    expect(() => findHome(root)).toThrow(
      expect.objectContaining({
        code: 'settings',
        why: `${path.join(root, '.env')} cannot be read or written (EISDIR).`,
      }),
    )
  })
})

describe('which store a command is about', () => {
  const noted = (changes: Partial<Home>): string => {
    const said: string[] = []
    const written = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.push(String(text))
      return true
    })
    noteStore({ ...home, ...changes })
    written.mockRestore()
    return said.join('')
  }

  test('is said where .env names none, so that nobody takes it for the cloud’s', () => {
    expect(noted({})).toBe(
      `note: .env names no store, so this is about the one of "npm start" on this machine: ${home.folder}\n`,
    )
  })

  test('is not said to whoever named it', () => {
    expect(noted({ isEmbedded: false })).toBe('')
    expect(noted({ variables: { SNAPPROOF_HOME: home.folder } })).toBe('')
  })
})
