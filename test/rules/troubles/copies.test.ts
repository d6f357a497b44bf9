import { describe, expect, test } from 'vitest'

import { pushed } from '../../../lib/rules/kinds/advice'
import { adviceOf } from '../../../lib/rules/kinds/kinds'
import { hourMs } from '../../../lib/rules/plain/time-units'
import { damaged, lost, undecided, unmet } from '../../../lib/rules/troubles/copies'
import { words } from '../../../lib/rules/verdict/verdict'
import type { DatabaseState } from '../../../lib/rules/watching/watch-state'
import { findingOf } from '../../fixtures/told/entries'
import {
  aloud,
  newestWith,
  now,
  olderId,
  olderSeen,
  seenOf,
  stateOf,
} from '../../fixtures/told/troubles'

const asked = (state: DatabaseState) => ({ database: 'tokens', state, now, advice: pushed })

/** What is read of the only trouble there is. */
const read = (troubles: ReturnType<typeof damaged>, state: DatabaseState): string => {
  const [trouble] = troubles
  if (!trouble || troubles.length > 1) throw new Error(`${troubles.length} troubles`)
  return aloud(trouble, state)
}

const failed = {
  word: 'failed' as const,
  remarks: [
    {
      ...findingOf('structure', 'failed'),
      detail: 'Page 9: btreeInitPage() returns error code 11',
    },
    findingOf('freshness', 'warned'),
  ],
}

describe('a healthy database', () => {
  test.each(['passed', 'warned', 'accepted'] as const)(
    'has no trouble of its copies (%s)',
    (word) => {
      const state = stateOf({ newest: seenOf({ word }) })
      expect([damaged(asked(state)), undecided(asked(state)), lost(asked(state))].flat()).toEqual(
        [],
      )
    },
  )

  test('that has no copy at all has none either: that is for the schedule to say', () => {
    const state = stateOf({ newest: undefined, newestSound: undefined })
    expect([damaged(asked(state)), undecided(asked(state)), lost(asked(state))].flat()).toEqual([])
  })
})

describe('a damaged newest copy', () => {
  test('is told with what failed, and with what is left', () => {
    const state = newestWith(failed)
    expect(read(damaged(asked(state)), state)).toMatchInlineSnapshot(`
      "(critical, verify.failed)
      tokens: the newest copy is damaged, since 01:00 UTC
      The live database may be damaged too. The copies before this one are untouched, and nothing is deleted while this lasts.
      Ask the live database. This says what it found, and what to do next; on the Droplet:
          push.sh --check /etc/snapproof/tokens.env
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - structure: Page 9: btreeInitPage() returns error code 11"
    `)
  })

  test('is told without comfort where nothing is left', () => {
    const state = stateOf({ newest: seenOf(failed), newestSound: undefined })
    expect(damaged(asked(state))[0]?.meaning).toMatchInlineSnapshot(
      `"The live database may be damaged too, and there is no sound copy to go back to."`,
    )
  })
})

describe('a newest copy that was sound before', () => {
  const changed = {
    word: 'failed' as const,
    wasSound: true,
    provenAt: '2025-07-04T03:10:00.000Z',
    remarks: [
      { ...findingOf('bytes', 'failed'), detail: 'It has another SHA-256 than was announced.' },
    ],
  }

  test('is told as changed in the store, with a mend of its own', () => {
    const state = newestWith(changed)
    expect(read(damaged(asked(state)), state)).toMatchInlineSnapshot(`
      "(critical, verify.failed)
      tokens: the newest copy was sound, and has changed in the store, since 03:10 UTC
      The store lost bytes, or somebody changed them. The live database is not touched by it. The copies before this one are still there, and nothing is deleted while this lasts.
      Take a new copy at once; then find out who may write to the bucket, and ask the provider. On the Droplet:
          push.sh -v /etc/snapproof/tokens.env
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - arrived: 2025-07-04 01:00 UTC
      - bytes: It has another SHA-256 than was announced."
    `)
  })

  test('is told without comfort where nothing is left', () => {
    const state = stateOf({ newest: seenOf(changed), newestSound: undefined })
    expect(damaged(asked(state))[0]?.meaning).toMatchInlineSnapshot(
      `"The store lost bytes, or somebody changed them. The live database is not touched by it. There is no sound copy to go back to."`,
    )
  })

  test.each([
    { name: 'its size is another one', check: 'arrival', isChanged: true },
    { name: 'its bytes are others', check: 'bytes', isChanged: true },
    { name: 'a check fails on the same bytes', check: 'structure', isChanged: false },
  ] as const)('is called changed, or is not, when $name', ({ check, isChanged }) => {
    const remarks = [findingOf(check, 'failed'), findingOf('freshness', 'warned')]
    const state = newestWith({ ...changed, remarks })
    expect(damaged(asked(state))[0]?.what.includes('changed')).toBe(isChanged)
  })

  test('began when it was opened again, or when it came', () => {
    const since = (provenAt: string | undefined) =>
      damaged(asked(newestWith({ ...changed, provenAt })))[0]?.since
    expect(since(changed.provenAt)).toBe('2025-07-04T03:10:00.000Z')
    expect(since(undefined)).toBe('2025-07-04T01:00:00.000Z')
  })

  test('is damaged like any other when nobody had proven it', () => {
    const { wasSound: _, ...fresh } = changed
    expect(damaged(asked(newestWith(fresh)))[0]?.what).toBe('the newest copy is damaged')
  })
})

describe('a newest copy that is not what is expected', () => {
  const missed = {
    ...findingOf('schema', 'unmet'),
    detail: 'Expected and not there: column orders.total.',
  }
  const remarks = [missed, findingOf('freshness', 'warned')]

  test('is told as whole, with both ways out', () => {
    const state = newestWith({ word: 'unmet', remarks })
    expect(read(unmet(asked(state)), state)).toMatchInlineSnapshot(`
      "(error, verify.unmet)
      tokens: the newest copy is not what is expected, since 01:00 UTC
      The copy is whole: nothing speaks against its bytes. It is not handed out unasked, and the copies before it are kept.
      If nobody changed the app or its database, look at what has changed; on the Droplet:
          restore.sh --list /etc/snapproof/tokens.env
      After a migration, change lib/databases.ts and deploy again: the copies are then judged anew by themselves. To let this one copy count as it is, on your own machine:
          npm run --silent snapproof -- accept tokens_2025-07-04T010000Z_3f9a1c --reason 'it was meant'
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - schema: Expected and not there: column orders.total."
    `)
  })

  test('is told by the mend of the first thing that is missed', () => {
    // The words of a database that is pushed name no mend; those of objects do.
    const noRows = { ...findingOf('rows', 'unmet'), mend: 'Look for the rows.' }
    const noTable = { ...missed, mend: 'Look for the column.' }
    const state = newestWith({ word: 'unmet', remarks: [noRows, noTable] })
    const [trouble] = unmet({ ...asked(state), advice: adviceOf('objects') })
    expect(trouble?.nextStep.text).toMatch(/^Look for the rows\. /)
  })

  test('is told without comfort where there is no other', () => {
    const state = stateOf({ newest: seenOf({ word: 'unmet', remarks }), newestSound: undefined })
    expect(unmet(asked(state))[0]?.meaning).toMatchInlineSnapshot(
      `"The copy is whole: nothing speaks against its bytes. It is not handed out unasked, and there is no other to go back to."`,
    )
  })

  test.each(words)('is one whose word is unmet, and no other (%s)', (word) => {
    expect(unmet(asked(newestWith({ word, remarks })))).toHaveLength(word === 'unmet' ? 1 : 0)
  })

  test('is none where there is no copy', () => {
    expect(unmet(asked(stateOf({ newest: undefined })))).toEqual([])
  })
})

describe('a kept copy that went bad', () => {
  test('is told by name', () => {
    const state = stateOf({ wentBad: [olderSeen(failed)] })
    expect(read(damaged(asked(state)), state)).toMatchInlineSnapshot(`
      "(error, copy.decayed)
      tokens: 1 kept copy went bad in the store, since 2025-07-03 01:00 UTC
      What was sound when it came no longer is: the store lost bytes, or somebody changed them. The live database is not touched by it.
      Look at who may write to the bucket, then ask the provider about it.
      - copies: tokens_2025-07-03T010000Z_b81d04
      - structure: Page 9: btreeInitPage() returns error code 11"
    `)
  })

  test('is counted where there are several, and told beside a damaged newest one', () => {
    const wentBad = [olderSeen(failed), olderSeen({ ...failed, id: 'tokens_x' })]
    const state = { ...newestWith(failed), wentBad }
    const troubles = damaged(asked(state))
    expect(troubles.map(({ kind }) => kind)).toEqual(['verify.failed', 'copy.decayed'])
    expect(troubles[1]).toMatchObject({
      what: '2 kept copies went bad in the store',
      facts: [{ label: 'copies', text: `${olderId}, tokens_x` }, { label: 'structure' }],
    })
  })

  test('began when it was opened again, or when it came', () => {
    const since = (provenAt: string | undefined) =>
      damaged(asked(stateOf({ wentBad: [olderSeen({ provenAt })] })))[0]?.since
    expect(since('2025-07-04T02:00:00.000Z')).toBe('2025-07-04T02:00:00.000Z')
    expect(since(undefined)).toBe('2025-07-03T01:00:00.000Z')
  })
})

describe('a newest copy that nobody could judge', () => {
  const remark = {
    ...findingOf('structure', 'unverifiable'),
    detail: 'The file needs 300 MiB of memory; 256 MiB are allowed.',
  }

  test('is told after three tries, with what stood in the way and its mend', () => {
    const mend = 'Raise limits.memory for snapshots/verify in project.yml and deploy again.'
    const state = newestWith({ word: 'unverifiable', remarks: [{ ...remark, mend }] })
    expect(read(undecided(asked(state)), state)).toMatchInlineSnapshot(`
      "(error, verify.unverifiable, after 2.5 h)
      tokens: the newest copy could not be checked, since 01:00 UTC
      Nobody knows whether this copy is good. That says nothing against the data, and nothing for it.
      Raise limits.memory for snapshots/verify in project.yml and deploy again.
      If you have checked it in another way and know that it is good, say so on your own machine:
          npm run --silent snapproof -- accept tokens_2025-07-04T010000Z_3f9a1c --reason 'checked by hand'
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - arrived: 2 h ago
      - structure: The file needs 300 MiB of memory; 256 MiB are allowed."
    `)
  })

  test('sends to the doctor where no mend is known', () => {
    const state = newestWith({ word: 'unverifiable', remarks: [remark] })
    expect(undecided(asked(state))[0]?.nextStep).toMatchInlineSnapshot(`
      {
        "command": "npm run --silent snapproof -- doctor",
        "otherwise": {
          "command": "npm run --silent snapproof -- accept tokens_2025-07-04T010000Z_3f9a1c --reason 'checked by hand'",
          "text": "If you have checked it in another way and know that it is good, say so on your own machine:",
        },
        "text": "It was tried three times. Let the doctor try the whole set-up, on your own machine:",
      }
    `)
  })

  test('is told as waiting where there is no verdict at all', () => {
    const state = newestWith({ word: 'pending', provenAt: undefined })
    expect(read(undecided(asked(state)), state)).toMatchInlineSnapshot(`
      "(error, verify.unverifiable, after 2.5 h)
      tokens: the newest copy has no verdict, since 01:00 UTC
      Nobody knows whether this copy is good. That says nothing against the data, and nothing for it.
      The watch tries it again by itself. Let the doctor try the whole set-up, on your own machine:
          npm run --silent snapproof -- doctor
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - arrived: 2 h ago"
    `)
  })

  test('is no trouble before it has lasted through the three tries', () => {
    const [trouble] = undecided(asked(newestWith({ word: 'pending' })))
    expect(trouble?.graceMs).toBe(2.5 * hourMs)
  })
})

describe('an upload that never came', () => {
  const one = { id: 'tokens_2025-07-04T010000Z_aaaaaa', ticketAt: '2025-07-04T01:00:00.000Z' }
  const two = { id: 'tokens_2025-07-04T020000Z_bbbbbb', ticketAt: '2025-07-04T02:00:00.000Z' }

  test('is told, with the command that says why', () => {
    const state = stateOf({ missing: [one] })
    expect(read(lost(asked(state)), state)).toMatchInlineSnapshot(`
      "(warning, upload.missing)
      tokens: an upload was announced and never came, since 01:00 UTC
      The Droplet took a copy and could not send it, or sent something else.
      Run the push by hand on the Droplet and read what it says:
          push.sh -v /etc/snapproof/tokens.env
      - announced: tokens_2025-07-04T010000Z_aaaaaa
      - first: 2 h ago"
    `)
  })

  test('is counted where there are several', () => {
    const [trouble] = lost(asked(stateOf({ missing: [one, two] })))
    expect(trouble?.what).toBe('2 uploads were announced and never came')
    expect(trouble?.facts[0]?.text).toBe(`${one.id}, ${two.id}`)
    expect(trouble?.since).toBe(one.ticketAt)
  })

  test('began with the first of them, in whichever order they are listed', () => {
    const [trouble] = lost(asked(stateOf({ missing: [two, one] })))
    expect(trouble?.since).toBe(one.ticketAt)
    expect(trouble?.facts[1]).toEqual({ label: 'first', text: '2 h ago' })
  })
})

describe('a newest sound copy that is gone', () => {
  test('is told as what only somebody else can have done', () => {
    const state = stateOf({ vanished: { id: olderId, at: '2025-07-04T03:20:00.000Z' } })
    expect(read(lost(asked(state)), state)).toMatchInlineSnapshot(`
      "(critical, copy.gone)
      tokens: the newest sound copy is gone from the store, since 03:20 UTC
      Snapproof never deletes the newest sound copy: somebody else did, or the store lost it.
      Find out who holds a key to the bucket, and take a new copy at once; on the Droplet:
          push.sh -v /etc/snapproof/tokens.env
      - copy: tokens_2025-07-03T010000Z_b81d04"
    `)
  })
})
