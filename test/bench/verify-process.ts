/** Our whole verification of one snapshot, from the store to its verdict, as one process. */
import { readFileSync } from 'node:fs'

import { systemClock } from '../../lib/adapters/clock'
import { spaces } from '../../lib/adapters/spaces/store'
import { enginesOf, openIn } from '../../lib/edge/tools'
import type { Store } from '../../lib/ports'
import { judgeAs } from '../../lib/rules/kinds/kinds'
import { expectationsOf } from '../../lib/rules/settings/databases'

export type Run = {
  endpoint: string
  key: string
  sizeBytes: number
  sha256: string
  memoryBytes: number
  spoolBytes: number
  assets: string
}

const counting = (store: Store): { store: Store; fetched(): number } => {
  let bytes = 0
  async function* counted(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      bytes += chunk.length
      yield chunk
    }
  }
  const counter: Store = {
    ...store,
    stream: async (key, etag) => {
      const found = await store.stream(key, etag)
      return found && { ...found, chunks: counted(found.chunks) }
    },
    range: async (key, part) => {
      const found = await store.range(key, part)
      return found && counted(found)
    },
  }
  return { store: counter, fetched: () => bytes }
}

const run: Run = JSON.parse(process.argv[2] ?? '{}')
const { store, fetched } = counting(
  spaces({
    endpoint: run.endpoint,
    region: 'local',
    bucket: 'bench',
    accessKey: 'access',
    secretKey: 'secret',
    prefix: 'backups/',
  }),
)
const engines = enginesOf({ ...run, clock: systemClock })
const examine = engines.sqlite.examiner(openIn(store))
void examine({
  key: run.key,
  claim: { encoding: 'identity', sizeBytes: run.sizeBytes, sha256: run.sha256 },
  expected: expectationsOf({}, '').asked,
  deadlineAt: new Date(systemClock.now().getTime() + 3_600_000),
}).then(({ findings, method }) => {
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  const verdict = judgeAs('sqlite', findings)
  const told = { verdict, method, peakBytes: Number(peak) * 1024, fetchedBytes: fetched() }
  process.stdout.write(JSON.stringify(verdict === 'passed' ? told : { ...told, findings }))
  process.exit(0)
})
