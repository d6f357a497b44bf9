/**
 * Parts that are broken on purpose, one for each thing the oracle must see. None edits lib/: each is
 * another step in the place of the real one, or another port in its hands.
 */
import type { Store, TellingTools } from '../../../lib/ports'
import type { Steps } from '../cloud/functions'
import type { WorldOptions } from '../world'

export type Mutant = {
  name: string
  invariant: number
  /** What the violation says. */
  says: RegExp
  /** What only shows at rest is seen sooner when the world rests sooner. */
  days?: number
  /** Many seconds of a core go by until it is seen. */
  isLong?: boolean
  watchEveryHours?: number
  /** `plight`: nothing presses on the others, so that each is seen for what it is. */
  change: Pick<WorldOptions, 'steps' | 'wrap' | 'plight'>
}

export const prefix = 'backups/'

/** The real step with another store in its hands. */
export const wrapStore =
  (name: keyof Steps, change: (store: Store, tools: TellingTools) => Partial<Store>) =>
  (tools: TellingTools, asked: keyof Steps): TellingTools =>
    asked === name ? { ...tools, store: { ...tools.store, ...change(tools.store, tools) } } : tools
