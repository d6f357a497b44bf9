/** A session that takes whatever nobody refuses, and what a dump comes to in it: no PostgreSQL is here. */
import {
  Halt,
  mostStatementBytes,
  restoring,
} from '../../../../lib/adapters/postgres/engine/restorer'
import type { Session } from '../../../../lib/adapters/postgres/engine/session'
import type { Reply } from '../../../../lib/adapters/postgres/engine/wire'
import { scanner } from '../../../../lib/rules/kinds/postgres/scanner'

type Answers = (sql: string) => Partial<Reply> | undefined

export const refusal = (code: string, message = 'no', where?: string): Partial<Reply> => ({
  refusal: { code, message, where },
})

export const linesOf = (text: string): number => text.split('\n').length - 1

/** A session that takes whatever nobody refuses, and keeps what it was asked: of rows how many there were. */
export const listening = (answers: Answers) => {
  const said: string[] = []
  let gathered: Uint8Array[] = []
  const usual: Reply = { refusal: undefined, tags: [], rows: [], isIdle: true }
  const run = (sql: string | Uint8Array): Reply => {
    const text = Buffer.from(sql).toString('latin1')
    said.push(text)
    return { ...usual, ...answers(text) }
  }
  const db: Session = {
    run,
    ask: run,
    gather: (piece) => void gathered.push(Uint8Array.from(piece)),
    get gatheredBytes() {
      return gathered.reduce((sum, { length }) => sum + length, 0)
    },
    copy: (sql) => {
      const rows = linesOf(Buffer.concat(gathered).toString('latin1'))
      gathered = []
      const text = Buffer.from(sql).toString('latin1')
      said.push(`${text} < ${rows}`)
      return { ...usual, tags: [`COPY ${rows}`], ...answers(`${text} < ${rows}`) }
    },
  }
  return { db, said }
}

/** As the child reads a dump. */
const pieceBytes = 256 * 1024

const piecesOf = (text: string): Buffer[] => {
  const bytes = Buffer.from(text)
  const count = Math.ceil(bytes.length / pieceBytes)
  return Array.from({ length: count }, (_, at) =>
    bytes.subarray(at * pieceBytes, (at + 1) * pieceBytes),
  )
}

export const restored = (dump: string | readonly Buffer[], answers: Answers = () => undefined) => {
  const { db, said } = listening(answers)
  let looks = 0
  const { listener, end } = restoring(db, () => void (looks += 1))
  const scanning = scanner(listener, { keepBytes: mostStatementBytes })
  for (const piece of typeof dump === 'string' ? piecesOf(dump) : dump) scanning.feed(piece)
  scanning.end()
  return { told: end(), said, looks }
}

export const halted = (work: () => unknown) => {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof Halt) return thrown.halted
    throw thrown
  }
  throw new Error('It went on to its end.')
}
