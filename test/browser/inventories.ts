/** An installation that looks at the app's own objects: nobody pushes them, and nothing is restored from them. */
import { objects } from '../../lib/rules/kinds/objects/kind'
import { expectationsOf, expectationsSha256 } from '../../lib/rules/settings/databases'
import type { DatabaseSettings } from '../../lib/rules/settings/databases'
import type { Finding } from '../../lib/rules/verdict/verdict'
import { keepCopy } from '../fixtures/told/kept'

import { drilled, looked, newTools } from './stock'
import type { Stocked } from './stock'

const bot: DatabaseSettings = {
  kind: 'objects',
  collections: { conversations: { objects: 'users/{user}/{sender}.json', grows: 'mid' } },
  reverifyAfter: 'off',
}

const well = objects.checks.map((check): Finding => ({ check, outcome: 'passed', detail: '' }))

const shrunk: Finding = {
  check: 'growth',
  outcome: 'unmet',
  detail: 'conversations: 1 shrunk: users/9f1c/77.json.',
  mend: 'An entry that was there is gone. Look at what wrote these objects.',
}

/** Of eight days; `isShrunk`: the newest of them tells of a list that has lost an entry. */
export const inventoried = async ({ isShrunk }: { isShrunk: boolean }): Promise<Stocked> => {
  const blank = newTools(['bot'])
  const tools = { ...blank, settings: { ...blank.settings, databases: { bot } } }
  const expectations = expectationsSha256(expectationsOf({ bot }, 'bot'))
  const keep = (day: number, findings: Finding[]) =>
    keepCopy(tools, {
      database: 'bot',
      kind: 'objects',
      daysAgo: day + 0.52,
      outcome: findings.includes(shrunk) ? 'unmet' : 'passed',
      change: (entry) => {
        if (!entry.verdict) return entry
        const rows = { conversations: 40 - day, 'conversations entries': 1300 - day * 31 }
        return { ...entry, verdict: { ...entry.verdict, findings, rows, expectations } }
      },
    })
  let id = ''
  for (const day of [7, 6, 5, 4, 3, 2, 1]) id = await keep(day, well)
  await drilled(tools, { bot: id })
  const last = well.map((one) => (isShrunk && one.check === 'growth' ? shrunk : one))
  id = await keep(0, last)
  await looked(tools)
  return { tools, ids: { bot: id } }
}

export const inventories = {
  inventory: () => inventoried({ isShrunk: false }),
  shrunkInventory: () => inventoried({ isShrunk: true }),
}
