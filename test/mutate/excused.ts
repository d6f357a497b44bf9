/**
 * Which mutants change nothing that anybody could notice, and why? They are named when they are drawn,
 * and count neither way.
 */

export type Excuse = {
  file: string
  /** The line as it stands, without its margin: where it has changed, the excuse is none. */
  line: string
  was: string
  text: string
  why: string
}

export const excuses: readonly Excuse[] = [
  {
    file: 'lib/rules/kinds/postgres/inside.ts',
    line: 'for (let at = from; at < near; at += 1) if (chunk[at] === end) return at + 1',
    was: '<',
    text: '<=',
    why: 'The byte at `near` is the first that the search behind it looks at: the same end is found.',
  },
  {
    file: 'lib/rules/kinds/postgres/scanner.ts',
    line: 'counted = Math.max(counted, place)',
    was: 'counted = Math.max(counted, place)',
    text: ';',
    why: 'No line ends between the two: it saves a second look at the same bytes, and nothing else.',
  },
  {
    file: 'lib/rules/settings/keep.ts',
    line: '.refine((text) => (parseDuration(text) ?? 0) >= usualKeep.withinMs, {',
    was: '0',
    text: '1',
    why: 'What is no span at all is less than two days either way.',
  },
  {
    file: 'lib/adapters/reading/range-bytes.ts',
    line: 'const slot = held.get(block) ?? 0',
    was: '0',
    text: '1',
    why: 'It is held by then, or was thrown out in the line before: the default is the compiler’s.',
  },
  {
    file: 'lib/rules/kinds/objects/turn.ts',
    line: 'else if (to.length < triesAtMost) to.push({ key, of })',
    was: '<',
    text: '<=',
    why: 'It bounds what is remembered: one more is cut off where so many are tried.',
  },
]
