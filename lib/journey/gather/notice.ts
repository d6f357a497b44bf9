/**
 * The watch tells everybody else's trouble; that it is silent itself can only be told by cron's mail,
 * with the answer to a push. A push goes on all the same, and so it does where this cannot be asked.
 */
import type { Tools } from '../../ports'
import { stateKey } from '../../rules/copy/snapshot'
import { instantWords } from '../../rules/plain/wording'
import { silentAfterMs } from '../../rules/troubles/installation'
import { operatorCommand } from '../../rules/troubles/trouble'

export const watchNotice = async (
  { store, settings }: Tools,
  now: Date,
): Promise<string | undefined> => {
  const state = await store.head(stateKey(settings.prefix, 'watch.json')).catch(() => undefined)
  if (!state || now.getTime() - state.modifiedAt.getTime() < silentAfterMs) return undefined
  return `The watch has not run since ${instantWords(state.modifiedAt.toISOString())}: nobody would be told of a late or damaged copy. mend: this says why, on your own machine: ${operatorCommand('doctor')}`
}
