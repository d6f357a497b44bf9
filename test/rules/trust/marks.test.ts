/**
 * What is remembered by a mark is known by it to the next build as well: were one made otherwise, whatever it
 * stands for would be told, read or judged once more.
 */
import { expect, test } from 'vitest'
import * as z from 'zod'

import { storeAwayAlert, storeBackAlert } from '../../../lib/rules/alerts/by-the-clock'
import { messageTo } from '../../../lib/rules/alerts/outbox'
import { proofMessage } from '../../../lib/rules/alerts/proofs'
import { parseKey } from '../../../lib/rules/copy/snapshot'
import { ownersExpected } from '../../../lib/rules/kinds/objects/owners'
import { readingsOf } from '../../../lib/rules/kinds/objects/settings'
import { sealKeyId } from '../../../lib/rules/trust/seal'
import { alertOf } from '../../fixtures/told/alerts'

const now = new Date('2026-03-01T06:00:00.000Z')
const proof = {
  id: 'tokens_2026-03-01T010000Z_000001',
  database: 'tokens',
  word: 'passed',
  at: '2026-03-01T01:00:10.000Z',
  sizeBytes: 8192,
}

test('the mark of each is made of what tells it from others, and as it ever was', () => {
  const ranAt = { before: '2026-02-28T23:00:00.000Z', after: '2026-03-01T05:00:00.000Z' }
  expect({
    'a secret': sealKeyId('a secret for the tests, long enough to be one'),
    'an older script’s file': parseKey('backups/', 'backups/tokens_2025-07-04.db')?.name.id,
    'how objects are read': readingsOf({
      collections: { pages: { objects: 'users/{user}/page.json', schema: z.array(z.string()) } },
    }).map(({ by }) => by),
    'the owners that are asked for': ownersExpected({ user: { of: 'tokens', sql: 'SELECT 1' } }),
    'a store that is away': storeAwayAlert('It is away.', { installation: 'acme', now })?.id,
    'a store that is back': storeBackAlert({ ranAt: ranAt.before }, { ranAt: ranAt.after }, 'acme')
      ?.id,
    'a message': messageTo({ id: 'slack', name: 'Slack' }, [alertOf()], now).id,
    'a proof': proofMessage([proof], 'acme').alerts[0]?.id,
    'two proofs': proofMessage(
      [proof, { ...proof, id: 'tokens_2026-03-01T020000Z_000002' }],
      'acme',
    ).id,
  }).toMatchInlineSnapshot(`
    {
      "a message": "1fd9b1aaccf8c306117d599e05fc775a",
      "a proof": "dffdc4bcbefc7dccdd2e60928a1ffa57",
      "a secret": "948f562c",
      "a store that is away": "38592a21b4f7b859fad22354e539f4f8",
      "a store that is back": "a8a0ae46f41441fe4c735bc04864bdc4",
      "an older script’s file": "tokens_2025-07-04T000000Z_dbf3a9",
      "how objects are read": [
        "8aefc00c90fd98d9",
      ],
      "the owners that are asked for": {
        "user": {
          "by": "66a8944eaa78b3ca",
          "of": "tokens",
        },
      },
      "two proofs": "e665c204804246498b7629a9bfd320de",
    }
  `)
})
