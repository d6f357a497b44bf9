/** Bytes on a connection, and what came back: for requests that no client would send. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export type Heard = {
  /** Of every answer on this connection. */
  statuses: number[]
  text: string
  isClosed: boolean
}

/** An answer that is whole is followed by nothing: so long is waited for more. */
const quietMs = 40

const readAll = (socket: Socket, answers: number, atMostMs: number): Promise<Heard> =>
  new Promise((resolve) => {
    let text = ''
    let quiet: NodeJS.Timeout | undefined
    const end = (isClosed: boolean) => {
      clearTimeout(quiet)
      clearTimeout(limit)
      const statuses = [...text.matchAll(/^HTTP\/1\.[01] (\d{3}) /gm)].map(([, code]) =>
        Number(code),
      )
      resolve({ statuses: statuses.filter((code) => code !== 100), text, isClosed })
    }
    const limit = setTimeout(() => end(false), atMostMs)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      clearTimeout(quiet)
      // "100 Continue" is no answer yet.
      const count = text.match(/^HTTP\/1\.[01] (?!100)/gm)?.length ?? 0
      if (count >= answers) quiet = setTimeout(() => end(false), quietMs)
    })
    socket.on('error', () => end(true))
    socket.on('close', () => end(true))
  })

/** Sends these parts one after the other, and answers with what was heard, in bounded time. */
export const sendRaw = async (
  url: string,
  parts: readonly (string | Buffer)[],
  { ends = false, answers = 1, atMostMs = 120_000 } = {},
): Promise<Heard> => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const heard = readAll(socket, answers, atMostMs)
  for (const part of parts) {
    if (socket.destroyed) break
    socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  if (ends) socket.end()
  const result = await heard
  socket.destroy()
  return result
}
