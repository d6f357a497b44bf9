/**
 * What does the process's own environment say? The one place that reads it; `config.ts` says what is asked
 * of it. Apart, since what begins before all else must not wait for what judges settings.
 */
export type Variables = Readonly<Record<string, string | undefined>>

export const processVariables = (): Variables => process.env

const mebibyte = 1024 ** 2

/** project.yml says the memory twice, once as the limit and once for us to read; a test compares. */
export const memoryOf = (variables: Variables): number =>
  Number(variables['SNAPPROOF_MEMORY_MB'] ?? '256') * mebibyte
