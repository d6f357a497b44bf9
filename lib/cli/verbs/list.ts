/** One line a snapshot: verdict, size, age. */
import { changesOf, readHoldings } from '../../journey/bucket/holdings'
import { listDatabase } from '../../journey/bucket/shelves'
import { groupsOf, listTop } from '../../journey/bucket/survey'
import type { Tools } from '../../ports'
import { absentWord, copiesOf } from '../../rules/copy/held'
import type { Held } from '../../rules/copy/held'
import { sortObjects } from '../../rules/copy/shelf'
import type { Listed } from '../../rules/copy/shown'
import { ageWords, sizeWords } from '../../rules/plain/wording'
import { exits, parse, print, table } from '../command'
import type { Command } from '../command'
import { withTools } from '../home'
import { mustBeThere, oneDatabase } from '../named'

export const listSnapshots = async (tools: Tools, database?: string): Promise<Listed[]> => {
  const listed: Listed[] = []
  for await (const { database: name, objects } of groupsFor(tools, database)) {
    const { shelves } = sortObjects(tools.settings, objects)
    const holdings = await readHoldings(tools, name, shelves)
    const changes = changesOf(copiesOf(holdings))
    listed.push(...holdings.map((held) => listedOf(held, changes.get(held.name.id))))
  }
  return listed
}

async function* groupsFor(tools: Tools, database: string | undefined) {
  if (database !== undefined) {
    yield { database, objects: await listDatabase(tools, database) }
    return
  }
  const { adopted } = await listTop(tools)
  yield* groupsOf(tools, adopted, [])
}

const verdictOf = ({ line, stored, word, isUntrusted, isNewer }: Held): string => {
  if (isUntrusted) return 'untrusted'
  if (isNewer) return 'of a newer Snapproof'
  if (!line) return 'unknown'
  return stored ? word : absentWord(line)
}

const listedOf = (held: Held, change: string | undefined): Listed => {
  const { name, shelf, line, stored } = held
  return {
    ticket: name.id,
    database: name.database,
    verdict: verdictOf(held),
    sizeBytes: (stored ?? shelf.snapshots[0])?.sizeBytes ?? 0,
    takenAt: line?.takenAt ?? name.at.toISOString(),
    verifiedAt: line?.provenAt,
    pinnedBy: line?.pinnedBy,
    rows: line?.rows,
    change,
  }
}

const tell = (listed: readonly Listed[], now: Date): string => {
  if (listed.length === 0)
    return 'No snapshots yet. "npm start" makes one; "enroll" sets up a Droplet.'
  const lines = listed.map(({ verdict, ticket, sizeBytes, takenAt, pinnedBy, rows, change }) => [
    verdict + (pinnedBy === undefined ? '' : ', pinned'),
    ticket,
    sizeBytes === 0 ? '-' : sizeWords(sizeBytes),
    ageWords(takenAt, now),
    String(rows ?? '-'),
    change ?? '-',
  ])
  return table([['VERDICT', 'SNAPSHOT', 'SIZE', 'AGE', 'ROWS', 'CHANGE'], ...lines])
}

export const list: Command = {
  help: `usage: snapproof list [DATABASE] [--json]

Shows every snapshot, or those of one database, newest first, with its rows and what changed since the
copy before it. Reads the store that .env names, or the embedded one.

  --json   print the list as JSON`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, { json: { type: 'boolean' } })
    const database = oneDatabase(positionals)
    return withTools(root, async (tools) => {
      await mustBeThere(tools, database)
      const listed = await listSnapshots(tools, database)
      print(values.json ? JSON.stringify(listed, undefined, 2) : tell(listed, tools.clock.now()))
      return exits.sound
    })
  },
}
