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
      mend: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
  })

  test('is no other trouble', () => {
    const circle = coded('ECONNRESET')
    circle.cause = circle
    for (const thrown of [undefined, 'CERT_', new Error('CERT_'), coded('ECONNREFUSED'), circle])
      expect(certificateCodeOf(thrown)).toBeUndefined()
    expect(storeFault(coded('ECONNRESET'), options).why).not.toContain('certificate')
  })
})
