/** A certificate for this machine that nobody has signed, made when it is needed. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export const selfSigned = (): { key: string; cert: string } => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-cert-'))
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
  try {
    const how =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost'
    const asked = [...how.split(' '), '-addext', names, '-keyout', key, '-out', cert]
    execFileSync('openssl', asked, { stdio: 'ignore' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
