/**
 * Somebody else with a key to the bucket: an older script, an app of its own, and a clumsy hand.
 */
import { dayMs } from '../../../lib/rules/plain/time-units'
import { bytesOf, kindOf } from '../cloud/content'
import type { Random } from '../random'
import type { World } from '../world'

import { copyNow } from './life'

const by = { role: 'stranger', name: 'stranger' }

const foreignKeys = [
  'users/1/photo.jpg',
  'backups/readme.txt',
  'backups/Holiday Photos/1.jpg',
  'backups/tokens/notes.txt',
  'backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.db.bak',
  'backups/_state/of-somebody-else.json',
  'backups/unlisted_2025-07-04.db',
  'backups/zzz/2025/01/zzz_2025-02-30T010000Z_3f9a1c.db',
] as const

const dropForeign = (world: World, random: Random): void => {
  const key = random.pick(foreignKeys)
  world.oracle.foreign.add(key)
  world.bucket.write(key, Buffer.from(`not yours ${random.hex(8)}`), 'put', by)
  world.trace.tell(world.clocks.nowMs(), by.name, `drops ${key}`)
}

/** One file a day at the top of the prefix, written again when the script runs twice. */
const leaveLegacy = (world: World, random: Random): void => {
  const alive = random.anyOf([...world.alive.values()])
  if (!alive) return
  const { database } = alive.file
  const day = new Date(world.clocks.nowMs()).toISOString().slice(0, 10)
  const suffix = kindOf(database) === 'postgres' ? 'sql.gz' : 'db'
  const key = `backups/${database}_${day}.${suffix}`
  const kind = random.chance(0.1) ? 'corrupt' : 'sound'
  const serial = random.between(1, 1_000_000)
  const bytes = bytesOf({ ...copyNow(alive, serial), kind })
  world.bucket.write(key, bytes, 'put', by)
  world.trace.tell(world.clocks.nowMs(), by.name, `leaves ${key} (${kind})`)
}

const spoil = (world: World, random: Random): void => {
  const copies = world.oracle.truth.copies().filter(({ stored }) => stored !== undefined)
  const copy = random.anyOf(copies)
  if (!copy) return
  const { key } = copy.entry
  if (random.chance(0.5)) {
    world.bucket.remove(key, by)
    world.trace.tell(world.clocks.nowMs(), by.name, `removes ${key}`)
  } else {
    world.bucket.write(key, Buffer.from(`spoilt ${random.hex(8)}`), 'put', by)
    world.trace.tell(world.clocks.nowMs(), by.name, `overwrites ${key}`)
  }
}

/** An entry of his own making, under a name of ours: without our signature it says nothing. */
const forge = (world: World, random: Random): void => {
  const database = random.anyOf([...world.alive.keys()])
  if (database === undefined) return
  const day = new Date(world.clocks.nowMs()).toISOString()
  const id = `${database}_${day.slice(0, 13)}0000Z_${random.hex(6)}`
  const base = `backups/${database}/${day.slice(0, 4)}/${day.slice(5, 7)}/${id}`
  const payload = Buffer.from(JSON.stringify({ predicate: { snapproof: { id } } }))
  const envelope = {
    payloadType: 'application/vnd.in-toto+json',
    payload: payload.toString('base64'),
    signatures: [{ keyid: '00000000', sig: payload.toString('base64') }],
  }
  world.bucket.write(`${base}.entry.json`, Buffer.from(JSON.stringify(envelope)), 'put', by)
  world.bucket.write(`${base}.db`, Buffer.from('forged'), 'put', by)
  for (const suffix of ['.entry.json', '.db']) world.oracle.foreign.add(`${base}${suffix}`)
  world.trace.tell(world.clocks.nowMs(), by.name, `forges ${id}`)
}

export const startStranger = (world: World): void => {
  const { scheduler } = world
  const random = world.random.fork('stranger')
  const turn = () => {
    scheduler.after(random.between(dayMs / 2, 12 * dayMs), turn)
    if (world.isAtRest) return
    const draw = random.next()
    if (draw < 0.4) dropForeign(world, random)
    else if (draw < 0.75) leaveLegacy(world, random)
    else if (draw < 0.85) forge(world, random)
    else spoil(world, random)
  }
  scheduler.after(random.between(0, 5 * dayMs), turn)
}
