/** Something that must never be. It ends the run. */

export class Violation extends Error {
  override readonly name = 'Violation'
  /** By its number in the list that opens `oracle.ts`. */
  readonly invariant: number

  constructor(invariant: number, why: string) {
    super(`invariant ${invariant}: ${why}`)
    this.invariant = invariant
  }
}
