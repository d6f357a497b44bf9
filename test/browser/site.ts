/** A tiny platform: the handler behind an address, as the real one hands requests to it. */
import { createServer } from 'node:http'

import { servePage } from '../../lib/edge/serve-page'
import { mintToken } from '../../lib/rules/trust/tokens'
import type { TestTools } from '../fakes/tools'
import { secret } from '../fakes/tools'

export type Site = { url: string; close(): Promise<void>; show(tools: TestTools): void }

export const readToken = mintToken(secret, { scope: 'read', database: 'all', keyId: '00000001' })

export const openSite = async (prefix = '/api/v1/web/fn-1234/snapshots/status'): Promise<Site> => {
  let tools: TestTools | undefined
  let main = servePage(() => ({ ...shown() }))
  const shown = (): TestTools => {
    if (!tools) throw new Error('nothing is shown yet')
    return tools
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (!url.pathname.startsWith(prefix)) {
      response.writeHead(404).end()
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      )
      const http = {
        body: Buffer.concat(chunks).toString('base64'),
        headers,
        isBase64Encoded: true,
        method: request.method ?? 'GET',
        path: url.pathname.slice(prefix.length),
        queryString: url.search.slice(1),
      }
      void main({ http }).then((answer) =>
        response.writeHead(answer.statusCode, answer.headers).end(answer.body),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    show: (next) => {
      tools = next
      main = servePage(() => ({ ...next }))
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
