/**
 * How does an engine read a file that is not in memory?
 *
 * sql.js takes anything that behaves like a Uint8Array for a database. Its in-memory file system
 * keeps what `slice` returns as the file's contents and asks `subarray` once for each read, so
 * this one reads on demand. It is behaviour, not a contract: `self-test.ts` proves it at start.
 */

export type PageSource = {
  readonly sizeBytes: number
  /** The bytes from start to end, good until the next read. Throws, and remembers why. */
  read(start: number, end: number): Uint8Array
  /** Why reading failed. From then on nothing that an engine said counts. */
  readonly trouble: string | undefined
}

export class LazyBytes extends Uint8Array {
  readonly #source: PageSource

  constructor(source: PageSource) {
    super(0)
    this.#source = source
  }

  override get length(): number {
    return this.#source.sizeBytes
  }

  /** `subarray` of a Uint8Array is typed by its own buffer; what comes out lies in another one. */
  override subarray(start = 0, end = this.length): Uint8Array<ArrayBuffer> {
    const bytes = this.#source.read(start, Math.min(end, this.length))
    return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
  }

  override slice(): Uint8Array<ArrayBuffer> {
    return this as Uint8Array<ArrayBuffer>
  }

  /** Any write of an engine's ends here. */
  override set(): void {
    throw new Error('a snapshot is only read')
  }
}
