/**
 * How would a person load a dump that is not loaded here? By psql; but nobody is told to give psql what may
 * start programs on the machine that loads it.
 */

const psql = 'createdb proof && gzip -cdf FILE | psql -X -v ON_ERROR_STOP=1 -1 proof'

/** `where` is the beginning of that sentence. */
export const byHandWords = (where: string, programLine: number | undefined): string =>
  programLine === undefined
    ? `${where}: ${psql}`
    : `Read line ${programLine} of it before any server gets it: it may start a program there, as the user of that server. Then only where nothing else is, and nothing can be reached`
