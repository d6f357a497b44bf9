/** Disks that take no more: each is told with its mend, loses nothing, and is cured by making room. */
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'

import { mountSmall, resize } from '../world/mounts'
import type { Trial } from '../world/world'
import { askAll, makeDatabase, sql, startWriter } from '../world/writer'

import { diskTrial, fill, hashOf, storeTrial } from './disk-trial'
import type { Scene } from './disk-trial'

const megabytes = 1024
const waitingIn = ({ host }: Scene): number =>
  readdirSync(path.join(host.spool, `.snapproof-${host.name}`)).filter((name) => /^\d/.test(name))
    .length

const spoolTooSmall = diskTrial('full: the spool, before the copy', async (scene) => {
  const { host, push } = scene
  makeDatabase(host.file, { rows: 6000 })
  mountSmall(host.spool, 256)
  scene.expectTold(await push(), 2, /There is no room for a copy in .*spool/)
  resize(host.spool, 8 * megabytes)
  scene.expectQuiet(await push(), 'with room again')
})

const spoolFillsByWal = diskTrial('full: the spool, while it is copied', async (scene) => {
  const { host, push } = scene
  makeDatabase(host.file, { rows: 10 })
  // What is only in the -wal does not show in the size of the file.
  const writer = await startWriter(host.file)
  sql(
    host.file,
    'PRAGMA wal_autocheckpoint = 0; CREATE TABLE more AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) SELECT i, hex(randomblob(200)) AS value FROM n;',
  )
  mountSmall(host.spool, 512)
  scene.expectTold(await push(), 2, /(disk is full|no room)/)
  resize(host.spool, 8 * megabytes)
  await writer.stop()
  scene.expectQuiet(await push(), 'with room again')
})

const spoolFillsByGzip = diskTrial('full: the spool, while it is compressed', async (scene) => {
  const { host, push } = scene
  makeDatabase(host.file, { rows: 8000, mode: 'delete' })
  mountSmall(host.spool, 2300)
  scene.expectTold(await push(['--gzip']), 2, /There is no room for a copy in .*spool/)
  resize(host.spool, 8 * megabytes)
  scene.expectQuiet(await push(['--gzip']), 'with room again')
})

const tempFull = diskTrial('full: the temp folder', async (scene) => {
  const { host, push, world } = scene
  makeDatabase(host.file)
  mountSmall(host.temp, 16)
  const filler = path.join(host.temp, 'filler')
  fill(filler)
  scene.expectQuiet(await push(), 'a full temp folder')
  const list = await world.scripts.restore(host, host.file, ['--list']).ended
  if (list.code !== 0) scene.expectTold(list, 2, /\S/)
  rmSync(filler)
})

const restoreFull = diskTrial('full: where a copy is restored to', async (scene) => {
  const { host, push, world, disk, told } = scene
  makeDatabase(host.file, { rows: 8000 })
  scene.expectQuiet(await push(), 'the push')
  mountSmall(disk, megabytes)
  const to = path.join(disk, 'old.db')
  makeDatabase(to, { rows: 50, mark: 'old', mode: 'delete' })
  const before = hashOf(to)
  scene.expectTold(await world.scripts.restore(host, to).ended, 2, /no room.*nothing was changed/)
  // As much room as the copy takes, but it is taken by somebody else while it arrives.
  if (hashOf(to) !== before) told.found.push('the old file has changed')
  if (readdirSync(disk).length !== 1) told.found.push(`left behind: ${readdirSync(disk).join(' ')}`)
  resize(disk, 16 * megabytes)
  const ended = await world.scripts.restore(host, to).ended
  if (ended.code !== 0) told.found.push(`with room again: ${ended.code}: ${ended.stderr}`)
  if (askAll(to).integrity !== 'ok') told.found.push('what was restored does not open')
})

const sourceFull = diskTrial('full: the source, while its WAL grows', async (scene) => {
  const { host, push, told } = scene
  const live = path.dirname(host.file)
  mountSmall(live, 2 * megabytes)
  makeDatabase(host.file, { rows: 2000 })
  const writer = await startWriter(host.file)
  fill(path.join(live, 'filler'))
  for (let waited = 0; waited < 100 && writer.complaints() === ''; waited += 1)
    await new Promise((over) => setTimeout(over, 50))
  if (!/full/.test(writer.complaints())) told.found.push(`the app was told: ${writer.complaints()}`)
  scene.expectQuiet(await push(), 'a full source')
  await writer.stop()
  const atRest = await push()
  if (atRest.code !== 0) scene.expectTold(atRest, 2, /(full|disk I\/O)/)
  rmSync(path.join(live, 'filler'))
  scene.expectQuiet(await push(), 'with room again')
  const safe = path.join(host.folder, 'safe')
  mkdirSync(safe)
  for (const name of readdirSync(live)) copyFileSync(path.join(live, name), path.join(safe, name))
})

const storeFullAtUpload = storeTrial(
  'full: the store, during the upload',
  (folder) => mountSmall(folder, 512),
  async (scene, storeFolder) => {
    const { host, push, told } = scene
    makeDatabase(host.file, { rows: 8000 })
    scene.expectTold(await push(), 2, /The store answered 507 InsufficientStorage/)
    if (waitingIn(scene) !== 1) told.found.push('the copy does not wait in the spool')
    resize(storeFolder, 32 * megabytes)
    scene.expectQuiet(await push(), 'with room again')
  },
)

const storeFullAtTicket = storeTrial(
  'full: the store, before the ticket',
  (folder) => mountSmall(folder, 2 * megabytes),
  async (scene, storeFolder) => {
    const { host, push, told } = scene
    makeDatabase(host.file)
    const filler = path.join(storeFolder, 'filler')
    fill(filler)
    scene.expectTold(await push(), 2, /stays in .* for the next run/)
    if (waitingIn(scene) !== 1) told.found.push('the copy does not wait in the spool')
    rmSync(filler)
    scene.expectQuiet(await push(), 'with room again')
  },
)

export const fullDisks: readonly Trial[] = [
  spoolTooSmall,
  spoolFillsByWal,
  spoolFillsByGzip,
  tempFull,
  restoreFull,
  sourceFull,
  storeFullAtUpload,
  storeFullAtTicket,
]
