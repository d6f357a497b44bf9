/** Is it the certificate that is not trusted? The runtime says so in a code, somewhere among the causes. */

const untrusted = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/

/** More causes than these are none of the runtime's. */
const deepest = 8

export const certificateCodeOf = (thrown: unknown): string | undefined => {
  let one = thrown
  for (let depth = 0; depth < deepest && one instanceof Error; depth += 1) {
    const code = 'code' in one ? one.code : undefined
    if (typeof code === 'string' && untrusted.test(code)) return code
    one = one.cause
  }
  return undefined
}

export const trustMend =
  'If it is of an authority of your own, name its file: NODE_EXTRA_CA_CERTS=/path/to/ca.pem before the command. If it has expired, or is for another name, its owner renews it; or correct the address.'
