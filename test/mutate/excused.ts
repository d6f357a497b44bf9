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
]
