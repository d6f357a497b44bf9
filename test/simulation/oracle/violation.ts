/** Something that must never be. It ends the run. */
export class Violation extends Error {
  override readonly name = 'Violation'
  /** The invariant of design.md, by its number there. */
  readonly invariant: number

  constructor(invariant: number, why: string) {
    super(`invariant ${invariant}: ${why}`)
    this.invariant = invariant
  }
}
