import { Fault } from '../../faults'

/**
 * Stands in the bundles (lib/build.sh) for the part of the SDK that searches a machine for credentials:
 * its files, its environment, the cloud's metadata address. Ours are always given to the client, so
 * that a search could only ever find somebody else's; and it is a quarter of the small functions.
 */
export const defaultProvider = () => (): Promise<never> =>
  Promise.reject(
    new Fault({
      code: 'settings',
      why: 'The store’s client was made without its key.',
      mend: 'Set SPACES_API_KEY and SPACES_API_SECRET, and deploy again.',
    }),
  )
