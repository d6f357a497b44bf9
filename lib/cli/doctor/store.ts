/** What must hold of the store, each tried as an attacker or an accident would. */
import type { Reply, StoreProbe } from '../../adapters/spaces/probe'
import type { Clock } from '../../ports'
import { minuteMs } from '../../rules/plain/time-units'

import type { Observation } from './observation'

const skewLimitMs = minuteMs

const ok = (what: string, detail: string): Observation => ({ what, state: 'ok', detail })

const wrong = (what: string, detail: string, mend: string): Observation => ({
  what,
  state: 'wrong',
  detail,
  mend,
})

const reachable = (status: number, code: string, bucket: string): Observation => {
  if (status === 200) return ok('bucket', `"${bucket}" answers to this key`)
  if (status === 404) {
    return wrong(
      'bucket',
      `there is no bucket "${bucket}" (404)`,
      'Make it, or correct SPACES_BUCKET and SPACES_ENDPOINT.',
    )
  }
  const refused = `the store refuses this key (${status} ${code})`
  return wrong(
    'bucket',
    refused,
    'Check SPACES_API_KEY and SPACES_API_SECRET, and that the key may use this bucket.',
  )
}

const clockObservation = (serverTime: Date | undefined, now: Date): Observation => {
  if (!serverTime) return { what: 'clock', state: 'unknown', detail: 'the store told no time' }
  const seconds = Math.round((now.getTime() - serverTime.getTime()) / 1000)
  if (Math.abs(seconds) * 1000 <= skewLimitMs)
    return ok('clock', 'this machine and the store agree')
  return wrong(
    'clock',
    `this machine is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the store`,
    'Set the clock: timedatectl set-ntp true. Past 15 minutes the store refuses every request.',
  )
}

const isRefused = ({ status }: Reply): boolean => status >= 400

/** Sends each abuse of an upload address and expects it refused. */
const abuses = async (probe: StoreProbe, mark: string, bucket: string): Promise<Observation[]> => {
  const unsafe = (detail: string) =>
    `Do not use this store for backups: ${detail}. Report it to its provider.`
  const seen: Observation[] = []
  const expect = (what: string, reply: Reply, good: string, bad: string) =>
    seen.push(
      isRefused(reply) ? ok(what, `${good} (${reply.status})`) : wrong(what, bad, unsafe(bad)),
    )

  const first = await probe.upload(`${mark}-a`, 'snapproof')
  if (first.status !== 200) {
    return [
      wrong(
        'upload address',
        `a right upload is refused (${first.status})`,
        'Give the key the right to write to the bucket; check that the endpoint is the origin, not the CDN.',
      ),
    ]
  }
  seen.push(ok('upload address', 'takes exactly the bytes it was made for'))
  const second = await probe.upload(`${mark}-a`, 'snapproof')
  expect(
    'one use',
    second,
    'a second upload is refused',
    'an address can be used twice and overwrite a copy',
  )
  const other = await probe.upload(`${mark}-b`, 'snapproof', { body: 'snapfroop' })
  expect(
    'bound bytes',
    other,
    'other bytes are refused',
    'an address takes other bytes than it was made for',
  )
  const without = await probe.upload(`${mark}-c`, 'snapproof', { without: 'if-none-match' })
  expect(
    'bound headers',
    without,
    'a missing header is refused',
    'an address works without its headers',
  )
  const headers = { 'x-amz-copy-source': `/${bucket}/backups/_state/probe/${mark}-a` }
  const copy = await probe.upload(`${mark}-d`, 'snapproof', { headers })
  expect(
    'no copying',
    copy,
    'x-amz-copy-source is refused',
    'an address can be turned into a copy of any object',
  )
  const stranger = await probe.readAsStranger(`${mark}-a`)
  const listing = await probe.listAsStranger()
  const isPrivate = isRefused(stranger) && isRefused(listing)
  seen.push(
    isPrivate
      ? ok(
          'private',
          `a stranger can neither list (${listing.status}) nor read (${stranger.status})`,
        )
      : wrong(
          'private',
          'anyone can list or read this bucket',
          'Set its file listing to restricted and remove any public policy.',
        ),
  )
  return seen
}

const versioning = (isVersioned: boolean | undefined): Observation => {
  if (isVersioned === undefined) {
    return { what: 'unversioned', state: 'unknown', detail: 'this key may not ask' }
  }
  if (!isVersioned) return ok('unversioned', 'create-only holds')
  return wrong(
    'unversioned',
    'the bucket keeps versions; there "only where nothing stands" does not hold on the engines behind Spaces',
    'Use another bucket, one that never had versioning switched on.',
  )
}

export const probeStore = async (
  probe: StoreProbe,
  { mark, bucket, clock }: { mark: string; bucket: string; clock: Clock },
): Promise<Observation[]> => {
  const found = await probe.reach().catch(() => undefined)
  if (!found) {
    return [
      wrong(
        'bucket',
        'the store does not answer',
        'Check SPACES_ENDPOINT, and the network from here.',
      ),
    ]
  }
  const bucketSeen = reachable(found.status, found.code, bucket)
  const seen = [bucketSeen, clockObservation(found.serverTime, clock.now())]
  if (bucketSeen.state !== 'ok') return seen
  seen.push(versioning(await probe.isVersioned()))
  try {
    seen.push(...(await abuses(probe, mark, bucket)))
  } catch {
    seen.push({ what: 'upload address', state: 'unknown', detail: 'the store stopped answering' })
  } finally {
    for (const letter of ['a', 'b', 'c', 'd']) {
      await probe.remove(`${mark}-${letter}`).catch(() => undefined)
    }
  }
  return seen
}
