/** Read-only mounts: mode bits would not hold back root. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { bindOver, makeReadOnly, makeWritable } from '../world/mounts'
import { makeHost } from '../world/scripts'
import type { Trial } from '../world/world'
import { makeDatabase, sql, startWriter } from '../world/writer'

import { diskTrial, hashOf, storeTrial } from './disk-trial'

const sourceOf = (name: string, mode: 'wal' | 'delete', isOpen: boolean): Trial =>
  diskTrial(`read-only: the source, ${name}`, async (scene) => {
    const { host, push, told } = scene
    const live = path.dirname(host.file)
    makeDatabase(host.file, { mode })
    bindOver(live)
    const writer = isOpen ? await startWriter(host.file) : undefined
    // Killed, it leaves its -wal: nobody can fold that in on a disk that takes nothing.
    if (writer) await writer.kill()
    if (isOpen !== existsSync(`${host.file}-wal`)) told.found.push('the scene was not set')
    makeReadOnly(live)
    const before = readdirSync(live).toSorted().join(' ')
    const ended = await push()
    if (ended.code !== 0) scene.expectTold(ended, 2, /SQLite could not copy/)
    if (!isOpen) scene.expectQuiet(ended, 'a source that nobody has open')
    if (readdirSync(live).toSorted().join(' ') !== before) told.found.push('the source has changed')
    makeWritable(live)
    scene.expectQuiet(await push(), 'writable again')
  })

const besideSource = diskTrial('read-only: the folder of source and spool', async (scene) => {
  const { host, push, world } = scene
  const live = path.dirname(host.file)
  makeDatabase(host.file)
  bindOver(live)
  makeReadOnly(live)
  const beside = { ...host, spool: live }
  const ended = await world.scripts.push(beside).ended
  scene.expectTold(ended, 2, /Nothing can be written in .*live/)
  makeWritable(live)
  scene.expectQuiet(await push(), 'with a spool of its own')
})

const spool = diskTrial('read-only: the spool', async (scene) => {
  const { host, push } = scene
  makeDatabase(host.file)
  bindOver(host.spool)
  makeReadOnly(host.spool)
  scene.expectTold(await push(), 2, /Nothing can be written in .*spool/)
  makeWritable(host.spool)
  scene.expectQuiet(await push(), 'writable again')
})

const spoolLater = diskTrial('read-only: the spool, since the last run', async (scene) => {
  const { host, push } = scene
  makeDatabase(host.file)
  scene.expectQuiet(await push(), 'the first push')
  sql(host.file, 'UPDATE total SET n = n')
  bindOver(host.spool)
  makeReadOnly(host.spool)
  scene.expectTold(await push(), 2, /Nothing can be written in .*spool/)
  makeWritable(host.spool)
  scene.expectQuiet(await push(), 'writable again')
})

const target = diskTrial('read-only: where a copy is restored to', async (scene) => {
  const { host, push, world, disk, told } = scene
  makeDatabase(host.file)
  scene.expectQuiet(await push(), 'the push')
  const to = path.join(disk, 'old.db')
  makeDatabase(to, { rows: 50, mark: 'old', mode: 'delete' })
  const before = hashOf(to)
  bindOver(disk)
  makeReadOnly(disk)
  scene.expectTold(await world.scripts.restore(host, to).ended, 2, /Nothing can be written in/)
  if (hashOf(to) !== before) told.found.push('the old file has changed')
  makeWritable(disk)
  const ended = await world.scripts.restore(host, to).ended
  if (ended.code !== 0) told.found.push(`writable again: exit ${ended.code}: ${ended.stderr}`)
})

const store = storeTrial('read-only: the store', bindOver, async (scene, storeFolder) => {
  const { host, push, told } = scene
  makeDatabase(host.file)
  makeReadOnly(storeFolder)
  scene.expectTold(await push(), 2, /stays in .* for the next run/)
  makeWritable(storeFolder)
  scene.expectQuiet(await push(), 'writable again')
  // A second database: what was begun on the disk that took nothing is not in its way.
  const other = makeHost(scene.world.folder, `${host.name}-other`)
  makeDatabase(other.file)
  const ended = await scene.world.scripts.push(other).ended
  if (ended.code !== 0) told.found.push(`another database: exit ${ended.code}: ${ended.stderr}`)
})

export const readOnlyDisks: readonly Trial[] = [
  sourceOf('a rollback journal', 'delete', false),
  sourceOf('a WAL database at rest', 'wal', false),
  sourceOf('a WAL database whose app was killed', 'wal', true),
  besideSource,
  spool,
  spoolLater,
  target,
  store,
]
