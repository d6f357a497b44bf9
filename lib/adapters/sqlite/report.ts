/**
 * What has been seen so far? It may be asked at any moment: the time can run out at any of them.
 *
 * What SQLite said counts only once the bytes it read are known to be the stored ones.
 */
import type { Examination } from '../../ports'
import { sqlite } from '../../rules/kinds/sqlite/kind'
import { rising } from '../../rules/plain/order'
import type { Finding } from '../../rules/verdict/verdict'

import type { WorkerNews } from './engine/worker'

export type Report = {
  add(finding: Finding): void
  addNews(news: WorkerNews): void
  hear(sha256: string): void
  /** The stage that has no answer yet: where an early end is told. */
  readonly stage: string
  readonly hasFailed: boolean
  /** SQLite called it bad; it counts only where the reading is beyond doubt. */
  readonly isAccused: boolean
  /** What SQLite said was of something else than the stored bytes. */
  disown(): void
  /** From now on nothing is added; what tasks still say is not heard. */
  close(): Omit<Examination, 'tookMs'>
}

const beforeOpening: readonly string[] = ['arrival', 'bytes']

const inOrder = (findings: readonly Finding[]): Finding[] => findings.toSorted(rising(placeOf))

const placeOf = ({ check }: Finding): number => sqlite.checks.findIndex((known) => known === check)

export const report = (): Report => {
  const own: Finding[] = []
  const said: Finding[] = []
  const figures: Pick<Examination, 'schemaFingerprint' | 'schema' | 'rows' | 'values' | 'sha256'> =
    {}
  let method = 'not opened'
  let isClosed = false
  let stage = 'structure'

  const isBytesProven = () =>
    own.some(
      ({ check, outcome }) => check === 'bytes' && (outcome === 'passed' || outcome === 'warned'),
    )

  return {
    add: (finding) => void (isClosed || own.push(finding)),
    hear: (sha256) => void (isClosed || (figures.sha256 = sha256)),
    addNews: (news) => {
      if (isClosed) return
      if (news.kind === 'stage') stage = news.check
      if (news.kind === 'method') method = news.method
      if (news.kind === 'finding') said.push(news.finding)
      if (news.kind === 'schema') {
        figures.schemaFingerprint = news.fingerprint
        figures.schema = news.schema
      }
      if (news.kind === 'rows') figures.rows = news.counts
      if (news.kind === 'values') figures.values = news.values
    },
    get stage() {
      const open = beforeOpening.find((one) => !own.some(({ check }) => check === one))
      return open ?? stage
    },
    get hasFailed() {
      return own.some(({ outcome }) => outcome === 'failed')
    },
    get isAccused() {
      return said.some(({ outcome }) => outcome === 'failed')
    },
    disown: () => void said.splice(0),
    close: () => {
      isClosed = true
      const isAnswered = isBytesProven() && !own.some(({ outcome }) => outcome === 'failed')
      if (isAnswered) return { findings: inOrder([...own, ...said]), method, ...figures }
      const { sha256 } = figures
      return { findings: inOrder(own), method, ...(sha256 === undefined ? {} : { sha256 }) }
    },
  }
}
