/** PostgreSQL's protocol, byte by byte: what an answer says, and that half of one says nothing. */
import { describe, expect, test } from 'vitest'

import { session } from '../../../../lib/adapters/postgres/engine/session'
import { OutOfStep, readReply } from '../../../../lib/adapters/postgres/engine/wire'

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const ready = message('Z', Buffer.from('I'))
const tag = (text: string) => message('C', Buffer.from(`${text}\0`))
const refusal = message('E', Buffer.from('SERROR\0C23505\0Mtwice\0DKey\0WCOPY t, line 3\0\0'))

/** One column of two bytes, and one that is null. */
const row = message('D', Buffer.from([0, 2, 0, 0, 0, 2, 111, 107, 255, 255, 255, 255]))

describe('an answer', () => {
  test('holds its rows where they are asked for', () => {
    const answer = Buffer.concat([row, tag('SELECT 1'), ready])
    const rows = [['ok', undefined]]
    expect(readReply(answer, true)).toEqual({
      refusal: undefined,
      tags: ['SELECT 1'],
      rows,
      isIdle: true,
    })
    expect(readReply(answer, false).rows).toEqual([])
  })

  test('holds the first refusal, with where it was', () => {
    expect(readReply(Buffer.concat([refusal, ready]), true).refusal).toEqual({
      code: '23505',
      message: 'twice',
      detail: 'Key',
      where: 'COPY t, line 3',
    })
  })

  test('holds no other refusal after the first, and of one that tells little what it tells', () => {
    const short = message('E', Buffer.from('Mno\0\0'))
    const bare = { code: '', message: 'no', detail: undefined, where: undefined }
    expect(readReply(Buffer.concat([short, refusal, ready]), true).refusal).toEqual(bare)
    // Without the zero behind the last of its fields, as far as it goes; of what follows nothing is read.
    const open = Buffer.concat([message('E', Buffer.from('Mno\0')), tag('C2'), ready])
    expect(readReply(open, true)).toMatchObject({ refusal: bare, tags: ['C2'] })
    const none = message('E', Buffer.from('\0'))
    expect(readReply(Buffer.concat([none, ready]), true).refusal).toEqual({ ...bare, message: '' })
  })

  test('holds every row and what was done for each statement, and no notice', () => {
    const notice = message('N', Buffer.from('SNOTICE\0Mby the way\0\0'))
    const empty = message('D', Buffer.from([0, 1, 0, 0, 0, 0]))
    const answer = Buffer.concat([
      notice,
      row,
      empty,
      tag('SELECT 2'),
      row,
      tag('INSERT 0 1'),
      ready,
    ])
    // As it may lie in a larger buffer.
    const within = Buffer.concat([Buffer.from('xyz'), answer]).subarray(3)
    expect(readReply(within, true)).toEqual({
      refusal: undefined,
      tags: ['SELECT 2', 'INSERT 0 1'],
      rows: [['ok', undefined], [''], ['ok', undefined]],
      isIdle: true,
    })
  })

  test('says whether a transaction is open', () => {
    const open = message('Z', Buffer.from('T'))
    expect(readReply(Buffer.concat([tag('BEGIN'), open]), true).isIdle).toBe(false)
  })

  test('may be that there was nothing to do', () => {
    expect(readReply(Buffer.concat([message('I', Buffer.alloc(0)), ready]), true).tags).toEqual([])
  })

  test.each([
    { name: 'nothing', bytes: Buffer.alloc(0) },
    { name: 'one without an end', bytes: tag('SELECT 1') },
    { name: 'an end without an answer', bytes: ready },
  ])('$name is none', ({ bytes }) => {
    expect(() => readReply(bytes, true)).toThrow(OutOfStep)
  })
})

describe('a session', () => {
  const speaking = (
    trouble: () => string | undefined = () => undefined,
    answer = Buffer.concat([tag('COPY 2'), ready]),
  ) => {
    const sent: string[] = []
    const db = session(
      {
        execProtocolRawSync: (bytes) => {
          sent.push(Buffer.from(bytes).toString('latin1'))
          return answer
        },
      },
      trouble,
    )
    return { db, sent }
  }

  test('sends a question, and the rows of a COPY with it', () => {
    const { db, sent } = speaking()
    db.run('SELECT 1')
    db.gather(Buffer.from('a\n'))
    db.gather(Buffer.from('b\n'))
    expect(db.gatheredBytes).toBe(4)
    expect(db.copy(Buffer.from('COPY t FROM stdin')).tags).toEqual(['COPY 2'])
    expect(db.gatheredBytes).toBe(0)
    expect(sent).toEqual([
      'Q\0\0\0\rSELECT 1\0',
      'Q\0\0\0\x16COPY t FROM stdin\0d\0\0\0\x08a\nb\nc\0\0\0\x04',
    ])
  })

  test('sends what is larger than the room that was made for it, byte by byte as it came', () => {
    const { db, sent } = speaking()
    const pieces = [700_000, 348_570, 20, 1_500_000, 9_000_000].map((length, at) =>
      Buffer.alloc(length, 65 + at),
    )
    for (const piece of pieces) db.gather(piece)
    const all = Buffer.concat(pieces)
    expect(db.gatheredBytes).toBe(all.length)
    db.copy(Buffer.from('COPY t FROM stdin'))
    const rows = Buffer.from(sent[0] ?? '', 'latin1').subarray(23)
    expect([rows[0], rows.readInt32BE(1)]).toEqual([0x64, all.length + 4])
    expect(rows.subarray(5, 5 + all.length).equals(all)).toBe(true)
    expect(rows.subarray(5 + all.length).toString('latin1')).toBe('c\0\0\0\x04')
  })

  test('gives the rows to whoever asks, and to nobody else', () => {
    const { db } = speaking(() => undefined, Buffer.concat([row, tag('SELECT 1'), ready]))
    expect(db.ask('SELECT 1').rows).toEqual([['ok', undefined]])
    expect(db.run('SELECT 1').rows).toEqual([])
    expect(db.copy(Buffer.from('COPY t FROM stdin')).rows).toEqual([])
  })

  test('takes no answer where a file of its own failed meanwhile', () => {
    const { db } = speaking(() => 'no such chunk')
    expect(() => db.run('SELECT 1')).toThrow('no such chunk')
  })
})
