/** What is told of a channel that could not be reached, and that no part of its address is. */
import { expect, test } from 'vitest'

import { quoted, reasonOf } from '../../../lib/adapters/notify/said'

const coded = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code }) })

test.each([
  [
    ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'],
    'did not answer within 7 s',
  ],
  [['EABORT'], 'was not waited for: the time of this run was over'],
  [['ECONNREFUSED'], 'refused the connection'],
  [['ENOTFOUND', 'EAI_AGAIN', 'EDNS'], 'was not found by its name'],
  [['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ECONNECTION'], 'broke the connection off'],
])('%j: %s', (codes, said) => {
  for (const code of codes) expect(reasonOf(coded(code), 7000)).toBe(said)
})

test('what has no code is told by its name, and what is no error by none', () => {
  expect(reasonOf(undefined, 7000)).toBe('could not be reached (no code)')
  expect(reasonOf(new DOMException('', 'TimeoutError'), 7000)).toBe('did not answer within 7 s')
  expect(reasonOf(new DOMException('', 'AbortError'), 7000)).toBe(
    'was not waited for: the time of this run was over',
  )
  expect(reasonOf(new RangeError('x'), 7000)).toBe('could not be reached (RangeError)')
  expect(reasonOf(coded('ODD'), 7000)).toBe('could not be reached (ODD)')
  for (const code of ['CERT_HAS_EXPIRED', 'ERR_SSL_X', 'EPROTO', 'HOSTNAME_MISMATCH'])
    expect(reasonOf(coded(code), 7000)).toBe(`has a certificate that is not trusted (${code})`)
})

test('the code of a cause counts, as deep as it stands in the runtime’s own errors', () => {
  const within = (cause: unknown, times: number): unknown =>
    times === 0 ? cause : within(new TypeError('x', { cause }), times - 1)
  expect(reasonOf(within(coded('EDNS'), 2), 1)).toBe('was not found by its name')
  expect(reasonOf(within(coded('EDNS'), 3), 1)).toBe('could not be reached (TypeError)')
})

test('an answer is shown in one line of 120 characters at most', () => {
  expect(quoted('no\n "such"  channel', 'https://x.example')).toBe(`: "no  'such'  channel"`)
  expect(quoted('', 'https://x.example')).toBe('')
  expect(quoted('y'.repeat(130), 'https://x.example')).toBe(`: "${'y'.repeat(119)}…"`)
})

test.each([
  {
    target: 'https://hooks.example/services/T0ABC/hook',
    answer: 'no services here',
    isShown: true,
  },
  { target: 'https://hooks.example/services/T0ABC/hook', answer: 'unknown t0abc', isShown: false },
  { target: 'https://x.example/abc', answer: 'abc is unknown', isShown: true },
  { target: 'https://x.example/abcd', answer: 'abcd is unknown', isShown: false },
  { target: { url: 'https://x.example', secret: 'hook' }, answer: 'a hook', isShown: false },
  { target: { authorization: 'Bearer word' }, answer: 'word', isShown: false },
  { target: 'a%20secret', answer: 'a secret', isShown: false },
  { target: Buffer.from('password').toString('base64'), answer: 'password', isShown: false },
])('a part of the address is not shown: $answer', ({ target, answer, isShown }) => {
  expect(quoted(answer, target)).toBe(isShown ? `: "${answer}"` : '')
})
