/** A case that nobody thought of: the same one from the same seed. */
import { randomOf } from '../../simulation/random'
import type { Random } from '../../simulation/random'

import { namedBases } from './bases'
import { foreignFormats } from './foreign'
import { schemaChange } from './nasty-schema'
import { harmlessThings, headerFields, nodeParts } from './recipe'
import type { Base, Change, Recipe } from './recipe'

const edges = [0, 1, 2, 3, 4, 5, 127, 128, 255, 256, 511, 512, 4095, 4096, 32_767, 32_768, 65_535]
const wideEdges = [...edges, 65_536, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1]

const anywhere = (random: Random): number =>
  random.chance(0.3) ? random.between(0, 1_023) : random.between(0, 2 ** 24)

const anyPage = (random: Random): number => random.between(0, 400)

const byteChange = (random: Random): Change => {
  const at = anywhere(random)
  return random.pick<Change>([
    { do: 'flip', at, bit: random.between(0, 7) },
    { do: 'flip', at: random.between(0, 99), bit: random.between(0, 7) },
    { do: 'byte', at, to: random.pick([0, 1, 127, 128, 255, random.between(0, 255)]) },
    { do: 'fill', at: at - (at % 512), length: 512, to: random.pick([0, 255]) },
    { do: 'noise', at, length: random.between(1, 64), seed: random.hex(6) },
  ])
}

const pageChange = (random: Random): Change => {
  const page = anyPage(random)
  return random.pick<Change>([
    { do: 'zero page', page },
    { do: 'noise page', page, seed: random.hex(6) },
    { do: 'copy page', from: anyPage(random), page },
    { do: 'swap pages', page, with: anyPage(random) },
    { do: 'stale page', page },
    { do: 'shift page', page, by: random.pick([1, 2, 4, 64, 256]) },
  ])
}

const sizeChange = (random: Random): Change =>
  random.pick<Change>([
    { do: 'cut', to: random.between(0, 200) },
    { do: 'cut', to: random.between(0, 2 ** 20) },
    { do: 'cut', to: -random.pick([1, 2, 3, 513, 1025]) },
    { do: 'grow', by: random.pick([1, 100, 512, 1024, 4096, 65_536]), to: random.pick([0, 255]) },
  ])

const headerChange = (random: Random): Change => {
  const field = random.anyOf(Object.keys(headerFields)) ?? 'encoding'
  return { do: 'header', field, to: random.anyOf(wideEdges) ?? 0 }
}

const treeChange = (random: Random): Change => {
  const page = anyPage(random)
  const cell = random.between(0, 40)
  const part = random.anyOf(nodeParts) ?? 'type'
  const to = random.anyOf(part === 'right' ? wideEdges : edges) ?? 0
  const nearby = random.between(0, 60)
  return random.pick<Change>([
    { do: 'node', page, part, to },
    { do: 'node', page, part: 'type', to: random.pick([0, 2, 5, 10, 13]) },
    { do: 'node', page, part: 'cells', to: nearby },
    { do: 'pointer', page, cell, to: random.anyOf(edges) ?? nearby },
    {
      do: 'cell',
      page,
      cell,
      at: random.between(0, 12),
      to: random.pick([0, 1, 127, 128, 255, nearby]),
    },
    { do: 'child', page, cell, to: random.pick([0, 1, nearby, 2 ** 31]) },
    { do: 'node', page, part: 'right', to: nearby },
    { do: 'overflow', page, cell, to: random.pick([0, 1, nearby, nearby, 2 ** 32 - 1]) },
  ])
}

const quietChange = (random: Random): Change => {
  const what = random.anyOf(harmlessThings) ?? 'gap'
  const to =
    what === 'gap' || what === 'free leaf' ? anyPage(random) : (random.anyOf(wideEdges) ?? 0)
  return { do: 'harmless', what, to }
}

/** An archive, and what may become of one on its way. */
const packing = (random: Random): Change[] => [
  ...(random.chance(0.1) ? [{ do: 'grow', by: random.pick([1, 30_000_000]), to: 0 } as const] : []),
  { do: 'gzip', level: random.pick([0, 1, 6, 9]) },
  ...(random.chance(0.5)
    ? [
        random.pick<Change>([
          { do: 'cut', to: -random.pick([1, 2, 5, 9, 300]) },
          { do: 'flip', at: -random.between(1, 8), bit: random.between(0, 7) },
          { do: 'flip', at: anywhere(random), bit: random.between(0, 7) },
          { do: 'byte', at: random.between(0, 9), to: random.between(0, 255) },
          { do: 'member', of: random.pick(['', 'more', 'x'.repeat(512)]) },
          { do: 'grow', by: random.pick([1, 8, 512]), to: random.pick([0, 255]) },
          { do: 'gzip', level: 6 },
        ]),
      ]
    : []),
]

const damages: readonly (readonly [number, (random: Random) => Change])[] = [
  [5, byteChange],
  [4, pageChange],
  [1, sizeChange],
  [3, headerChange],
  [7, treeChange],
  [6, schemaChange],
  [1, quietChange],
]

const weight = damages.reduce((sum, [share]) => sum + share, 0)

const damage = (random: Random): Change => {
  let left = random.between(1, weight)
  for (const [share, make] of damages) {
    left -= share
    if (left <= 0) return make(random)
  }
  return byteChange(random)
}

const baseOf = (random: Random): Base => {
  const way = random.next()
  if (way < 0.03) {
    const foreign = random.anyOf(Object.keys(foreignFormats)) ?? 'zeros'
    return { foreign, sizeBytes: random.pick([0, 1, 2, 3, 16, 99, 100, 512, 1024, 4096, 20_000]) }
  }
  // Few enough that a base is made once for many cases.
  if (way < 0.6) return { random: String(random.between(1, 60)) + random.fork('base').hex(1) }
  return { named: random.anyOf(namedBases) ?? 'tiny' }
}

const schemaFirst = (one: Change, other: Change): number =>
  Number(other.do === 'schema') - Number(one.do === 'schema')

export const caseOf = (seed: string): Recipe => {
  const random = randomOf(`case ${seed}`)
  const base = baseOf(random)
  const count = random.pick([0, 1, 1, 1, 1, 2, 2, 3, 5])
  const isQuiet = random.chance(0.08)
  const changes = Array.from({ length: count }, () =>
    isQuiet ? quietChange(random) : damage(random),
  )
  return {
    base,
    // SQLite itself writes the schema's changes, and would mend or refuse a damaged file.
    changes: [...changes.toSorted(schemaFirst), ...(random.chance(0.07) ? packing(random) : [])],
    claim: random.pick(['none', 'fits']),
    asks: random.chance(0.2),
  }
}
