/**
 * Which tests stand near a file? Those named as it is, those that import it, and of its layer those of its
 * room and one step further. And which others of `npm test` come to it at all, over however many files?
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Every file of the tree with what it names: of scripts their names, of modules their imports. */
export type Graph = ReadonlyMap<string, readonly string[]>

const stepsAtMost = 2

const isTest = (file: string): boolean => file.endsWith('.test.ts')

/** Whole worlds: none of them stands near a file, though it may come to it. */
const areFar = /^test\/(ceph|simulation|load|faults|badweek|fuzz|released|toy-kind)\//

/** Of a gateway that `npm test` does not start. */
const areElsewhere = /^test\/ceph\//

const importsOf = (file: string, text: string): string[] =>
  [...text.matchAll(/(?:from |import\()'(\.[^']+)'/g)].map(([, name = '']) =>
    path.join(path.dirname(file), name),
  )

/** Built and started as a program: nobody imports it, and whoever names the build runs it. */
const programs = new Map([
  ['sqlite-worker.cjs', 'lib/adapters/sqlite/engine/worker.ts'],
  ['postgres-restorer.cjs', 'lib/adapters/postgres/engine/child.ts'],
])

export const graphOf = (root: string, files: readonly string[]): Graph => {
  const known = new Set(files)
  const scripts = files.filter((file) => file.startsWith('lib/droplet/') && file.endsWith('.sh'))
  return new Map(
    files
      .filter((file) => /\.(ts|mjs|sh)$/.test(file))
      .map((file) => {
        const text = readFileSync(path.join(root, file), 'utf8')
        const modules = importsOf(file, text).flatMap((name) =>
          [name, `${name}.ts`].filter((one) => known.has(one)),
        )
        const named = scripts.filter((one) => one !== file && text.includes(path.basename(one)))
        const started = [...programs].filter(([name]) => text.includes(name)).map(([, one]) => one)
        return [file, [...modules, ...named, ...started]]
      }),
  )
}

/** How many steps it is from each file to this one, the other way round than it is imported. */
const distancesTo = (target: string, graph: Graph): Map<string, number> => {
  const steps = new Map([[target, 0]])
  let edge = [target]
  for (let step = 1; edge.length > 0; step += 1) {
    const reached = new Set(edge)
    edge = [...graph]
      .filter(([file, named]) => !steps.has(file) && named.some((one) => reached.has(one)))
      .map(([file]) => file)
    for (const file of edge) steps.set(file, step)
  }
  return steps
}

/** Named as it is: lib/rules/fall/fall.ts, test/rules/fall/fall.test.ts and fall-laws.test.ts. */
const isNamesake = (test: string, file: string): boolean => {
  const stem = file.replace(/^lib\//, 'test/').replace(/\.(ts|sh)$/, '')
  return test.startsWith(stem) && /^(-[\w-]+)?\.test\.ts$/.test(test.slice(stem.length))
}

export type Near = {
  nearest: string[]
  further: string[]
  /** Of the nearest those that see the file in a program that was built with it, and nowhere else perhaps. */
  built: string[]
  /** Of all that come to it those that stand nearest, or in its room, or in the one above: CI runs them thoroughly. */
  around: string[]
  rest: string[]
}

/** In three waves: most mutants die in the first one, which is cheap; the last is asked of few. */
export const nearTests = (file: string, graph: Graph): Near => {
  const steps = distancesTo(file, graph)
  const all = [...graph.keys()].filter((one) => isTest(one) && !areFar.test(one))
  const namesakes = all.filter((one) => isNamesake(one, file))
  const nearest = [...new Set([...namesakes, ...all.filter((one) => steps.get(one) === 1)])]
  const room = `${path.dirname(file).replace(/^lib/, 'test')}/`
  const layer = room.split('/').slice(0, 2).join('/')
  const further = all.filter(
    (one) =>
      one.startsWith(`${layer}/`) &&
      ((steps.get(one) ?? Infinity) <= stepsAtMost || one.startsWith(room)) &&
      !nearest.includes(one),
  )
  const around = all.filter((one) => {
    const folder = `${path.dirname(one)}/`
    const isAround = folder === room || (folder === `${path.dirname(room)}/` && folder !== 'test/')
    return nearest.includes(one) || (steps.has(one) && isAround)
  })
  const within = [...programs.values()].filter((program) => steps.has(program))
  const starters = within.map((program) => distancesTo(program, graph))
  const built = nearest.filter(
    (one) => one.startsWith('test/droplet/') || starters.some((starter) => starter.has(one)),
  )
  const asked = new Set([...nearest, ...further])
  const rest = [...steps.keys()].filter(
    (one) => isTest(one) && !areElsewhere.test(one) && !asked.has(one),
  )
  return { nearest, further, built, around, rest }
}
