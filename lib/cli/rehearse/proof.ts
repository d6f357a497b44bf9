/** Did everything come back that was there when the copy was taken, and what did not? */
import { copyFileSync, statSync } from 'node:fs'
import path from 'node:path'

import { contentHash, lastOf, replay, rowsOf } from '../../local/sqlite/app'
import type { App } from '../../local/sqlite/app'
import { countWords } from '../../rules/plain/wording'
import type { Home } from '../home'
import type { Engine } from '../needs'
import { verifyFile } from '../verbs/verify'

type Course = {
  /** The last commit before push.sh was started, and when it had ended. */
  atPush: number
  afterPush: number
  atLoss: number
  rowsAtLoss: number
  tookMs: number
}

export type Proof = {
  isProven: boolean
  findings: { isRight: boolean; text: string }[]
  /** The commit to which the database was brought back, and what was committed after it. */
  restoredTo: number
  lostCommits: number
  rowsAtLoss: number
  rowsRestored: number
  lostWords: string
  recoveryMs: number
}

export const proofOf = async (
  stage: { home: Home; engine: Engine; app: App; file: string; base: string },
  { atPush, afterPush, atLoss, rowsAtLoss, tookMs }: Course,
): Promise<Proof> => {
  const { home, engine, app, file, base } = stage
  const mode = statSync(file).mode & 0o777
  const { verdict } = await verifyFile(file, { root: home.root })
  // What the app had written by then is known: the same commits, made once more beside it.
  const twin = path.join(home.folder, 'twin.db')
  copyFileSync(base, twin)
  const restored = path.join(home.folder, 'restored.db')
  copyFileSync(file, restored)
  const restoredTo = await lastOf(engine, restored, app)
  await replay(engine, twin, app, restoredTo)
  const isSame = (await contentHash(engine, restored)) === (await contentHash(engine, twin))
  const rows = await rowsOf(engine, restored)
  const findings = [
    {
      isRight: isSame,
      text: isSame
        ? `all ${countWords(rows, 'row')} are back, each as it was at commit ${restoredTo}`
        : `what came back differs from what was there at commit ${restoredTo}`,
    },
    {
      isRight: restoredTo >= atPush && restoredTo <= afterPush,
      text: `commit ${restoredTo} is no older than the push, which began at commit ${atPush}`,
    },
    { isRight: verdict === 'passed' || verdict === 'warned', text: `every check says: ${verdict}` },
    { isRight: mode === 0o600, text: `its mode is ${mode.toString(8)}` },
  ]
  const lostCommits = atLoss - restoredTo
  return {
    isProven: findings.every(({ isRight }) => isRight),
    findings,
    restoredTo,
    lostCommits,
    rowsAtLoss,
    rowsRestored: rows,
    lostWords: `${countWords(lostCommits, 'commit')} (${countWords(rowsAtLoss - rows, 'row')}) made after the copy was taken: a backup brings back no more`,
    recoveryMs: tookMs,
  }
}
