/**
 * Where would the SDK look for credentials of its own? In the bundles (lib/build.sh) nowhere.
 *
 * This stands for the part that searches a machine: its files, its environment, the cloud's metadata
 * address. Ours are always given to the client, so that a search could only ever find somebody
 * else's; and it is a quarter of the small functions.
 */
import { Fault } from '../../faults'

export const defaultProvider = () => (): Promise<never> =>
  Promise.reject(
    new Fault({
      code: 'settings',
      why: 'The store’s client was made without its key.',
      mend: 'Set SPACES_API_KEY and SPACES_API_SECRET, and deploy again.',
    }),
  )
