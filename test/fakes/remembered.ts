// What would an engine say again of the same bytes? Steps are tried with the same few databases over
// and over, and a thread for each examination is most of what that takes: here each is opened once.
// In a thorough run (cases.ts) it is opened every time.
import { createHash } from 'node:crypto'

import type { Engine, Open } from '../../lib/adapters/reading/engine'
import type { ByteSource } from '../../lib/adapters/reading/source'
import type { Clock, Examination, ExaminationOrder } from '../../lib/ports'
import { isThorough } from '../cases'

type Within = { memoryBytes: number; clock: Clock }

const known = new Map<string, Promise<Examination>>()

/** The source read to its end, or to where it broke; and as it was, for whoever reads it next. */
const readOut = async (source: ByteSource) => {
  const pieces: Uint8Array[] = []
  let trouble: { thrown: unknown } | undefined
  try {
    for await (const piece of source.chunks) pieces.push(piece)
  } catch (thrown) {
    trouble = { thrown }
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* pieces
    if (trouble) throw trouble.thrown
  }
  return {
    bytes: Buffer.concat(pieces),
    isWhole: !trouble,
    source: { ...source, chunks: chunks() },
  }
}

/** The same are questions about the same bytes, claim, expectations, memory and time that is left. */
const keyOf = (
  { bytes, source }: { bytes: Uint8Array; source: ByteSource },
  { claim, expected, deadlineAt }: ExaminationOrder,
  { kind, memoryBytes, clock }: Within & { kind: string },
): string => {
  const now = clock.now()
  const takenAt = claim.takenAt ?? now.toISOString()
  const leftMs = deadlineAt.getTime() - now.getTime()
  const isFile = source.file !== undefined
  const question = [
    kind,
    { ...claim, takenAt },
    expected,
    leftMs,
    memoryBytes,
    isFile,
    source.sizeBytes,
  ]
  return createHash('sha256').update(bytes).update(JSON.stringify(question)).digest('hex')
}

const remembering = (engine: Engine, within: Within & { kind: string }): Engine => ({
  ...engine,
  examiner: (open) => async (order) => {
    const opened = open(order)
    const found = await opened.catch(() => undefined)
    const read = found && (await readOut(found))
    const openings = [read ? Promise.resolve(read.source) : opened]
    const again: Open = (wanted) => openings.pop() ?? open(wanted)
    const examine = () => engine.examiner(again)(order)
    if (!read?.isWhole) return examine()
    const key = keyOf(read, order, within)
    const answer = known.get(key) ?? examine()
    known.set(key, answer)
    // Whoever changes what he was given changes it for himself.
    return structuredClone(await answer)
  },
})

/** For the engines of one set of tools: what they have is asked for, and answered, by its kind. */
export const remembered = (
  engines: Readonly<Record<string, Engine>>,
  within: Within,
): Readonly<Record<string, Engine>> =>
  isThorough
    ? engines
    : Object.fromEntries(
        Object.entries(engines).map(([kind, engine]) => [
          kind,
          remembering(engine, { ...within, kind }),
        ]),
      )
