// How much does a run try? Under `npm test` something of every promise, and no more; with
// SNAPPROOF_CASES=2, as in CI and `npm run test:all`, everything: tests that are tagged slow, every
// row of the tables, and all cases of the laws, with 20 ten times as many of these.
const times = Number(process.env['SNAPPROOF_CASES'] ?? 1)

export const isThorough = times > 1

/** For a test or a group of them that asks for seconds of a core, where a quick one shows the same. */
export const slow = { tags: 'slow' } as const

/** So many cases of a law in a thorough run; a tenth of them else. */
export const casesOf = (count: number): number =>
  Math.ceil(isThorough ? (count * times) / 2 : count / 10)

/** Every row in a thorough run; else a few of them, from the first to the last in even steps. */
export const some = <Row>(rows: readonly Row[], count: number): readonly Row[] =>
  isThorough || rows.length <= count
    ? rows
    : Array.from({ length: count }, (_, at) =>
        Math.round((at * (rows.length - 1)) / Math.max(1, count - 1)),
      )
        .map((place) => rows[place])
        .filter((row) => row !== undefined)
