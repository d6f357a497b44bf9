/** What was one of the app’s objects then? Its content as it was kept, into a file on this disk, and nowhere else. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { lineIn } from '../../adapters/objects/asked'
import { Fault } from '../../faults'
import { listShelves } from '../../journey/bucket/shelves'
import { askFirst, readKeptOfEither } from '../../journey/second/kept'
import { eachIn } from '../../journey/taking/ask'
import type { Tools } from '../../ports'
import { wordOf } from '../../rules/copy/entry'
import { isWithin, momentRule, parseMoment } from '../../rules/copy/moment'
import type { Moment } from '../../rules/copy/moment'
import { placeLine } from '../../rules/copy/place'
import { thenOf } from '../../rules/kinds/objects/contents'
import type { ObjectLine } from '../../rules/kinds/objects/inventory'
import { collectionOf, readingsOf } from '../../rules/kinds/objects/settings'
import { clip, instantWords, sizeWords } from '../../rules/plain/wording'
import { operatorCommand } from '../../rules/troubles/trouble'
import { isWhole } from '../../rules/verdict/verdict'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { withTools } from '../home'
import { mustBeThere } from '../named'

const notFound = (why: string, mend: string): Fault => new Fault({ code: 'not-found', why, mend })

const listsIt = (database: string): string =>
  `Every inventory with its time: ${operatorCommand(`list ${database}`)}`

/** Which database takes inventories of such an object? */
export const databaseOf = (key: string, { settings: { databases } }: Tools): string => {
  const [database, ...more] = Object.entries(databases).flatMap(([name, said]) =>
    said.kind === 'objects' && collectionOf(readingsOf(said), key) ? [name] : [],
  )
  if (database !== undefined && more.length === 0) return database
  throw database === undefined
    ? notFound(
        'No collection of lib/databases.ts has an object of this key.',
        'Name the whole key, as it stands in the bucket; or its database, with --of.',
      )
    : notFound(
        `Inventories of ${[database, ...more].join(' and of ')} tell of it.`,
        'Name one of these with --of.',
      )
}

type Asked = { database: string; key: string; moment: Moment | undefined }
type Known = { inventory: string; line: ObjectLine }

/** The newest inventory by then that knows the key at all. */
const knownBy = async ({ database, key, moment }: Asked, tools: Tools): Promise<Known> => {
  const shelves = await listShelves(tools, database)
  const meant = shelves.filter(({ name }) => isWithin(moment, name))
  for await (const { name, entry } of eachIn(meant, (one) => isWhole(wordOf(one)), tools)) {
    const found = await tools.store.stream(entry.key, entry.etag)
    const { encoding } = entry.claim
    const line = found && (await lineIn({ chunks: found.chunks, encoding }, key))
    if (line) return { inventory: name.id, line }
  }
  const oldest = shelves.findLast(({ snapshots }) => snapshots.length > 0)
  throw notFound(
    `No inventory${moment ? ' by then' : ''} tells of this object${oldest ? `; the oldest that is kept is of ${instantWords(oldest.name.at.toISOString())}` : ', and none is kept'}.`,
    listsIt(database),
  )
}

const quoted = (key: string): string =>
  /^[\w./@+-]+$/.test(key) ? key : `'${key.replaceAll("'", String.raw`'\''`)}'`

/** What is kept of it, and when it had been written; or the sentence that says why nothing is. */
const keptOf = ({ inventory, line }: Known, { key, database, moment }: Asked) => {
  const then = thenOf(line, { orLastGood: moment === undefined })
  if ('kept' in then) return then
  throw notFound(
    `${then.why} (${inventory})`,
    then.good
      ? `What it was at ${instantWords(then.good.at)}, when it last was good: ${operatorCommand(`fetch ${quoted(key)}`)}`
      : listsIt(database),
  )
}

const write = (file: string, bytes: Uint8Array): void => {
  try {
    // What customers said to one another: for who asked alone, and over nothing.
    writeFileSync(file, bytes, { mode: 0o600, flag: 'wx' })
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown'
    throw new Fault({
      code: 'bad-request',
      why:
        code === 'EEXIST'
          ? `${file} is there already, and is not written over.`
          : `${file} cannot be written (${code}).`,
      mend: 'Name another file with --to.',
    })
  }
}

/** What is told, and how it ends. */
export const fetchInto = async (
  asked: Asked,
  to: string,
  tools: Tools,
): Promise<{ code: number; lines: readonly string[] }> => {
  const { answer: known, why: whyKnown } = await askFirst((one) => knownBy(asked, one), tools)
  const { kept, at } = keptOf(known, asked)
  const given = await readKeptOfEither(tools, asked.database, kept)
  const { answer: content } = given
  const why = whyKnown ?? given.why
  if (content.is === 'gone')
    throw notFound(
      `It was kept on ${kept.slice(0, 10)}, and is not there any more: contents stay for as long as keepContents in lib/databases.ts says.`,
      listsIt(asked.database),
    )
  if (content.is === 'damaged')
    return {
      code: exits.damaged,
      lines: [
        'What stands there is not what was kept: its SHA-256 is another one. Nothing was written.',
        'mend: Look at who may write to the bucket of the backups.',
      ],
    }
  write(to, content.bytes)
  return {
    code: exits.sound,
    lines: [
      ...(why === undefined ? [] : [placeLine(why)]),
      `${to}: ${sizeWords(content.bytes.length)}, by its SHA-256 what was kept.`,
      `It had been written ${instantWords(at)}; ${known.inventory} tells of it.`,
      'Nothing was changed in the app’s bucket: putting it back is yours.',
    ],
  }
}

const momentOf = (text: string | undefined): Moment | undefined => {
  if (text === undefined) return undefined
  const moment = parseMoment(text)
  if (!moment) throw usage(`That is no time. ${momentRule}`)
  return moment
}

export const fetch: Command = {
  help: `usage: snapproof fetch KEY [--at TIME] [--to FILE] [--of DATABASE]

Writes what one of the app's objects was into a file on this disk, as the newest inventory by then tells of it, and
holds it against its SHA-256. Contents are kept where keepContents is set in lib/databases.ts (lib/docs/objects.md):
those that were good. Where the bucket of the backups is away, or has lost it, it comes from the second place
(SECOND_*). Nothing is ever written into the app's bucket.

  --at TIME        a UTC day (2025-07-04), a UTC time (2025-07-04T01:00Z), or the ticket id of an inventory;
                   without it what it was when it last was good
  --to FILE        where to; without it the last part of the key, in this folder
  --of DATABASE    where inventories of several tell of it`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      at: { type: 'string' },
      to: { type: 'string' },
      of: { type: 'string' },
    })
    const [key, ...more] = positionals
    if (key === undefined || more.length > 0) throw usage('fetch takes one key.')
    const moment = momentOf(values.at)
    const to = values.to ?? clip(path.posix.basename(key))
    return withTools(root, async (tools) => {
      await mustBeThere(tools, values.of)
      const database = values.of ?? databaseOf(key, tools)
      const { code, lines } = await fetchInto({ database, key, moment }, to, tools)
      print(lines.join('\n'))
      return code
    })
  },
}
