import path from 'node:path'

import { makeTools } from '../edge/tools'
import { listShelves, passOverUntrusted, readEntry } from '../journey/ledger'
import type { Tools } from '../ports'
import { wordOf } from '../rules/entry'
import { databaseNamePattern, databaseNameRule } from '../rules/snapshot'
import type { VerdictWord } from '../rules/verdict'
import { ageWords, sizeWords } from '../rules/wording'

import { exits, parse, print, table, usage } from './command'
import type { Command } from './command'
import { findHome, withVariables } from './home'

/** One line a snapshot: verdict, size, age. */
export type Listed = {
  ticket: string
  database: string
  verdict: VerdictWord | 'not arrived' | 'untrusted'
  sizeBytes: number
  takenAt: string
  verifiedAt: string | undefined
}

/** Entries are read a few at a time: a listing of hundreds should not take minutes. */
const atOnce = 16

export const listSnapshots = async (tools: Tools, database?: string): Promise<Listed[]> => {
  const shelves = await listShelves(tools, database)
  const listed: Listed[] = []
  for (let from = 0; from < shelves.length; from += atOnce) {
    const some = shelves.slice(from, from + atOnce).map(async ({ name, snapshot }) => {
      const read = await readEntry(tools, name).catch(passOverUntrusted)
      const entry = read?.entry
      return {
        ticket: name.id,
        database: name.database,
        verdict: !entry ? 'untrusted' : snapshot ? wordOf(entry) : 'not arrived',
        sizeBytes: snapshot?.sizeBytes ?? 0,
        takenAt: name.at.toISOString(),
        verifiedAt: entry?.verdict?.at,
      } as const
    })
    listed.push(...(await Promise.all(some)))
  }
  return listed
}

const tell = (listed: readonly Listed[], now: Date): string => {
  if (listed.length === 0)
    return 'No snapshots yet. "npm start" makes one; "enroll" sets up a Droplet.'
  const rows = listed.map(({ verdict, ticket, sizeBytes, takenAt }) => [
    verdict,
    ticket,
    sizeBytes === 0 ? '-' : sizeWords(sizeBytes),
    ageWords(takenAt, now),
  ])
  return table([['VERDICT', 'SNAPSHOT', 'SIZE', 'AGE'], ...rows])
}

export const list: Command = {
  summary: 'shows the snapshots in the store: verdict, size, age',
  help: `usage: snapproof list [DATABASE] [--json]

Shows every snapshot, or those of one database, newest first. Reads the store that .env names,
or the embedded one.

  --json   print the list as JSON`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, { json: { type: 'boolean' } })
    const [database, ...more] = positionals
    if (more.length > 0) throw usage('list takes at most one database.')
    if (database !== undefined && !databaseNamePattern.test(database)) throw usage(databaseNameRule)
    return withVariables(findHome(root), async (variables) => {
      const lasting = makeTools(variables, path.join(root, '.build'))
      const tools = { ...lasting, deadlineAt: new Date(8.64e15) }
      const listed = await listSnapshots(tools, database)
      print(values.json ? JSON.stringify(listed, undefined, 2) : tell(listed, tools.clock.now()))
      return exits.sound
    })
  },
}
