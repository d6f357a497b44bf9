import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { createBucket, entryPath, findBucket } from '../../../../lib/local/store/disk/folder'
import { commit, openObject } from '../../../../lib/local/store/disk/objects'
import { thisProcess } from '../../../../lib/local/store/disk/owner'

test('an object that is replaced between its entry and its bytes is looked for again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  await createBucket(folder, 'snapshots')
  const bucket = await findBucket(folder, 'snapshots')
  if (bucket === undefined) throw new Error('the bucket is not there')

  const draft = { path: join(bucket.incoming, 'draft'), owner: thisProcess() }
  await writeFile(draft.path, 'bytes')
  const about = { key: 'a', sizeBytes: 5, md5: '', sha256: '', lastModifiedAt: '', headers: {} }
  expect(await commit(bucket, draft, { about, condition: { kind: 'absent' } })).toBe(true)

  // The old entry names bytes that are gone, as in the moment in which another takes its place.
  const entry = await readFile(entryPath(bucket, 'a'), 'utf8')
  const next = join(bucket.incoming, 'next')
  await writeFile(next, entry)
  await writeFile(entryPath(bucket, 'a'), entry.replace(/"file": "[^"]*"/, '"file": "gone"'))
  const opening = openObject(bucket, 'a')
  await rename(next, entryPath(bucket, 'a'))
  const found = await opening
  expect(await found?.handle.readFile('utf8')).toBe('bytes')
  await found?.handle.close()
  await rm(folder, { recursive: true })
})
