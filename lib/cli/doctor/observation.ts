/** What does the doctor say of each thing that it looks at? */

/** One thing that was looked at: in order, wrong, worth knowing, or not to be told from here. */
export type Observation = {
  what: string
  state: 'ok' | 'wrong' | 'note' | 'unknown'
  detail: string
  mend?: string
}
