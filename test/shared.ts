// What do all files of tests share? Work that each of them would repeat, and that no test is about.
import { expect } from 'vitest'

/** Bytes are compared as such: "toEqual" walks them one by one, for seconds. */
expect.addEqualityTesters([
  (one: unknown, other: unknown) =>
    one instanceof Uint8Array &&
    other instanceof Uint8Array &&
    one.constructor === other.constructor
      ? Buffer.compare(one, other) === 0
      : undefined,
])
