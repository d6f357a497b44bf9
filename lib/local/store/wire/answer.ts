// How does an answer get back to the client, and what if it may not get there whole?

import type { FileHandle } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import type { Refusal } from './refusal'
import type { Target } from './target'
import { errorDocument } from './xml'

export type Answer = {
  status: number
  headers?: Record<string, string>
  xml?: string
  /** Bytes of a file, both ends included. Sending closes the handle. */
  file?: { handle: FileHandle; start: number; end: number }
}

export const refusalAnswer = (refusal: Refusal, about: { path: string; id: string }): Answer => {
  const { code, message, status } = refusal
  return {
    status,
    xml: errorDocument({ code, message, resource: about.path, requestId: about.id }),
  }
}

/** Passes this many bytes, then ends the connection in the middle of the answer. */
const cutAfter = (bytes: number): Transform => {
  let left = bytes
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      this.push(chunk.subarray(0, left))
      left -= chunk.length
      // Later than the push, so that what was passed is on the wire.
      if (left <= 0) setImmediate(() => done(new Error('the rehearsed cut')))
      else done()
    },
  })
}

/**
 * Sends the answer; resolves when it is out, or the client gone. A client that leaves early
 * is its own affair and no error here.
 */
export const sendAnswer = async (
  response: ServerResponse,
  answer: Answer,
  sending: { target: Pick<Target, 'method'>; cutAfterBytes: number | undefined },
): Promise<void> => {
  const { file, xml, status, headers = {} } = answer
  const body = Buffer.from(xml ?? '')
  const sizeBytes = file === undefined ? body.length : file.end - file.start + 1
  const isEmpty = sending.target.method === 'HEAD' || sizeBytes === 0
  response.statusCode = status
  if (xml !== undefined) response.setHeader('Content-Type', 'application/xml')
  if (status !== 204 && status !== 304) response.setHeader('Content-Length', sizeBytes)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (isEmpty || status === 304) {
    await file?.handle.close()
    response.end()
    return
  }
  const source = file?.handle.createReadStream({ start: file.start, end: file.end }) ?? [body]
  const cut = sending.cutAfterBytes
  try {
    if (cut === undefined) await pipeline(source, response)
    else await pipeline(source, cutAfter(cut), response)
  } catch {
    response.socket?.destroy()
  }
}
