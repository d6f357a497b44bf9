/**
 * What push.sh does with one copy: asks, uploads, asks for the verdict; and gives up in its own time.
 */
import { grantAccess } from '../../../lib/edge/access'
import type { TicketAnswer } from '../../../lib/journey/ticket'
import type { TicketRequest } from '../../../lib/journey/ticket'
import { bytesOf, kindOf, md5Of, sha256Of } from '../cloud/content'
import type { File } from '../cloud/content'
import type { Outcome } from '../cloud/functions'
import type { Random } from '../random'
import type { Task } from '../scheduler'
import type { World } from '../world'

export type Parcel = { file: File; request: TicketRequest; bytes: Buffer }

/** Larger than what is verified inside a call: then another function has to be started for it. */
const largeBytes = 64 * 1024 ** 2

/** What the taker of each kind says of it. */
const factsOf = ({ database, tables }: File) => {
  if (kindOf(database) === 'sqlite')
    return { facts: { sqlite_version: '3.45.1', journal_mode: 'wal' } }
  const rows = Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.rows]))
  const versions = { server_version: '16.4', dump_version: '17.2' }
  return { kind: 'postgres', facts: { ...versions, rows: JSON.stringify(rows) } }
}

export const parcelOf = (file: File, takenAt: Date, isLarge: boolean): Parcel => {
  const bytes = bytesOf(file)
  // A dump is always compressed.
  const isPacked = isLarge || kindOf(file.database) === 'postgres'
  return {
    file,
    bytes,
    request: {
      database: file.database,
      size_bytes: bytes.length,
      sha256: sha256Of(bytes),
      md5: md5Of(bytes),
      taken_at: takenAt.toISOString(),
      ...factsOf(file),
      host: 'droplet-1',
      ...(isPacked
        ? {
            encoding: 'gzip',
            raw_size_bytes: isLarge ? largeBytes : bytes.length,
            raw_sha256: sha256Of(bytes),
          }
        : { encoding: 'identity' }),
    },
  }
}

/** `refused`: no retry helps, and the copy stays in the spool. */
export type Sent = 'sent' | 'unchanged' | 'kept' | { refused: string }

export const announce = async (
  world: World,
  parcel: Parcel,
  task: Task,
): Promise<Outcome<TicketAnswer>> => {
  const { platform, scheduler } = world
  const { request } = parcel
  for (let tried = 1; ; tried += 1) {
    const call = { name: 'ticket' as const, request }
    const run = platform.steps.ticket
    const said = await platform.invoke(
      {
        ...call,
        run: async (tools) => {
          const { database } = request
          const token = `Bearer ${world.tokenOf(database)}`
          grantAccess(token, { scope: 'push', database }, tools.settings)
          return run(request, tools)
        },
      },
      task,
    )
    const isPassing = 'fault' in said && said.fault.isPassing && said.fault.code !== 'too-many'
    if (!isPassing || tried === 4) return said
    await scheduler.sleep(tried * 15_000, task)
  }
}

/** The upload begins in time, as a rule, and takes its time; or its host goes down on the way. */
const upload = async (
  world: World,
  { url, bytes, key }: { url: string; bytes: Buffer; key: string },
  random: Random,
  task: Task,
): Promise<boolean> => {
  const { scheduler, bucket, clocks, weather, trace } = world
  const by = { role: 'host', name: task.name, task }
  if (!world.isAtRest && random.chance(0.02)) {
    await scheduler.sleep(random.between(60_000, 1_200_000), task)
  }
  for (let tried = 0; tried < 3; tried += 1) {
    const startedAtMs = clocks.nowMs()
    const isLong = !world.isAtRest && random.chance(0.02)
    await scheduler.sleep(random.between(100, isLong ? 3_600_000 : 8_000), task)
    if (random.chance(weather.refused)) continue
    const status = bucket.upload(url, bytes, startedAtMs, by)
    trace.tell(clocks.nowMs(), by.name, `uploads ${key}: ${status}`)
    // 412: an earlier try had arrived, and its answer was lost.
    if (!random.chance(weather.lost)) return status === 200 || status === 412
  }
  return false
}

const askVerdict = async (world: World, ticket: string, task: Task): Promise<void> => {
  const { platform, scheduler, random } = world
  for (let tried = 0; tried < 5; tried += 1) {
    const said = await platform.invoke(
      {
        name: 'verdict',
        request: { ticket },
        run: (tools) => platform.steps.verdict({ ticket }, tools),
      },
      task,
    )
    if ('answer' in said && said.answer.verdict !== 'pending') {
      world.trace.tally.verdicts += 1
      return
    }
    await scheduler.sleep(random.between(5_000, 40_000), task)
  }
}

export const send = async (
  world: World,
  parcel: Parcel,
  random: Random,
  task: Task,
): Promise<Sent> => {
  const { scheduler, trace } = world
  trace.tally.pushes += 1
  const said = await announce(world, parcel, task)
  if ('fault' in said) {
    const { fault } = said
    return fault.isPassing ? 'kept' : { refused: fault.message }
  }
  const { answer } = said
  if ('unchanged' in answer) return 'unchanged'
  if (!world.isAtRest && random.chance(0.01)) scheduler.kill(task, 'before its upload')
  const { ticket, put: url } = answer
  const isSent = await upload(world, { url, bytes: parcel.bytes, key: ticket }, random, task)
  if (!isSent) return 'kept'
  await askVerdict(world, ticket, task)
  return 'sent'
}
