// What does carrying out one request need to know?

import type { Bucket } from '../disk/folder'

import type { Target } from './target'

/** A request whose signature was found good, and the world it is carried out in. */
export type Call = {
  target: Target
  /** What the signature says of the body: its SHA-256, or that it says nothing. */
  payload: string
  bucket: Bucket
  /** Throws a Refusal if there is none of this name. */
  findBucket: (name: string) => Promise<Bucket>
  /** Asks the client for the body, and so is called only once nothing else can refuse it. */
  readBody: () => AsyncIterable<Buffer>
  owner: string
  now: () => Date
}
