/**
 * How is PostgreSQL spoken to here? By bytes, one question after the other: what a dump holds is decoded by
 * PostgreSQL alone, in the encoding that the dump names.
 */
import { OutOfStep, readReply, sending } from './wire'
import type { Reply } from './wire'

/** PGlite, or whatever else takes messages and gives answers at once. */
export type Answering = { execProtocolRawSync(message: Uint8Array): Uint8Array }

export type Session = {
  /** One question; several statements may stand in it, and then hold together. */
  ask(sql: string | Uint8Array): Reply
  /** The same, of which nobody reads the rows. */
  run(sql: string | Uint8Array): Reply
  /** The rows of a COPY, gathered until they are sent: whole rows, as they stand in the dump. */
  gather(piece: Uint8Array): void
  readonly gatheredBytes: number
  /** `sql` is the COPY itself: what has been gathered is its rows. */
  copy(sql: Uint8Array): Reply
}

const zero = Uint8Array.of(0)

/** `trouble` is what a file of its own could not do: PGlite would pass over it in silence. */
export const session = (db: Answering, trouble: () => string | undefined): Session => {
  const question = sending()
  const gathered = sending()
  gathered.begin()

  const send = (message: Uint8Array, areRowsAsked: boolean): Reply => {
    const answer = db.execProtocolRawSync(message)
    const why = trouble()
    if (why !== undefined) throw new OutOfStep(why)
    return readReply(answer, areRowsAsked)
  }

  const write = (sql: string | Uint8Array): void => {
    question.message('Q')
    question.add(typeof sql === 'string' ? Buffer.from(sql) : sql)
    question.add(zero)
    question.endMessage()
  }

  const put = (sql: string | Uint8Array, areRowsAsked: boolean): Reply => {
    question.begin()
    write(sql)
    return send(question.bytes, areRowsAsked)
  }

  return {
    ask: (sql) => put(sql, true),
    run: (sql) => put(sql, false),
    gather: (piece) => gathered.add(piece),
    get gatheredBytes() {
      return gathered.bytes.length
    },
    // PGlite cannot wait for more within a COPY: its rows travel with it, so that each batch is a COPY.
    copy: (sql) => {
      question.begin()
      write(sql)
      question.message('d')
      question.add(gathered.bytes)
      question.endMessage()
      question.message('c')
      question.endMessage()
      gathered.begin()
      return send(question.bytes, false)
    },
  }
}
