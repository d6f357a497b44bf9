import { describe, expect, test } from 'vitest'

import type { Alert, AlertStatus } from '../../../lib/rules/alerts/alert'
import type { Incident } from '../../../lib/rules/alerts/incidents'
import {
  heardWords,
  openIncidentsOf,
  standingWords,
} from '../../../lib/rules/alerts/open-incidents'
import type { About } from '../../../lib/rules/alerts/open-incidents'
import type { Outgoing } from '../../../lib/rules/alerts/outbox'
import { messageTo } from '../../../lib/rules/alerts/outbox'
import { alertOf } from '../../fixtures/told/alerts'
import { incidentOf } from '../../fixtures/told/digests'

const now = new Date('2026-11-21T03:00:00.000Z')
const key = 'tokens/verify.failed'

const incident = (changes: Partial<Incident> = {}): Incident =>
  incidentOf({ toldAt: '2026-11-21T01:00:00.000Z', channels: ['s', 'p'], ...changes })

const about: About = {
  installation: 'acme-backups',
  channels: [
    { id: 's', name: 'Slack' },
    { id: 'p', name: 'PagerDuty' },
    { id: 'm', name: 'mail' },
  ],
  seen: new Set([key]),
  questions: new Set(),
  now,
}

/** What stands in the outbox for a channel. */
const waits = (
  id: string,
  { status = 'firing', ...changes }: Partial<Outgoing> & { status?: AlertStatus } = {},
): Outgoing => {
  const alert: Alert = alertOf({ status, key: `acme-backups/${key}` })
  return { ...messageTo({ id, name: id }, [alert], now), ...changes }
}

const openOne = (one: Incident, outbox: Outgoing[] = [], changes: Partial<About> = {}) => {
  const [open] = openIncidentsOf({ incidents: { [key]: one }, outbox }, { ...about, ...changes })
  if (!open) throw new Error('nothing is open')
  return open
}

describe('who has heard of it', () => {
  test.each([
    { name: 'every channel took it', one: incident(), outbox: [], said: 'told 2 h ago' },
    {
      name: 'it is not told before it has lasted',
      one: { ...incident(), toldAt: undefined, channels: [] },
      outbox: [],
      said: 'nobody was told yet',
    },
    {
      name: 'every channel refused it',
      one: incident(),
      outbox: [
        waits('s', { attempts: 1, said: 'answered 404', isRefused: true }),
        waits('p', { attempts: 2 }),
      ],
      said: 'nobody has heard it yet: Slack: answered 404; PagerDuty: no answer',
    },
    {
      name: 'a run was killed before it could send',
      one: incident({ channels: ['s'] }),
      outbox: [waits('s')],
      said: 'nobody has heard it yet: Slack: not sent yet',
    },
    {
      name: 'one of two took it',
      one: incident(),
      outbox: [waits('s', { attempts: 1, said: 'answered 503' })],
      said: 'told 1 of 2 channels; not heard yet: Slack: answered 503',
    },
    {
      name: 'one took all of it, and the other not the reminder',
      one: incident(),
      outbox: [waits('s', { attempts: 1, said: 'answered 503', status: 'reminder' })],
      said: 'told 2 h ago; a reminder waits: Slack: answered 503',
    },
    {
      name: 'nobody took the reminder',
      one: incident({ channels: ['s'] }),
      outbox: [waits('s', { attempts: 1, said: 'answered 503', status: 'reminder' })],
      said: 'told before; a reminder waits: Slack: answered 503',
    },
    {
      name: 'the beginning waits, and a reminder behind it',
      one: incident({ channels: ['s'] }),
      outbox: [
        waits('s', { attempts: 1, said: 'answered 503' }),
        waits('s', { status: 'reminder' }),
      ],
      said: 'nobody has heard it yet: Slack: answered 503',
    },
    {
      name: 'it waits in one message with something else',
      one: incident(),
      outbox: [
        {
          ...waits('s', { attempts: 1, said: 'answered 503' }),
          alerts: [alertOf({ key: 'acme-backups/x/y' }), alertOf({ key: `acme-backups/${key}` })],
        },
      ],
      said: 'told 1 of 2 channels; not heard yet: Slack: answered 503',
    },
    {
      name: 'what waits is of another channel',
      one: incident(),
      outbox: [waits('m', { attempts: 1, said: 'answered 503' })],
      said: 'told 2 h ago',
    },
    {
      name: 'those who were told are no longer set',
      one: incident({ channels: ['gone'] }),
      outbox: [],
      said: 'nobody who was told is there any more',
    },
    {
      name: 'what waits is about something else',
      one: incident(),
      outbox: [{ ...waits('s', { attempts: 1 }), alerts: [alertOf({ key: 'acme-backups/x/y' })] }],
      said: 'told 2 h ago',
    },
  ])('$name: "$said"', ({ one, outbox, said }) => {
    expect(heardWords(openOne(one, outbox), now)).toBe(said)
  })
})

describe('what is held open', () => {
  const calm = { calmSince: '2026-11-21T02:30:00.000Z' }
  const unseen = { seen: new Set<string>() }
  test.each([
    {
      name: 'it is there',
      one: incident(calm),
      changes: {},
      said: 'open',
    },
    {
      name: 'it came back once, half an hour ago',
      one: incident({ ...calm, closings: ['2026-11-20T22:00:00.000Z'] }),
      changes: unseen,
      said: 'held open until 2026-11-21 04:30 UTC, since it came back once within a day; nothing is to be seen of it now',
    },
    {
      name: 'it came back twice',
      one: incident({
        ...calm,
        closings: ['2026-11-20T20:00:00.000Z', '2026-11-20T22:00:00.000Z'],
      }),
      changes: unseen,
      said: 'held open until 2026-11-21 10:30 UTC, since it came back 2 times within a day; nothing is to be seen of it now',
    },
    {
      name: 'that it came back is a day ago',
      one: incident({ ...calm, closings: ['2026-11-20T03:00:00.000Z'] }),
      changes: unseen,
      said: 'held open until the watch runs again; nothing is to be seen of it now',
    },
    {
      name: 'that it came back is nearly a day ago',
      one: incident({ ...calm, closings: ['2026-11-20T03:00:00.001Z'] }),
      changes: unseen,
      said: 'held open until 2026-11-21 04:30 UTC, since it came back once within a day; nothing is to be seen of it now',
    },
    {
      name: 'that it came back is longer ago than a day',
      one: incident({ ...calm, closings: ['2026-11-20T02:59:59.000Z'] }),
      changes: unseen,
      said: 'held open until the watch runs again; nothing is to be seen of it now',
    },
    {
      name: 'the time is over, and the watch has not run since',
      one: incident({ calmSince: '2026-11-21T01:00:00.000Z', closings: ['2026-11-20T22:00:00Z'] }),
      changes: unseen,
      said: 'held open until the watch runs again; nothing is to be seen of it now',
    },
    {
      name: 'it was gone a moment ago',
      one: incident(),
      changes: unseen,
      said: 'held open until the watch runs again; nothing is to be seen of it now',
    },
    {
      name: 'only the next verdict can say',
      one: incident({ ...calm, closings: ['2026-11-20T22:00:00.000Z'] }),
      changes: { ...unseen, questions: new Set([key]) },
      said: 'held open until the newest copy has its verdict; nothing is to be seen of it now',
    },
    {
      name: 'another build opened it',
      one: incident({ kind: 'disk.full' }),
      changes: unseen,
      said: 'held open until the build that opened it closes it; nothing is to be seen of it now',
    },
  ])('is said to be: $name', ({ one, changes, said }) => {
    expect(standingWords(openOne(one, [], changes))).toBe(said)
  })

  test('says for programs until when, where that is known', () => {
    const one = incident({ ...calm, closings: ['2026-11-20T22:00:00.000Z'] })
    expect(openOne(one, [], unseen)).toMatchObject({
      calmSince: calm.calmSince,
      held: { until: '2026-11-21T04:30:00.000Z' },
    })
  })
})

test('what is over is not open, and the gravest stands first, whatever it is called', () => {
  const incidents = {
    'a/sound.warned': incident({ kind: 'sound.warned', severity: 'warning' }),
    'b/verify.unmet': incident({ kind: 'verify.unmet', severity: 'error' }),
    'c/backup.late': incident({ kind: 'backup.late', severity: 'error' }),
    'd/verify.failed': incident({ isOpen: false }),
    'e/rows.leaving': incident({ kind: 'rows.leaving', severity: 'critical' }),
  }
  expect(openIncidentsOf({ incidents, outbox: [] }, about).map((one) => one.key)).toEqual([
    'e/rows.leaving',
    'b/verify.unmet',
    'c/backup.late',
    'a/sound.warned',
  ])
})
