// How is one request answered, from its first line to the last byte?

import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

import { dispatch } from './dispatch'
import { type Answer, refusalAnswer, sendAnswer } from './wire/answer'
import { Refusal, asRefusal } from './wire/refusal'
import { type RehearsedFault, type StoreFault } from './wire/rehearsed-fault'
import { brokenBody, faultOf, fullDisk } from './wire/rehearsed-fault'
import { type Keys, verifySignature } from './wire/signature'
import { type Target, targetOf } from './wire/target'

export type Exchange = {
  folder: string
  keys: Keys
  owner: string
  now: () => Date
  fault: StoreFault | undefined
}

type Wire = {
  request: IncomingMessage
  response: ServerResponse
  /** The client holds its body back until it is told to go on. */
  isWaiting: boolean
}

const chunksOf = (request: IncomingMessage): AsyncIterator<Buffer> =>
  request.iterator({ destroyOnReturn: false })

const bodyOf = (wire: Wire, fault: RehearsedFault | undefined): AsyncIterable<Buffer> => {
  const { request, response, isWaiting } = wire
  if (isWaiting) response.writeContinue()
  // Giving up a body half-way must not take the connection along: the client gets an answer.
  const body: AsyncIterable<Buffer> = { [Symbol.asyncIterator]: () => chunksOf(request) }
  if (fault?.kind === 'full-disk') return brokenBody(body, fault.afterBytes, fullDisk)
  if (fault?.kind !== 'cut') return body
  return brokenBody(body, fault.afterBytes, () => {
    request.socket.destroy()
    return new Refusal(400, 'IncompleteBody', 'The connection was cut, in rehearsal.')
  })
}

const answerTo = async (
  exchange: Exchange,
  wire: Wire & { target: Target; fault: RehearsedFault | undefined },
): Promise<Answer> => {
  const { folder, keys, owner, now } = exchange
  const { target, fault } = wire
  if (fault?.kind === 'slow') await wait(fault.delayMs)
  if (fault?.kind === 'status') throw new Refusal(fault.status, fault.code, 'A rehearsed fault.')
  const { payload } = verifySignature(target, keys, now())
  const readBody = (): AsyncIterable<Buffer> => bodyOf(wire, fault)
  return dispatch(folder, { target, payload, readBody, owner, now })
}

const send = async (
  wire: Wire,
  answer: Answer,
  fault: RehearsedFault | undefined,
): Promise<void> => {
  const { request, response } = wire
  const isLost = fault?.kind === 'lost-answer' || request.socket.destroyed
  if (isLost) {
    await answer.file?.handle.close()
    request.socket.destroy()
    return
  }
  // A client that was not told to go on may or may not send its body: only a new
  // connection is in a known state. One that is sending already is read to its end.
  if (wire.isWaiting && answer.status >= 400) response.setHeader('Connection', 'close')
  const cutAfterBytes = fault?.kind === 'cut' ? fault.afterBytes : undefined
  await sendAnswer(response, answer, { target: { method: request.method ?? '' }, cutAfterBytes })
  request.resume()
}

/** Answers one request, whatever happens. Never throws, never leaves the client waiting. */
export const exchangeOne = async (exchange: Exchange, wire: Wire, id: string): Promise<void> => {
  const { request, response } = wire
  response.sendDate = false
  response.setHeader('Date', exchange.now().toUTCString())
  response.setHeader('x-amz-request-id', id)
  let fault: RehearsedFault | undefined
  try {
    const target = targetOf(request)
    fault = faultOf(exchange.fault, target)
    const answer = await answerTo(exchange, { ...wire, target, fault })
    await send(wire, answer, fault)
  } catch (error) {
    const path = (request.url ?? '').replace(/\?.*/s, '')
    await send(wire, refusalAnswer(asRefusal(error), { path, id }), fault).catch(() => {
      request.socket.destroy()
    })
  }
}
