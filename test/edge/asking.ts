/** How people and programs ask the status function. */
import { servePage } from '../../lib/edge/serve-page'
import { carried } from '../../lib/local/answer'
import type { Tools } from '../../lib/ports'
import { mintToken } from '../../lib/rules/trust/tokens'
import { secret } from '../fakes/tools'

export const token = mintToken(secret, { scope: 'read', database: 'all', keyId: '00000001' })
export const pushToken = mintToken(secret, { scope: 'push', database: 'tokens', keyId: '00000001' })

export const bearer = { authorization: `Bearer ${token}` }
export const cookie = { cookie: `snapproof_read=${token}` }

/** A domain that is nobody else's, where the page may be used by a person. */
export const ownHost = 'backups.example'

type Question = {
  path?: string
  method?: string
  headers?: Record<string, string>
  body?: string
  query?: string
}

export const eventOf = ({
  path = '',
  method = 'GET',
  headers = {},
  body = '',
  query = '',
}: Question) => ({
  http: {
    body,
    headers: { host: ownHost, ...headers },
    method,
    path,
    queryString: query,
    isBase64Encoded: false,
  },
})

/** What comes to whoever asks, carried as the platform carries it. */
export const ask = async (tools: Tools, question: Question = {}) => {
  const answer = carried(await servePage(() => tools)(eventOf(question)))
  if (!answer) throw new Error('the platform carries no such answer')
  return { ...answer, body: answer.body.toString() }
}

/** As a reader who is known already. */
export const look = async (tools: Tools, path = '') => ask(tools, { path, headers: cookie })
