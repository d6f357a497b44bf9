/** What a caller is refused before any step is asked, to the letter. */
import { expect, test } from 'vitest'

import { grantAccess } from '../../../lib/edge/access'
import { readEvent } from '../../../lib/edge/event'
import { serve } from '../../../lib/edge/serve'
import { ticket } from '../../../lib/journey/ticket'
import { verify } from '../../../lib/journey/verify'
import { mintToken } from '../../../lib/rules/trust/tokens'
import { secret, testSettings, testTools } from '../../fakes/tools'
import { faultOf } from '../../fixtures/faults'

const web = (more: Record<string, unknown>) => ({
  http: { method: 'POST', path: '', queryString: '', headers: {}, body: '', ...more },
})

const again =
  'Send the fields of the call and nothing else; the snapshot goes to the upload address.'

test.each([
  { what: 'path', most: 1024, of: (text: string) => ({ path: text }) },
  { what: 'query', most: 16_384, of: (text: string) => ({ queryString: text }) },
  { what: 'request', most: 16_384, of: (text: string) => ({ body: text }) },
])('a $what of more than $most bytes', async ({ what, most, of }) => {
  expect(readEvent(web(of('/'.repeat(most)))).isWeb).toBe(true)
  expect(await faultOf(() => readEvent(web(of('/'.repeat(most + 1)))))).toEqual({
    code: 'bad-request',
    why: `The ${what} is longer than ${most} bytes.`,
    mend: again,
  })
})

test.each(['{', '[1]', '{"a":'])('a body that is no JSON object: %s', async (body) => {
  const headers = { 'content-type': 'application/json' }
  expect(await faultOf(() => readEvent(web({ body, headers })))).toEqual({
    code: 'bad-request',
    why: 'The body is no JSON object.',
    mend: 'Send form fields, or one JSON object with the same names.',
  })
})

const grant = (token: string | undefined, wanted: Parameters<typeof grantAccess>[1]) =>
  faultOf(() => grantAccess(token, wanted, testSettings))

test.each([
  ['push', 'tokens', 'tokens'],
  ['push', '', 'DATABASE'],
  ['restore', 'tokens', 'tokens --restore'],
  ['read', 'tokens', '--read'],
] as const)(
  'who shows no token for %s of "%s", or none that is valid',
  async (scope, database, words) => {
    const mend = `Make a new one: npm run --silent snapproof -- enroll ${words}`
    const code = 'unauthorised'
    expect(await grant(undefined, { scope, database })).toEqual({
      code,
      why: 'No token came with the request.',
      mend,
    })
    expect(await grant('Bearer nonsense', { scope, database })).toEqual({
      code,
      why: 'The token is not valid here.',
      mend,
    })
  },
)

test('who shows a token for something else', async () => {
  const token = mintToken(secret, { scope: 'push', database: 'tokens', keyId: '00000001' })
  expect(await grant(` bearer  ${token} `, { scope: 'restore', database: 'tokens' })).toEqual({
    code: 'forbidden',
    why: 'This token is for "push" on tokens; it opens nothing else.',
    mend: 'Use a token for "restore" on the database that is meant.',
  })
})

const answer = async (step: 'ticket' | 'verify', event: unknown) => {
  const make = () => testTools()
  const { body } = await (step === 'ticket' ? serve(ticket, make) : serve(verify, make))(event)
  return body
    .split('\n')
    .filter((line) => /^(why|mend|error|code)/.test(line))
    .join('\n')
}

test('who asks by another method, on the web for what only the platform asks, or in other fields', async () => {
  const token = mintToken(secret, { scope: 'push', database: 'tokens', keyId: '00000001' })
  const headers = { authorization: `Bearer ${token}` }
  const odd = Array.from({ length: 12 }, (_, at) => `odd${at}=1`).join('&')
  expect([
    await answer('ticket', web({ method: 'GET' })),
    await answer('verify', web({ body: 'ticket=x' })),
    await answer('ticket', web({ headers, body: `database=tokens&${odd}` })),
  ]).toMatchInlineSnapshot(`
    [
      "why This address takes POST requests.
    mend Call it as push.sh and restore.sh do, with form fields in a POST.",
      "why This function is for the platform’s own calls.
    mend Keep "web: false" for it in project.yml.",
      "why size_bytes: expected a whole number; sha256: Invalid input: expected string, received undefined; md5: Invalid input: expected string, received undefined; taken_at: Invalid input: expected string, received undefined; encoding: Invalid option: expected one of "identity"|"gzip"; host: Invalid input: expected string, received undefined; sqlite_version: Invalid input: expected string, received undefined; journal_mode: Invalid input: expected string, received undefined; unknown field odd0, odd1, odd2, odd3, odd4, odd5, odd6, odd7, odd8, odd9 and 2 more.
    mend Use the push.sh or restore.sh that belongs to these functions; "enroll" prints how to fetch it.",
    ]
  `)
})
