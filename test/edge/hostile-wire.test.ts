/** The built functions behind the platform of one machine, and bytes that no client would send. */
import { connect } from 'node:net'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startTestMachine } from '../fakes/machine'
import type { TestMachine } from '../fakes/machine'
import { sendRaw } from '../fakes/raw-request'
import { fieldsFor } from '../fixtures/bucket/requests'
import { closed, head, host, length, refused, understood } from '../fixtures/odd-requests'

let machine: TestMachine
beforeAll(async () => {
  machine = await startTestMachine()
  await expectWell()
})
afterAll(() => machine.close())

const form = () =>
  new URLSearchParams(
    Object.entries(fieldsFor(Buffer.from('wire'))).map(([k, v]): [string, string] => [
      k,
      String(v),
    ]),
  ).toString()

/** The next good request is answered as ever. */
const expectWell = async (): Promise<void> => {
  const listed = { database: 'tokens', list: 'yes' }
  const { status, text } = await machine.call('restore', machine.token('restore', 'tokens'), listed)
  expect({ status, text }).toEqual({ status: 200, text: '' })
}

const sender = () => ({
  bearer: `Authorization: Bearer ${machine.token('push', 'tokens')}`,
  form: form(),
})

describe.each([
  { what: 'is understood', cases: understood },
  { what: 'is refused', cases: refused },
])('$what', ({ cases }) => {
  test.each(cases)('$name', async ({ parts, statuses, ends = false }) => {
    const heard = await sendRaw(machine.url, parts(sender()), {
      ends,
      answers: cases === understood ? statuses.length : 1,
    })
    const isSilent = heard.statuses.length === 0
    expect(isSilent ? heard.isClosed : true, `neither answered nor closed: ${heard.text}`).toBe(
      true,
    )
    if (isSilent) expect(statuses).toContain(closed)
    else if (cases === understood) expect(heard.statuses).toEqual(statuses)
    else expect(statuses).toContain(heard.statuses[0])
    expect(heard.text).not.toMatch(/ at .*\.js:\d|evil|passwd/)
    await expectWell()
  })
})

describe('who keeps others waiting', () => {
  test('is alone in it: hundreds of bodies that never end keep nobody else out', async () => {
    const { hostname, port } = new URL(machine.url)
    const sockets = Array.from({ length: 300 }, () => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      socket.write(head({ lines: [host, length(1000)] }) + 'database=')
      return socket
    })
    for (let round = 0; round < 3; round += 1) await expectWell()
    for (const socket of sockets) socket.destroy()
    await expectWell()
  })
})
