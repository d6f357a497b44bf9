/**
 * A store whose bucket is open to strangers and deletes by itself, until it is told otherwise. What it knows of the
 * bucket's settings is its own; everything else is answered by the store behind it, if there is one.
 */
import { createServer, request as ask } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'

const refusal = '<Error><Code>NoSuchLifecycleConfiguration</Code></Error>'

export const startOpenBucket = async (behind?: string) => {
  const bucket = { acl: 'public-read', hasPolicy: true, rules: new Array<string>() }
  const asked: string[] = []

  const settle = (call: string, request: IncomingMessage, body: string): string | undefined => {
    if (call === 'GET lifecycle')
      return bucket.rules.length === 0
        ? refusal
        : `<LifecycleConfiguration>${bucket.rules.join('')}</LifecycleConfiguration>`
    if (call === 'PUT lifecycle') bucket.rules = body.match(/<Rule>.*?<\/Rule>/g) ?? []
    else if (call === 'DELETE lifecycle') bucket.rules = []
    else if (call === 'PUT acl') bucket.acl = String(request.headers['x-amz-acl'])
    else if (call === 'DELETE policy') bucket.hasPolicy = false
    else return undefined
    return ''
  }

  const pass = (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    // The host is signed: the store behind it must see the one that was asked.
    const options = { method: request.method, path: request.url, headers: request.headers }
    const on = ask(new URL(behind ?? ''), options, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    on.end(body)
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { search } = new URL(request.url ?? '', 'http://x')
      const call = `${request.method} ${search.replaceAll(/[?&=]|x-id.*/g, '')}`
      asked.push(call)
      const isStranger = !request.headers.authorization && !search.includes('X-Amz-Signature')
      const answer = settle(call, request, Buffer.concat(parts).toString())
      if (answer !== undefined) response.writeHead(answer === refusal ? 404 : 200).end(answer)
      else if (isStranger && bucket.acl !== 'private' && request.method === 'GET') response.end()
      else if (behind === undefined) response.writeHead(501).end()
      else pass(request, response, Buffer.concat(parts))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    bucket,
    asked,
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type OpenBucket = Awaited<ReturnType<typeof startOpenBucket>>

export const deletingRule = (prefix: string): string =>
  `<Rule><ID>${prefix}</ID><Filter><Prefix>${prefix}</Prefix></Filter><Status>Enabled</Status><Expiration><Days>30</Days></Expiration></Rule>`
