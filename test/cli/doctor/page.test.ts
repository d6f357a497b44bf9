import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'

import { afterEach, describe, expect, test } from 'vitest'

import { probePage } from '../../../lib/cli/doctor/page'
import { servePage } from '../../../lib/edge/serve-page'
import { testTools } from '../../fakes/tools'

let close = (): unknown => undefined
afterEach(() => close())

type Behind = {
  host: string
  /** What of the browser's headers gets through to the function. */
  passed: (headers: IncomingHttpHeaders) => Record<string, string>
  isInsisting?: boolean
}

/** The real page, told of its name by whatever stands before it. */
const answering = async ({
  passed,
  isInsisting = false,
}: Omit<Behind, 'host'>): Promise<string> => {
  const main = servePage(() => testTools({ isPageOnSharedHost: isInsisting }))
  const server = createServer(({ headers, url = '' }, response) => {
    const path = url.replace(/^\/status/, '')
    void main({ http: { method: 'GET', path, headers: passed(headers) } }).then((answer) =>
      response.writeHead(answer.statusCode, answer.headers).end(answer.body),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close = () => server.close()
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `http://127.0.0.1:${port}`
}

const shared = 'faas-fra1-afec6ce7.doserverless.co'
const inner = { host: 'ccontroller' }

describe('the doctor’s look at the page', () => {
  test.each([
    {
      name: 'a shared host name',
      behind: { host: shared, passed: () => inner },
      state: 'note',
      says: 'is at a shared host name: see it by npx snapproof page',
    },
    {
      name: 'one where the operator insists',
      behind: { host: shared, passed: () => inner, isInsisting: true },
      state: 'note',
      says: 'asks for the token at a shared host name, where a neighbour may read it',
    },
    {
      name: 'a domain of one’s own',
      behind: {
        host: 'backups.example',
        passed: () => ({ ...inner, 'x-forwarded-host': 'backups.example' }),
      },
      state: 'ok',
      says: 'is at a domain of your own, and asks for the token there',
    },
    {
      name: 'a domain that the functions do not hear of',
      behind: { host: 'backups.example', passed: () => inner },
      state: 'note',
      says: 'is at a domain of your own, and takes it for a shared host name: see it by npx snapproof page',
    },
    {
      name: 'this machine',
      behind: {
        host: '127.0.0.1:4217',
        passed: ({ host }: IncomingHttpHeaders) => ({ host: host ?? '' }),
      },
      state: 'ok',
      says: 'is on this machine, and asks for the token there',
    },
  ])('knows $name', async ({ behind, state, says }) => {
    const seen = await probePage({ base: await answering(behind), host: behind.host })
    expect(seen).toMatchObject({ what: 'page', state, detail: says })
  })

  test('does not guess where nobody answers', async () => {
    expect(await probePage({ base: 'http://127.0.0.1:1', host: '' })).toMatchObject({
      state: 'unknown',
    })
  })
})
