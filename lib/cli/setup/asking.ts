/**
 * How does a person answer? By a line at the terminal, shown or not. The terminal has its echo back whenever no
 * question is open, also where somebody ends it all with Ctrl-C.
 */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** Somebody pressed Ctrl-C or Ctrl-D instead of an answer. */
export class Stopped extends Error {}

export type Asker = {
  /** What was typed, without blanks around it; what is usual when nothing was. */
  line(question: string, usual?: string): Promise<string>
  /** The same, shown to nobody. */
  secret(question: string): Promise<string>
  isYes(question: string): Promise<boolean>
}

/** Where a terminal is, and where its lines come from. */
export type Terminal = { input: NodeJS.ReadableStream; output: NodeJS.WritableStream }

export const askerAt = ({ input, output }: Terminal): Asker => {
  // Who pastes two lines has answered the next question too.
  const typed: string[] = []

  const ask = (question: string, isShown: boolean): Promise<string> => {
    const ahead = typed.shift()
    if (ahead !== undefined) {
      output.write(`${question}\n`)
      return Promise.resolve(ahead.trim())
    }
    return new Promise((resolve, reject) => {
      const echo = new Writable({
        write: (part: Buffer, _, done) => {
          if (isShown) output.write(part)
          done()
        },
      })
      // Its raw mode keeps the terminal from showing what is typed; what is shown is what it writes.
      const lines = createInterface({ input, output: echo, terminal: true, historySize: 0 })
      // It draws the line anew after each key, from its prompt on.
      lines.setPrompt(question)
      // Only now: whoever answers at once, or ends it, would do so at a terminal that still shows all.
      output.write(question)
      let isOpen = true
      // Its own listeners stay, as they take it off the keyboard: one left there would show what is typed next.
      const end = (settle: () => void) => {
        if (!isOpen) return
        isOpen = false
        lines.close()
        if (!isShown) output.write('\n')
        settle()
      }
      lines.on('line', (line) => {
        typed.push(line)
        // All lines of one paste come before this.
        setImmediate(() => {
          if (isOpen) end(() => resolve((typed.shift() ?? '').trim()))
        })
      })
      for (const event of ['SIGINT', 'close'] as const)
        lines.on(event, () => end(() => reject(new Stopped('nobody answered'))))
    })
  }

  const asker: Asker = {
    line: async (question, usual) =>
      (await ask(`${question}${usual === undefined ? '' : ` [${usual}]`}: `, true)) ||
      (usual ?? ''),
    secret: (question) => ask(`${question} (not shown): `, false),
    isYes: async (question) => /^y(es)?$/i.test(await ask(`${question} [y/N] `, true)),
  }
  return asker
}
