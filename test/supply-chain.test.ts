/** What needs no network; `npm run test:supply` has the rest. */
import { readFileSync, readdirSync } from 'node:fs'

import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { buildAt } from '../lib/adapters/build'

const Locked = z.object({
  version: z.string(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  optional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
})
const Lockfile = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), Locked) })

const locked = Object.entries(
  Lockfile.parse(JSON.parse(readFileSync('package-lock.json', 'utf8'))).packages,
)
  .filter(([place]) => place !== '')
  .map(([place, one]) => ({ name: place.replace(/^.*node_modules\//, ''), ...one }))

const deployed = locked.filter(({ dev, devOptional }) => dev !== true && devOptional !== true)

describe('the lockfile', () => {
  test('holds each package to its bytes, from the registry and from nowhere else', () => {
    const loose = locked.filter(
      ({ integrity, resolved }) =>
        !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '') ||
        !(resolved ?? 'https://registry.npmjs.org/').startsWith('https://registry.npmjs.org/'),
    )
    expect(locked.length).toBeGreaterThan(100)
    expect(loose).toEqual([])
  })

  test('has one package that runs a script when it is installed, and it is known', () => {
    const needed = locked.filter(({ hasInstallScript, optional }) => hasInstallScript && !optional)
    expect(needed.map(({ name }) => name)).toEqual(['esbuild'])
  })

  test('deploys nothing whose licence asks for more than its notice', () => {
    const free = ['MIT', 'MIT-0', 'ISC', '0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause']
    expect(deployed.map(({ name }) => name)).toEqual(expect.arrayContaining(['sql.js', 'zod']))
    expect(deployed.filter(({ license }) => !free.includes(license ?? ''))).toEqual([])
  })

  test.each(['sql.js', '@sqlite.org/sqlite-wasm'])('pins what verdicts rest on: %s', (engine) => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(dependencies[engine]).toMatch(/^\d+\.\d+\.\d+(-build\d+)?$/)
    expect(locked.find(({ name }) => name === engine)?.version).toBe(dependencies[engine])
  })
})

describe('the build', () => {
  const functions = readdirSync('packages/snapshots').map((name) => `packages/snapshots/${name}`)

  test('carries one hash in every function, of all that is sent', () => {
    const builds = functions.map((folder) => buildAt(folder))
    expect(builds[0]?.sha256).toMatch(/^[0-9a-f]{64}$/)
    for (const build of builds) expect(build).toEqual(builds[0])
    expect(buildAt('lib').sha256).toBeUndefined()
  })
})
