/**
 * What does the app keep in its own bucket, and who else may read it? Listed and read by our key, and tried
 * without any; what could write stays behind here.
 */
import type { AppObjects } from '../../ports'

import type { SpacesOptions } from './client'
import { spaces } from './store'
import type { Within } from './store'

/** A stranger is answered within a moment, or it is not known what he is answered. */
const strangerMs = 10_000

export const appObjects = (options: SpacesOptions, within: Within = {}): AppObjects => {
  const { pages, stream, range } = spaces(options, within)
  const { signal } = within
  return {
    pages,
    stream,
    range,
    isOpenToAnyone: async (key) => {
      const path = key === undefined ? '?list-type=2&max-keys=1' : addressPart(key)
      if (path === undefined) return undefined
      const ends = [AbortSignal.timeout(strangerMs), ...(signal ? [signal] : [])]
      try {
        const { status, body } = await fetch(
          `${new URL(options.endpoint).origin}/${options.bucket}/${path}`,
          { headers: { range: 'bytes=0-0' }, redirect: 'manual', signal: AbortSignal.any(ends) },
        )
        await body?.cancel()
        return openWhere(status)
      } catch {
        return undefined
      }
    },
  }
}

/** Undefined for a key that an address cannot say: "." and ".." are taken for a way through folders. */
const addressPart = (key: string): string | undefined => {
  const pieces = key.split('/')
  return pieces.some((piece) => piece === '.' || piece === '..')
    ? undefined
    : pieces.map(encodeURIComponent).join('/')
}

/** 416 is said of an object without a byte, to who may read it. Of one that is gone nothing is known. */
const openWhere = (status: number): boolean | undefined => {
  if (status === 200 || status === 206 || status === 416) return true
  return status === 401 || status === 403 ? false : undefined
}
