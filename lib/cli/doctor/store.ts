/** What must hold of the store, each tried as an attacker or an accident would. */
import { certificateCodeOf, trustMend } from '../../adapters/spaces/certificates'
import type { Reply, StoreProbe } from '../../adapters/spaces/probe'
import type { Clock } from '../../ports'
import { spanWords } from '../../rules/keeping/periods'
import { minuteMs, secondMs } from '../../rules/plain/time-units'

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

export const clockObservation = (serverTime: Date | undefined, now: Date): Observation => {
  if (!serverTime) return { what: 'clock', state: 'unknown', detail: 'the store told no time' }
  const seconds = Math.round((now.getTime() - serverTime.getTime()) / 1000)
  if (Math.abs(seconds) * 1000 <= skewLimitMs)
    return ok('clock', 'this machine and the store agree')
  return wrong(
    'clock',
    `this machine is ${spanWords(Math.abs(seconds) * secondMs)} ${seconds > 0 ? 'ahead of' : 'behind'} the store`,
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

export const versioning = (found: Awaited<ReturnType<StoreProbe['versioning']>>): Observation => {
  const what = 'unversioned'
  if (found === undefined) return { what, state: 'unknown', detail: 'this key may not ask' }
  if (found === 'never') return ok(what, 'create-only holds')
  return wrong(
    what,
    found === 'enabled'
      ? 'the bucket keeps versions; there "only where nothing stands" does not hold on the engines behind Spaces'
      : 'versions were kept here once, and are suspended: what was deleted meanwhile is still there, and is paid for',
    'Use another bucket, one that never had versioning switched on.',
  )
}

/** What is made anew by itself, or by the next look: who lets it expire loses nothing. */
const mayExpire = ['_reports/digests/', '_state/probe/']

/** Of rules for these prefixes, those that delete copies, or what we have written down of them. */
export const thatDelete = (prefixes: readonly string[], ours: string): string[] =>
  prefixes.filter(
    (one) =>
      (one.startsWith(ours) || ours.startsWith(one)) &&
      !mayExpire.some((name) => one.startsWith(`${ours}${name}`)),
  )

export const lifecycle = (prefixes: readonly string[] | undefined, ours: string): Observation => {
  const what = 'no expiry'
  if (!prefixes)
    return { what, state: 'unknown', detail: 'this key may not ask for lifecycle rules' }
  const [first] = thatDelete(prefixes, ours)
  if (first === undefined) return ok(what, `no lifecycle rule deletes anything under ${ours}`)
  return wrong(
    what,
    `a lifecycle rule deletes what stands under "${first}" after a time, the newest copy like any other`,
    `Remove that rule, or keep it to other prefixes: aws s3api get-bucket-lifecycle-configuration shows it. Old copies are deleted by prune, and the newest sound one never.`,
  )
}

/** Removes what was uploaded; that it cannot be removed is worth as much as all the rest. */
const removal = async (probe: StoreProbe, mark: string): Promise<Observation> => {
  const what = 'deleting'
  const left: string[] = []
  try {
    for (const letter of ['a', 'b', 'c', 'd'])
      if (!(await probe.remove(`${mark}-${letter}`))) left.push(`${mark}-${letter}`)
  } catch {
    return { what, state: 'unknown', detail: 'the store stopped answering' }
  }
  const [first] = left
  if (first === undefined) return ok(what, 'what was tried is removed again')
  return wrong(
    what,
    `this key may not delete: backups/_state/probe/${first} stays behind`,
    'Give the key read, write and delete, and remove what denies s3:DeleteObject from the bucket’s policy (aws s3api get-bucket-policy). Until then nothing is deleted, and the bucket only grows.',
  )
}

export const probeStore = async (
  probe: StoreProbe,
  { mark, bucket, prefix, clock }: { mark: string; bucket: string; prefix: string; clock: Clock },
): Promise<Observation[]> => {
  let found: Awaited<ReturnType<StoreProbe['reach']>>
  try {
    found = await probe.reach()
  } catch (thrown) {
    const code = certificateCodeOf(thrown)
    if (code !== undefined)
      return [wrong('certificate', `the store’s is not trusted here (${code})`, trustMend)]
    const mend = 'Check SPACES_ENDPOINT, and the network from here.'
    return [wrong('bucket', 'the store does not answer', mend)]
  }
  const bucketSeen = reachable(found.status, found.code, bucket)
  const seen = [bucketSeen, clockObservation(found.serverTime, clock.now())]
  if (bucketSeen.state !== 'ok') return seen
  seen.push(versioning(await probe.versioning()), lifecycle(await probe.expiring(), prefix))
  try {
    seen.push(...(await abuses(probe, mark, bucket)))
  } catch {
    seen.push({ what: 'upload address', state: 'unknown', detail: 'the store stopped answering' })
  } finally {
    seen.push(await removal(probe, mark))
  }
  return seen
}
