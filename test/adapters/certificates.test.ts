import { describe, expect, test } from 'vitest'

import { certificateCodeOf } from '../../lib/adapters/spaces/certificates'
import { storeFault } from '../../lib/adapters/spaces/troubles'

const coded = (code: string, cause?: unknown) => Object.assign(new Error('no', { cause }), { code })

const options = {
  endpoint: 'https://store.example',
  region: 'r',
  bucket: 'b',
  accessKey: 'a',
  secretKey: 's',
  prefix: 'backups/',
}

describe('a certificate that is not trusted', () => {
  test.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('is known however deep it stands: %s', (code) => {
    expect(certificateCodeOf(coded(code))).toBe(code)
    expect(certificateCodeOf(new TypeError('fetch failed', { cause: coded(code) }))).toBe(code)
    expect(storeFault(coded(code), options)).toMatchObject({
      code: 'store-unreachable',
      why: `The store at store.example has a certificate that is not trusted here (${code}).`,
      mend: 'If it is of an authority of your own, name its file: NODE_EXTRA_CA_CERTS=/path/to/ca.pem before the command. If it has expired, or is for another name, its owner renews it; or correct the address.',
    })
  })

  test('is looked for among eight causes, and no deeper', () => {
    const within = (cause: Error, times: number): Error =>
      times === 0 ? cause : within(new Error('x', { cause }), times - 1)
    expect(certificateCodeOf(within(coded('CERT_HAS_EXPIRED'), 7))).toBe('CERT_HAS_EXPIRED')
    expect(certificateCodeOf(within(coded('CERT_HAS_EXPIRED'), 8))).toBeUndefined()
  })

  test('is no other trouble', () => {
    const circle = coded('ECONNRESET')
    circle.cause = circle
    for (const thrown of [undefined, 'CERT_', new Error('CERT_'), coded('ECONNREFUSED'), circle])
      expect(certificateCodeOf(thrown)).toBeUndefined()
    expect(storeFault(coded('ECONNRESET'), options).why).not.toContain('certificate')
  })
})
