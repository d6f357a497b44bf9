/**
 * A fresh checkout with everything that setup meets: a store, a doctl that "deploys", and functions that answer as
 * those of a good set-up do. Only `.env` and what is written beside it are its own.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseEnv } from 'node:util'

import { buildAt } from '../../../lib/adapters/build'
import { readProject } from '../../../lib/local/project'
import { startStore } from '../../../lib/local/store/server'
import { readToken } from '../../../lib/rules/trust/tokens'

export const key = { SPACES_API_KEY: 'key-of-the-space', SPACES_API_SECRET: 'its secret: "#$' }

const functions = readProject(
  'project.yml',
  Object.fromEntries(
    [...readFileSync('project.yml', 'utf8').matchAll(/\$\{([A-Z0-9_]+)\}/g)].map(
      ([, name = '']) => [name, 'off'],
    ),
  ),
)

/** By the words of its source, as `deploy` reads them. */
const doctlWords = [
  "Deployed functions ('doctl sls fn get <funcName> --url' for URL):",
  ...functions.map(({ packageName, name }) => `  - ${packageName}/${name}`),
  'Deployed triggers:',
  ...functions.flatMap(({ triggers }) => triggers.map(({ name }) => `  - ${name}`)),
]

/** The functions, as a stranger and the doctor see them. */
const startFunctions = async (secretNow: () => string) => {
  const build = buildAt('packages/snapshots/status')
  const server = createServer((request, response) => {
    const name = (request.url ?? '').replace(/^\//, '')
    const token = (request.headers.authorization ?? '').replace('Bearer ', '')
    const isOurs = readToken(token, { current: secretNow() }, new Set()) !== undefined
    if (name === 'status/json' && isOurs) response.end(JSON.stringify({ build }))
    else if (/^(ticket|verdict|restore|status)/.test(name)) response.writeHead(401).end('no token')
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, server }
}

export const makeCheckout = async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'snapproof-setup-'))
  for (const name of ['lib', 'packages', 'node_modules', 'project.yml', 'package.json'])
    symlinkSync(path.resolve(name), path.join(root, name))
  cpSync('.env.example', path.join(root, '.env.example'))
  for (const folder of ['.build', 'bin']) mkdirSync(path.join(root, folder))
  for (const name of readdirSync('.build'))
    if (name !== 'deployed')
      symlinkSync(path.resolve('.build', name), path.join(root, '.build', name))

  const store = await startStore({
    folder: path.join(root, 'store'),
    buckets: ['copies', 'others'],
    accessKey: key.SPACES_API_KEY,
    secretKey: key.SPACES_API_SECRET,
  })
  const env = (): Record<string, string | undefined> => {
    try {
      return parseEnv(readFileSync(path.join(root, '.env'), 'utf8'))
    } catch {
      return {}
    }
  }
  const cloud = await startFunctions(() => env()['SNAPPROOF_SECRET'] ?? '')
  const file = path.join(root, 'bin/doctl')

  return {
    root,
    store,
    env,
    url: cloud.url,
    searchPath: `${path.join(root, 'bin')}:${process.env['PATH'] ?? ''}`,
    /** A doctl that is connected, and deploys what it is told to, or what is left of that. */
    installDoctl: (words: readonly string[] = doctlWords) =>
      writeFileSync(
        file,
        `#!/bin/sh
echo "$*" >>'${root}/doctl.calls'
case "$2" in
status) echo "Connected to functions namespace 'fn-0' on API host 'https://faas.example'" ;;
deploy) cat <<'END'
${words.join('\n')}
END
;;
functions) echo '${cloud.url}/ticket' ;;
esac
`,
        { mode: 0o755 },
      ),
    deploys: () =>
      readFileSync(path.join(root, 'doctl.calls'), 'utf8').match(/^serverless deploy/gm)?.length ??
      0,
    close: async () => {
      cloud.server.closeAllConnections()
      cloud.server.close()
      await store.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

export type Checkout = Awaited<ReturnType<typeof makeCheckout>>
