/** Does an upgrade leave functions and scripts of this release, and an uninstall nothing but what is to be kept? */
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

import { uninstall } from '../../../lib/cli/droplet/uninstall'
import { upgrade } from '../../../lib/cli/droplet/upgrade'
import { makeHost } from '../../fakes/host'
import type { Host } from '../../fakes/host'
import { key, makeCheckout } from '../setup/checkout'
import type { Checkout } from '../setup/checkout'

let checkout: Checkout
let host: Host
let printed: string

beforeAll(async () => {
  checkout = await makeCheckout()
  checkout.installDoctl()
  host = makeHost()
  vi.stubEnv('PATH', `${path.join(checkout.root, 'bin')}:${host.searchPath}`)
  const settings = {
    ...key,
    SPACES_ENDPOINT: checkout.store.endpoint,
    SPACES_REGION: 'fra1',
    SPACES_BUCKET: 'copies',
    SNAPPROOF_SECRET: '0123456789abcdef0123456789abcdef',
    SNAPPROOF_URL: checkout.url,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`)
  writeFileSync(path.join(checkout.root, '.env'), lines.join(''))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  host.remove()
  await checkout.close()
})
beforeEach(() => {
  printed = ''
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      printed += String(text)
      return true
    })
  return () => vi.restoreAllMocks()
})

const bin = () => path.join(host.root, 'usr/local/bin')

describe('upgrade', () => {
  test('does nothing to a host that has nothing of ours', async () => {
    expect(await upgrade.run(['--ssh', 'root@droplet'], checkout.root)).toBe(2)
    expect(printed).toContain('answers, as it was built here')
    expect(printed).toContain('No database is enrolled')
    expect(readdirSync(bin())).toEqual([])
  })

  test('sends the functions, then replaces the scripts of an earlier release, and nothing else', async () => {
    for (const name of ['push.sh', 'restore.sh'])
      cpSync(path.join('test/released/1', name), path.join(bin(), name))
    mkdirSync(path.join(host.root, 'etc/snapproof'))
    writeFileSync(path.join(host.root, 'etc/snapproof/tokens.env'), 'SNAPPROOF_DATABASE=tokens\n')
    const deploys = checkout.deploys()
    expect(await upgrade.run(['--ssh', 'root@droplet'], checkout.root)).toBe(0)
    expect(checkout.deploys()).toBe(deploys + 1)
    expect(printed).toMatch(/scripts {6}in \S+\/usr\/local\/bin, new: .*push\.sh/)
    for (const name of readdirSync('lib/droplet'))
      expect(readFileSync(path.join(bin(), name), 'utf8')).toBe(
        readFileSync(path.join('lib/droplet', name), 'utf8'),
      )
    expect(host.read('etc/snapproof/tokens.env')).toBe('SNAPPROOF_DATABASE=tokens\n')
    printed = ''
    // One that does not answer keeps no other waiting, wherever it stands.
    const hosts = ['nowhere', 'root@one', 'nowhere'].flatMap((name) => ['--ssh', name])
    const said = await upgrade.run(hosts, checkout.root).catch(String)
    expect(said).toContain('ssh did not get to nowhere')
    expect(printed).toContain('/usr/local/bin, as they were\n')
    expect(printed).toContain('ssh did not get to nowhere')
  })

  test('without --ssh ends with one paste that does the same', async () => {
    expect(await upgrade.run([], checkout.root)).toBe(0)
    writeFileSync(path.join(bin(), 'ask.sh'), '# an older SNAPPROOF script\n')
    const paste = printed.slice(printed.indexOf('# The scripts of this release.'))
    expect(await host.paste(paste)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(', new: ask.sh\n'),
    })
  })
})

describe('uninstall', () => {
  test('says what stands where, and does the part of the Droplet', async () => {
    writeFileSync(path.join(host.root, 'etc/cron.d/snapproof-tokens'), '')
    writeFileSync(path.join(bin(), 'other.sh'), '')
    expect(await uninstall.run(['--ssh', 'root@droplet'], checkout.root)).toBe(0)
    expect(printed).toContain('doctl serverless undeploy snapshots --packages\n')
    expect(printed).toContain(
      'undeploy snapproof-watch snapproof-prune snapproof-drill --triggers\n',
    )
    expect(printed).toContain(`copies at ${checkout.store.endpoint}: not touched`)
    expect(printed).not.toContain(key.SPACES_API_SECRET)
    expect(readdirSync(bin())).toEqual(['other.sh'])
    expect(host.has('etc/snapproof') || host.has('etc/cron.d/snapproof-tokens')).toBe(false)
  })
})
