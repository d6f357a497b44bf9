/**
 * KNOWN WEAKNESSES of lib/, each found here and not yet mended: the world is kept from showing them, so
 * that it goes on to show others. `--show NAME` shows one, `--show all` every one. A line goes when its
 * cause goes.
 */
export const weaknesses = {
  'ticket-ahead':
    'Copies are named by the clock of ticket. What was named ahead of time is "the newest" for watch, ' +
    'restore, status and ticket until the true time has come that far.',
} as const
export type Weakness = keyof typeof weaknesses

const isWeakness = (name: string): name is Weakness => Object.hasOwn(weaknesses, name)

/** Those that the world is kept from showing. */
export type Known = ReadonlySet<Weakness>

export const knownBut = (shown: string | undefined): Known => {
  const names = Object.keys(weaknesses).filter(isWeakness)
  if (shown !== undefined && shown !== 'all' && !isWeakness(shown)) {
    throw new Error(`"${shown}" is none of ${names.join(', ')}, all`)
  }
  return new Set(names.filter((name) => shown !== 'all' && name !== shown))
}
