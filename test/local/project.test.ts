import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { readProject } from '../../lib/local/project'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-project-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fileWith = (text: string): string => {
  const file = path.join(folder, 'project.yml')
  writeFileSync(file, text)
  return file
}

const text = `
packages:
  - name: snapshots
    environment: { SECRET: "\${A_SECRET}" }
    functions:
      - name: one
        runtime: "nodejs:22"
        main: main
        web: false
        limits: { timeout: 1000, memory: 128 }
        environment: { OWN: "1" }
`

test('a function gets the variables of its package and its own', () => {
  const [one] = readProject(fileWith(text), { A_SECRET: 'x' })
  expect(one).toMatchObject({ name: 'one', environment: { SECRET: 'x', OWN: '1' }, triggers: [] })
})

test.each([{ A_SECRET: '' }, {}])(
  'an empty or missing variable stops it, as it stops the deployer',
  (variables) => {
    expect(() => readProject(fileWith(text), variables)).toThrow(/A_SECRET/)
  },
)
