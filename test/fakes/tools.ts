import path from 'node:path'

import { rehearsal } from '../../lib/adapters/rehearsal'
import { enginesOf, examinersOf, openIn, takers } from '../../lib/edge/tools'
import type { Clock, Examiner, Settings, TellingTools, Tools } from '../../lib/ports'
import type { SqliteExpected } from '../../lib/rules/kinds/sqlite/settings'

import { memoryStore } from './memory-store'
import type { MemoryStore } from './memory-store'
import { remembered } from './remembered'

/** A clock that stands still until a test moves it. */
export type HandClock = Clock & { moveTo(at: string): void; passSeconds(seconds: number): void }

export const handClock = (at: string): HandClock => {
  let now = new Date(at)
  return {
    now: () => now,
    moveTo: (next) => void (now = new Date(next)),
    passSeconds: (seconds) => void (now = new Date(now.getTime() + seconds * 1000)),
  }
}

export const secret = 'a secret for the tests, long enough to be one'

export const testSettings: Settings = {
  build: { version: '0.0.0', sha256: 'b'.repeat(64) },
  installation: 'my-backups',
  second: undefined,
  remindEveryMs: 24 * 3_600_000,
  keepRecordsMs: 400 * 24 * 3_600_000,
  isPageOnSharedHost: false,
  prefix: 'backups/',
  secrets: { current: secret },
  revokedKeyIds: new Set(),
  databases: { tokens: { tables: { tokens: ['key'] } } },
}

export type TestTools = TellingTools & {
  store: MemoryStore
  clock: HandClock
  started: { name: string; event: Record<string, string> }[]
}

/** Real engines over a store in memory: only the network is missing, and what was asked before. */
export const testTools = (options: Partial<Settings> & { memoryMb?: number } = {}): TestTools => {
  const { memoryMb = 256, ...settings } = options
  const clock = handClock('2026-03-01T01:00:00.000Z')
  const store = memoryStore(clock)
  const memoryBytes = memoryMb * 1024 ** 2
  const real = enginesOf({ assets: path.resolve('.build'), memoryBytes, clock })
  const engines = remembered(real, { memoryBytes, clock })
  const started: TestTools['started'] = []
  let marks = 0
  return {
    store,
    appObjects: store.appObjects,
    second: undefined,
    secondWrite: undefined,
    secondPrune: undefined,
    clock,
    started,
    starter: undefined,
    rehearsal: rehearsal({
      engines,
      memoryBytes,
      clock,
      randomHex: (digits) => 'a'.repeat(digits),
    }),
    notifier: { channels: [], pulses: [], complaints: [] },
    takers,
    settings: { ...testSettings, ...settings },
    randomHex: (digits) => (marks += 1).toString(16).padStart(digits, '0'),
    deadlineAt: new Date(clock.now().getTime() + 25_000),
    examiners: examinersOf(engines, openIn(store)),
  }
}

/** The kind that most tests are about. */
export const sqliteOf = ({ examiners }: Pick<Tools, 'examiners'>): Examiner => {
  const examiner = examiners['sqlite']
  if (!examiner) throw new Error('there is no examiner for sqlite')
  return examiner
}

/** Those of every kind, each changed in the same way. */
export const everyExaminer = (
  { examiners }: Pick<Tools, 'examiners'>,
  change: (examine: Examiner) => Examiner,
): Tools['examiners'] =>
  Object.fromEntries(Object.entries(examiners).map(([kind, examine]) => [kind, change(examine)]))

export const askedOf = ({ expected }: { expected: unknown }): SqliteExpected =>
  expected as SqliteExpected

/** The tools with a way to start other functions; what was started is kept. */
export const withStarter = (tools: TestTools): TestTools => ({
  ...tools,
  starter: async (name, event) => void tools.started.push({ name, event }),
})
