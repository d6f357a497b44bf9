/** The week's report, by mail: from the setting to what a reader finds. */
import type { AddressInfo } from 'node:net'

import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { readEnvironment } from '../../../lib/edge/config'
import { notifierOf } from '../../../lib/edge/tools'

const received: string[] = []
let isRefusing = false
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  logger: false,
  closeTimeout: 100,
  disableReverseLookup: true,
  onData: (stream, _, done) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk))
    stream.on('end', () => {
      received.push(Buffer.concat(chunks).toString('utf8'))
      done(isRefusing ? new Error('no') : undefined)
    })
  },
})
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()))
  port = (server.server.address() as AddressInfo).port
})
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))

const notifierWith = (alerts: string) =>
  notifierOf(
    readEnvironment({
      SPACES_ENDPOINT: 'https://fra1.example.com',
      SPACES_REGION: 'fra1',
      SPACES_BUCKET: 'acme-backups',
      SPACES_API_KEY: 'key',
      SPACES_API_SECRET: 'secret',
      SNAPPROOF_SECRET: 'a secret for the tests, long enough to be one',
      ALERTS: alerts,
    }),
  )

const mailTo = (more = '') =>
  `smtp://127.0.0.1:${port}/?to=ops@example.com&from=us@example.com${more}`

const report = {
  id: 'report-2026-11-21T054500Z_3f9a1c',
  subject: 'Backups: all 3 databases are sound\r\nBcc: evil@example.com (acme-backups)',
  text: 'All 3 databases are sound.\n',
  html: '<!doctype html><p>All 3 databases are sound.</p>',
}

describe('the week’s report', () => {
  test('arrives as text and as a page, and asks for no answer', async () => {
    const [channel] = notifierWith(mailTo()).channels
    expect(await channel?.digest?.(report)).toEqual({
      outcome: 'delivered',
      said: 'took the mail',
    })
    const mail = await new PostalMime().parse(received.at(-1) ?? '')
    expect(mail.subject).toMatch(/^Backups: all 3 databases are sound Bcc: evil@example.com/)
    expect(mail.bcc ?? []).toEqual([])
    expect(mail.messageId).toBe(`<${report.id}@example.com>`)
    expect(mail.text).toContain('All 3 databases are sound.')
    expect(mail.html).toContain('<p>All 3 databases are sound.</p>')
    const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]))
    expect(headers).toMatchObject({
      'auto-submitted': 'auto-generated',
      'x-snapproof-tone': 'report',
    })
    expect(headers['in-reply-to']).toBeUndefined()
  })

  test('goes by mail alone, and not to those who want to hear of trouble only', () => {
    const { channels } = notifierWith(
      [mailTo(), mailTo('#severity=error'), 'https://ntfy.sh/topic', 'https://x.example/'].join(
        ' ',
      ),
    )
    expect(channels.map(({ digest }) => digest !== undefined)).toEqual([true, false, false, false])
  })

  test('that is not taken is an answer, and no error', async () => {
    isRefusing = true
    const [channel] = notifierWith(mailTo()).channels
    const delivery = await channel?.digest?.(report)
    expect(delivery?.outcome).not.toBe('delivered')
    expect(delivery?.said).not.toContain('127.0.0.1')
  })
})
