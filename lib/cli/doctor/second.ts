/**
 * What must hold of the second place: it answers, to us alone; nothing there is overwritten, and what may be done
 * with each of its keys is what that key is for.
 */
import { certificateCodeOf, trustMend } from '../../adapters/spaces/certificates'
import type { StoreProbe } from '../../adapters/spaces/probe'
import type { Clock } from '../../ports'

import type { Observation } from './observation'
import { clockObservation, lifecycle, versioning } from './store'

export type SecondProbes = {
  /** By the key that every function has. */
  reads: StoreProbe
  /** By those of watch and prune; undefined where they are not set. */
  writes: StoreProbe | undefined
  deletes: StoreProbe | undefined
  /** The place of the backups, by its own key. */
  first: StoreProbe
}

/** One name, always the same: where nobody may delete, no more than this one stays behind. */
const name = 'second'

const isDenied = (status: number): boolean => status === 401 || status === 403

type Asked = { bucket: string; prefix: string; mark: string; clock: Clock }

const reach = async (probe: StoreProbe, { bucket, clock }: Asked): Promise<Observation[]> => {
  const what = 'second place'
  try {
    const { status, code, serverTime } = await probe.reach()
    if (status === 200) return [{ what, state: 'ok', detail: `"${bucket}" answers to this key` }]
    const isNone = status === 404
    const time = clockObservation(serverTime, clock.now())
    const refused: Observation = {
      what,
      state: 'wrong',
      detail: isNone
        ? `there is no bucket "${bucket}" (404)`
        : `the store refuses SECOND_API_KEY (${status} ${code})`,
      mend: isNone
        ? 'Make it, or correct SECOND_BUCKET and SECOND_ENDPOINT.'
        : 'Check SECOND_API_KEY and SECOND_API_SECRET, SECOND_REGION, and that the key may list and read this bucket.',
    }
    // A request that is signed at another time is refused as one with another key is.
    return time.state === 'wrong' ? [{ ...time, what: 'second: clock' }, refused] : [refused]
  } catch (thrown) {
    const code = certificateCodeOf(thrown)
    return [
      code === undefined
        ? {
            what,
            state: 'wrong',
            detail: 'the store does not answer',
            mend: 'Check SECOND_ENDPOINT, and the network from here.',
          }
        : {
            what,
            state: 'wrong',
            detail: `its certificate is not trusted (${code})`,
            mend: trustMend,
          },
    ]
  }
}

/** One bucket has many addresses: what was just written into the first place must not stand in the second. */
const elsewhere = async ({ first, reads }: SecondProbes, mark: string): Promise<Observation[]> => {
  const what = 'second: another place'
  const written = await first.upload(mark, 'snapproof').catch(() => undefined)
  // Why it cannot be written there is told of the first place.
  if (written?.status !== 200) return []
  const isSame = await reads.isThere(mark).finally(() => first.remove(mark).catch(() => false))
  if (isSame === undefined) return []
  return [
    isSame
      ? {
          what,
          state: 'wrong',
          detail:
            'it is the bucket of the backups itself, by another address: nothing is kept twice',
          mend: 'Let SECOND_ENDPOINT and SECOND_BUCKET name another bucket, better at another provider, and deploy again.',
        }
      : { what, state: 'ok', detail: 'what is written in the first place does not appear in it' },
  ]
}

/** Bytes that are not the announced ones are stored by nobody: who may write is told so, who may not is refused. */
const readsOnly = async (probe: StoreProbe): Promise<Observation> => {
  const what = 'second: reading key'
  const { status } = await probe.upload(`${name}-read`, 'snapproof', { body: 'snapfroop' })
  if (isDenied(status)) return { what, state: 'ok', detail: 'it cannot write there' }
  return {
    what,
    state: 'note',
    detail: 'SECOND_API_KEY may write there, and every function has it',
    mend: 'Make a key that may list and read that bucket, and nothing else.',
  }
}

const privacy = async (probe: StoreProbe): Promise<Observation> => {
  const what = 'second: private'
  const [listed, read] = [await probe.listAsStranger(), await probe.readAsStranger(name)]
  return listed.status >= 400 && read.status >= 400
    ? {
        what,
        state: 'ok',
        detail: `a stranger can neither list (${listed.status}) nor read (${read.status})`,
      }
    : {
        what,
        state: 'wrong',
        detail: 'anyone can list or read this bucket',
        mend: 'Let nobody list it, and remove any public policy: every copy stands there too.',
      }
}

const carrying = async (probe: StoreProbe | undefined): Promise<Observation[]> => {
  const what = 'second: carrying'
  if (!probe) {
    const mend = 'Set SECOND_WRITE_API_KEY and SECOND_WRITE_API_SECRET, and deploy again.'
    return [{ what, state: 'wrong', detail: 'no key is set that may write there', mend }]
  }
  const first = await probe.upload(name, 'snapproof')
  // One that stands from before is refused as well as it must be.
  if (first.status !== 200 && first.status !== 412) {
    const mend =
      'Give SECOND_WRITE_API_KEY the right to list, read and write in that bucket; check SECOND_REGION.'
    return [{ what, state: 'wrong', detail: `a right upload is refused (${first.status})`, mend }]
  }
  const again = await probe.upload(name, 'snapproof')
  const isKept = again.status >= 400
  return [
    { what, state: 'ok', detail: 'the key of watch can write there' },
    isKept
      ? { what: 'second: create-only', state: 'ok', detail: 'what stands there is not overwritten' }
      : {
          what: 'second: create-only',
          state: 'wrong',
          detail:
            'this store overwrites what stands there, though it is asked not to (If-None-Match)',
          mend: 'Use a store that knows If-None-Match: in this one, whoever falsified the first place could overwrite the second.',
        },
  ]
}

const keeping = async ({ writes, deletes }: SecondProbes): Promise<Observation[]> => {
  const what = 'second: writing key'
  const seen: Observation[] = []
  if (writes && (await writes.remove(name)))
    seen.push({
      what,
      state: 'note',
      detail: 'SECOND_WRITE_API_KEY may delete there too; watch never does, a thief of it could',
      mend: 'Where the provider knows such rights, make a key without that one. Where it knows none, as in Spaces, leave it: only watch is given this key, and no web request reaches it.',
    })
  else if (writes) seen.push({ what, state: 'ok', detail: 'it cannot delete there' })
  if (!deletes) {
    const detail =
      'no key is set that may delete there: it only grows, and nothing there is let go of'
    return [...seen, { what: 'second: deleting', state: 'note', detail }]
  }
  const isGone = await deletes.remove(name)
  return [
    ...seen,
    isGone
      ? { what: 'second: deleting', state: 'ok', detail: 'the key of prune can delete there' }
      : {
          what: 'second: deleting',
          state: 'wrong',
          detail: `SECOND_PRUNE_API_KEY may not delete: backups/_state/probe/${name} stays behind`,
          mend: 'Give that key read, write and delete in that bucket. Until then nothing there is let go of.',
        },
  ]
}

export const probeSecond = async (probes: SecondProbes, asked: Asked): Promise<Observation[]> => {
  const answers = await reach(probes.reads, asked)
  if (answers.some(({ state }) => state !== 'ok')) return answers
  const named = ({ what, ...one }: Observation): Observation => ({
    ...one,
    what: `second: ${what}`,
  })
  const seen = [
    ...answers,
    named(versioning(await probes.reads.versioning())),
    named(lifecycle(await probes.reads.expiring(), asked.prefix)),
  ]
  try {
    seen.push(...(await elsewhere(probes, `${asked.mark}-first`)))
    seen.push(await readsOnly(probes.reads))
    seen.push(...(await carrying(probes.writes)))
    // Asked while something stands there that could be read.
    seen.push(await privacy(probes.reads), ...(await keeping(probes)))
  } catch {
    seen.push({ what: 'second place', state: 'unknown', detail: 'the store stopped answering' })
  }
  return seen
}
