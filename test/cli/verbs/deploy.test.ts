/** Is it told when something did not get to the cloud, and does every value get there whole and unseen? */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

import { complaintOf } from '../../../lib/cli/verbs/deploy'
import { readProject } from '../../../lib/local/project'
import { startCommand } from '../../fakes/command'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-deploy-'))
const command = startCommand()
afterAll(() => {
  command.end()
  rmSync(folder, { recursive: true, force: true })
})

const values = {
  SPACES_ENDPOINT: 'https://fra1.digitaloceanspaces.com',
  SPACES_REGION: 'fra1',
  SPACES_BUCKET: 'copies',
  SPACES_API_KEY: 'key-of-the-space',
  SPACES_API_SECRET: 'se"cr\\et: # $& {of} the\tspace',
  OBJECTS_ENDPOINT: 'off',
  OBJECTS_REGION: 'off',
  OBJECTS_BUCKET: 'off',
  OBJECTS_API_KEY: 'key-of-the-app',
  OBJECTS_API_SECRET: 'secret-of-the-app',
  SECOND_ENDPOINT: 'https://s3.elsewhere.example',
  SECOND_REGION: 'elsewhere',
  SECOND_BUCKET: 'copies',
  SECOND_API_KEY: 'key-of-the-second',
  SECOND_API_SECRET: 'secret-of-the-second',
  SECOND_WRITE_API_KEY: 'key-that-writes',
  SECOND_WRITE_API_SECRET: 'secret-that-writes',
  SECOND_PRUNE_API_KEY: 'key-that-deletes',
  SECOND_PRUNE_API_SECRET: 'secret-that-deletes',
  SNAPPROOF_SECRET: `0123456789abcdef"0123456789abcdef\\`,
  SNAPPROOF_SECRET_PREVIOUS: 'off',
  SNAPPROOF_REVOKED_KEYS: 'off',
  SNAPPROOF_NAMESPACE_KEY: 'off',
  ALERTS: 'off',
  ALERTS_REMIND: 'off',
  HEARTBEAT_URL: 'off',
  KEEP_RECORDS: 'off',
  PAGE_ON_SHARED_HOST: 'off',
}

const functions = readProject('project.yml', values)
const names = functions.map(({ packageName, name }) => `${packageName}/${name}`)
const triggers = functions.flatMap((one) => one.triggers.map(({ name }) => name))

/** What the deployer prints, by its source. */
const printed = (changes: { functions?: string[]; triggers?: string[]; more?: string[] } = {}) => [
  "Deploying '/srv/snapproof'",
  "  to namespace 'fn-0000'",
  "  on host 'https://faas-fra1.doserverless.co'",
  "Deployment status recorded in '.deployed'",
  '',
  "Deployed functions ('doctl sls fn get <funcName> --url' for URL):",
  ...(changes.functions ?? names).map((name) => `  - ${name}`),
  ...((changes.triggers ?? triggers).length > 0
    ? ['Deployed triggers:', ...(changes.triggers ?? triggers).map((name) => `  - ${name}`)]
    : []),
  ...(changes.more ?? []),
]

describe('what the deployer printed', () => {
  const expected = { functions: names, triggers }
  const said = (lines: string[], code = 0) => complaintOf({ code, lines }, expected)?.why

  test('of everything is no complaint', () => {
    expect(said(printed())).toBeUndefined()
  })

  test.each([
    ['of a failure', 0, printed({ functions: names.slice(1), more: ['Failures:', 'Error: no'] })],
    ['of nothing', 0, ['', 'Nothing deployed']],
    ['before it ended in an error', 1, printed()],
  ])('%s is a complaint', (_, code, lines) => {
    expect(said(lines, code)).toBe('Not everything could be deployed.')
  })

  test('of fewer functions names those that are not among them', () => {
    expect(said(printed({ functions: names.slice(2) }))).toContain(names.slice(0, 2).join(', '))
    expect(said([])).toContain('snapshots/ticket')
  })

  test('of timers that were left out names them, though the deployer ended well', () => {
    const left = said(printed({ triggers: [], more: ['Skipped 3 triggers'] }))
    expect(left).toContain('snapproof-watch, snapproof-prune, snapproof-drill')
    expect(said(printed({ triggers: ['snapproof-watch'] }))).toContain(
      'without snapproof-prune, snapproof-drill:',
    )
  })
})

describe('snapproof deploy', () => {
  const doctl = (lines: readonly string[]) => {
    const script = `#!/bin/sh
[ "$2" = deploy ] || { echo https://faas.example/api/v1/web/fn-0000/snapshots/ticket; exit; }
node -e 'console.log(JSON.stringify(process.env))' >'${folder}/env.json'
cat <<'END'
${lines.join('\n')}
END
`
    writeFileSync(path.join(folder, 'doctl'), script, { mode: 0o755 })
  }
  const deployed = (changes: Record<string, string> = {}) =>
    command.run(['deploy'], {
      ...values,
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      ...changes,
    })

  test('hands every value over whole, and says what is left to be done', async () => {
    doctl(printed())
    const { code, stdout, stderr } = await deployed()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const handed = JSON.parse(readFileSync(path.join(folder, 'env.json'), 'utf8'))
    for (const [name, value] of Object.entries(values))
      expect(parse(`"${handed[name]}"`), name).toBe(value)
    expect(stdout).toContain(
      '    SNAPPROOF_URL=https://faas.example/api/v1/web/fn-0000/snapshots\n',
    )
    expect(stdout).toMatch(/npx snapproof doctor\n$/)
  })

  test('shows no secret, whatever the deployer prints', async () => {
    const [, written] = /^"(.*)"$/.exec(JSON.stringify(values.SPACES_API_SECRET)) ?? []
    doctl([`bad line: ${values.SPACES_API_SECRET} ${written} ${values.SNAPPROOF_SECRET}`])
    const { code, stdout, stderr } = await deployed()
    expect(code).toBe(2)
    expect(stdout).toBe('bad line: (hidden) (hidden) (hidden)\n')
    expect(stderr).toMatch(/^snapproof: .+\nmend: .+\n$/)
  })

  test('ends with 2 where the timers were left out', async () => {
    doctl(printed({ triggers: [], more: ['Skipped 3 triggers'] }))
    const { code, stderr } = await deployed({ SNAPPROOF_URL: 'https://faas.example/x' })
    expect(code).toBe(2)
    expect(stderr).toContain('mend: doctl makes triggers with the token of the account alone')
  })

  test.each([
    ['without a store', { SPACES_API_KEY: 'off', SPACES_API_SECRET: 'off' }, 'cp .env.example'],
    ['without doctl', { PATH: '/nowhere' }, 'doctl auth init'],
    ['with a setting that is none', { SPACES_REGION: '' }, 'SPACES_REGION'],
  ])('does nothing %s, and says the mend', async (_, changes, mend) => {
    const ended = await deployed(changes)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain(mend)
  })
})
