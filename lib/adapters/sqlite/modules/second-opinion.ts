/**
 * Does a file need more than sql.js knows, and what does SQLite's own build say of that?
 *
 * It is loaded where a table needs it and only there, and works in what is left of the same share of
 * memory, in the same thread, on the same source.
 */
import { readFileSync } from 'node:fs'

import { judgeModules } from '../../../rules/kinds/sqlite/modules'
import type { ModuleTable } from '../../../rules/kinds/sqlite/modules'
import { clip } from '../../../rules/plain/wording'
import type { Finding } from '../../../rules/verdict/verdict'
import { Unreadable, ask, messageOf } from '../engine/ask'
import type { Asked, Session } from '../engine/ask'

import { checkModules, lackedModules } from './module-check'
import type { Lacked } from './module-check'
import { openOwn } from './own-build'
import type { OwnSession } from './own-build'
import { ownBuildTest } from './own-build-test'
import type { OwnTest } from './own-build-test'

export type SecondOpinion = {
  /** Of the structure, as both say it. */
  findings: Finding[]
  /** Undefined where it was not needed, or could not be had. */
  second: Asked | undefined
  /** Who said what, in words for the verdict. */
  words: string
}

/** Below this it could not even start. */
const leastBytes = 20 * 1024 ** 2

/** For date('now') in somebody's question, as sql.js reads it by itself: no verdict of ours asks it. */
const wallClock = (): Date => new Date(performance.timeOrigin + performance.now())

/** What one thread has compiled and found out holds for every thread of the process. */
export type OwnKept = { module: WebAssembly.Module; tested: OwnTest }

type Place = {
  wasmPath: string
  roomBytes: number
  known: OwnKept | undefined
  onKept(kept: OwnKept): void
}

/** Of this thread, by the place of its wasm. */
const keptHere = new Map<string, OwnKept>()

const keptAt = ({ wasmPath, known, onKept }: Place): OwnKept => {
  const earlier = known ?? keptHere.get(wasmPath)
  if (earlier) return earlier
  const module = new WebAssembly.Module(readFileSync(wasmPath))
  const kept = { module, tested: ownBuildTest({ module, now: wallClock }) }
  keptHere.set(wasmPath, kept)
  onKept(kept)
  return kept
}

const isUtf8 = (session: Session): boolean => {
  const answer = ask(session, 'PRAGMA encoding')
  return 'rows' in answer && answer.rows[0]?.[0] === 'UTF-8'
}

/** Or why there is none, in a sentence. */
const opened = (session: Session, place: Place): OwnSession | string => {
  const { module, tested } = keptAt(place)
  if ('trouble' in tested) return `SQLite’s own build is not as expected (${tested.trouble}).`
  if (!isUtf8(session)) return 'The build of SQLite that has the module reads no UTF-16.'
  const { source, onThrown } = session
  const memoryBytes = Math.max(leastBytes, place.roomBytes)
  const own = { ...openOwn({ module, now: wallClock }, { source, memoryBytes }), onThrown }
  const schema = ask(own, 'SELECT count(*) FROM sqlite_schema')
  // sql.js has read the schema: what another build makes of it is no evidence against the bytes.
  return 'error' in schema
    ? 'The build of SQLite that has the module cannot read this schema.'
    : own
}

const unanswered = (lacked: readonly Lacked[], why: string): ModuleTable[] =>
  lacked.map((of) => ({ ...of, answer: { why } }))

/** Which modules it knew, and so spoke for; of one that nobody here has it said nothing. */
const wordsOf = (tables: readonly ModuleTable[], { version }: OwnSession): string => {
  const asked = tables.filter(({ answer }) => answer !== 'no such module')
  const modules = [...new Set(asked.map(({ module }) => clip(module)))].slice(0, 3)
  return modules.length === 0 ? '' : `; ${modules.join(', ')} by SQLite’s own build ${version}`
}

/** `structure` is what sql.js said of it. */
export const secondOpinion = (
  session: Session,
  structure: Finding,
  place: Place,
): SecondOpinion => {
  const lacked = structure.outcome === 'failed' ? [] : lackedModules(session)
  if (lacked.length === 0) return { findings: [structure], second: undefined, words: '' }
  const without = (why: string): SecondOpinion => ({
    findings: judgeModules(structure, unanswered(lacked, why)),
    second: undefined,
    words: '',
  })
  try {
    const own = opened(session, place)
    if (typeof own === 'string') return without(own)
    const tables = checkModules(own, lacked)
    return { findings: judgeModules(structure, tables), second: own, words: wordsOf(tables, own) }
  } catch (thrown) {
    if (thrown instanceof Unreadable) throw thrown
    if (session.source.trouble !== undefined) throw new Unreadable(session.source.trouble)
    return without(`The build of SQLite that has the module did not start (${messageOf(thrown)}).`)
  }
}
