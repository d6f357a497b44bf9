/**
 * 8. Nothing outside `backups/`, and nothing of a stranger's, is touched. 9. No secret is written.
 */
import type { By, Change } from '../cloud/bucket'
import { Violation } from '../violation'

import { payloadOf } from './truth'
import type { Truth } from './truth'

export const boundariesOracle = (truth: Truth, secrets: readonly string[]) => {
  const foreign = new Set<string>()
  const forbidSecrets = (text: string, where: string): void => {
    const found = secrets.find((secret) => text.includes(secret))
    if (found !== undefined) throw new Violation(9, `a secret stands in ${where}`)
  }
  return {
    foreign,
    forbidSecrets,
    trespass: (key: string, by: By): void => {
      throw new Violation(8, `${by.name} touched ${key}, outside of the prefix`)
    },
    hear: ({ key, by, how, before, after }: Change): void => {
      if (by.role === 'stranger') return
      if (!key.startsWith('backups/'))
        throw new Violation(8, `${by.name} touched ${key}, the app’s`)
      if (foreign.has(key)) throw new Violation(8, `${by.name} touched ${key}, a stranger's`)
      if (key.startsWith('backups/_journal/') && before) {
        throw new Violation(1, `${by.name} changed the journal: ${how} of ${key}`)
      }
      if (!after || truth.copyOfKey(key)) return
      forbidSecrets(after.bytes.toString('utf8'), key)
      const payload = payloadOf(after.bytes)
      if (payload !== undefined) forbidSecrets(JSON.stringify(payload), key)
    },
  }
}
