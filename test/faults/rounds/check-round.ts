import { checkStoreFolder, judgeCopies, leftovers, readCopies } from '../oracle'
import type { Host } from '../world/scripts'
import { count } from '../world/world'
import type { Told, World } from '../world/world'
import { askAll } from '../world/writer'
import type { Writer } from '../world/writer'

/**
 * The longest that an app may have to wait for one commit while its database is copied: so long, and
 * so many times what a timer of this process was late by. A busy machine makes everybody wait.
 */
const lockPatienceMs = 5_000
const lagsAtMost = 50

/** The app never noticed: no complaint, no long wait, and its file is as it left it. */
export const checkSource = async (told: Told, host: Host, writer: Writer): Promise<void> => {
  await writer.stop()
  const { complaints, slowestCommitMs, slowestLagMs, committed } = writer
  if (complaints() !== '') told.found.push(`the app was told by SQLite: ${complaints()}`)
  if (slowestCommitMs() > lockPatienceMs + lagsAtMost * slowestLagMs())
    told.found.push(`a commit of the app took ${Math.round(slowestCommitMs())} ms`)
  count(told.counts, 'commits', committed())
  const { integrity, isTorn, n } = askAll(host.file)
  if (integrity !== 'ok') told.found.push(`the source: SQLite says ${integrity}`)
  else if (isTorn || n !== committed())
    told.found.push(`the source has ${n} commits, and its app made ${committed()}`)
}

/** Everything about one database after its round. */
export const checkRound = async (
  told: Told,
  { cloud, scratch }: World,
  { host, writer }: { host: Host; writer?: Writer },
): Promise<void> => {
  await cloud.revive()
  told.found.push(...cloud.ownEnds())
  if (writer) await checkSource(told, host, writer)
  const { copies, found } = await readCopies(host.name, cloud.tools())
  count(told.counts, 'copies read back', copies.length)
  told.found.push(...found, ...judgeCopies(copies, scratch), ...leftovers(host))
  told.found.push(...checkStoreFolder(cloud.storeFolder, false))
}
