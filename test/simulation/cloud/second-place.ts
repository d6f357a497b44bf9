/**
 * The second place: another bucket of another provider, which is slow and away at its own times.
 */
import type { Store } from '../../../lib/ports'
import type { Weather } from '../weather'

import type { Bucket } from './bucket'
import { faultyStore } from './faulty-store'
import type { Asker, StoreParts } from './faulty-store'

export type SecondPlace = { bucket: Bucket; weather: Weather }

const host = 'elsewhere.test'

/** Does this address lead there? */
export const isOfSecond = (address: string): boolean => new URL(address).host === host

/** What goes wrong there goes wrong by chances of its own, and is told as of there. */
export const secondStore = (
  parts: StoreParts,
  { bucket, weather }: SecondPlace,
  asker: Asker,
): Store =>
  faultyStore(
    {
      ...parts,
      bucket,
      host,
      weather,
      random: parts.random.fork(`second place of ${asker.by.name}`),
      trace: {
        ...parts.trace,
        tell: (atMs, who, what) => parts.trace.tell(atMs, who, `in the second place: ${what}`),
      },
    },
    asker,
  )
