import type { Message } from '../../../lib/rules/alert'
import type { Bucket, By, Change } from '../bucket'
import type { Ended } from '../functions'

import { boundariesOracle } from './boundaries'
import { deletionsOracle } from './deletions'
import { restoresOracle } from './restores'
import { truthOf } from './truth'
import type { Truth } from './truth'
import { verdictsOracle } from './verdicts'

/**
 * The one who knows the truth: asked at every change in the store and at every answer of a function.
 */
export type Oracle = {
  truth: Truth
  /** Of these no function may ever touch one. */
  foreign: Set<string>
  /** The store would refuse it; that a function tries is wrong already. */
  trespass(key: string, by: By): void
  ended(ended: Ended): void
  /** A message that reached people. */
  told(message: Message): void
}

/** Their answers are for whoever asked, and hold an address. */
const mayHoldAddress: readonly string[] = ['ticket', 'restore']

export const oracleOf = (options: {
  bucket: Bucket
  secrets: readonly string[]
  addressMark: string
  nowMs: () => number
}): Oracle => {
  const { bucket, addressMark } = options
  const truth = truthOf(bucket)
  const secrets = [...options.secrets, addressMark]
  const boundaries = boundariesOracle(truth, secrets)
  const deletions = deletionsOracle(truth)
  const verdicts = verdictsOracle(truth)
  const restores = restoresOracle(truth, options.nowMs)

  bucket.onChange((change: Change) => {
    const { before, after } = truth.hear(change)
    boundaries.hear(change)
    deletions.hear(change, before, after)
    verdicts.hear(change, before?.entry)
    restores.hear(change)
  })

  return {
    truth,
    foreign: boundaries.foreign,
    trespass: boundaries.trespass,
    told: (message) => boundaries.forbidSecrets(JSON.stringify(message), 'an alert'),
    ended: (ended) => {
      const { name, said } = ended
      const text =
        'fault' in said ? `${said.fault.message} ${said.fault.mend}` : JSON.stringify(said.answer)
      const mayHold = mayHoldAddress.includes(name) && 'answer' in said
      if (mayHold) {
        for (const secret of options.secrets) {
          if (text.includes(secret)) boundaries.forbidSecrets(secret, `the answer of ${name}`)
        }
      } else boundaries.forbidSecrets(text, `the answer of ${name}`)
      restores.ended(ended)
    },
  }
}
