/**
 * One container of one function, as a process of its own: loads the bundle the way the platform
 * does and answers one call at a time. Its parent ends it when the time is over.
 */
import path from 'node:path'

import * as z from 'zod'

const Call = z.object({ event: z.unknown(), deadlineAt: z.number() })

const Module = z.record(z.string(), z.unknown())

const [, , folder = '', mainName = 'main'] = process.argv
process.chdir(folder)
// The bundle decides at run time which file this is, so no bundler may follow it.
const loaded = Module.parse(require(path.join(folder, 'index.js')))
const main = loaded[mainName]
if (typeof main !== 'function') throw new Error(`index.js exports no function "${mainName}"`)

/** Where the parent has gone meanwhile, nobody is left to be told, and nothing to complain of. */
const tell = (message: object): void =>
  void process.send?.(message, undefined, undefined, () => undefined)

process.on('message', (message) => {
  const { event, deadlineAt } = Call.parse(message)
  process.env['__OW_DEADLINE'] = String(deadlineAt)
  const context = { getRemainingTimeInMillis: () => Math.max(0, deadlineAt - Date.now()) }
  void Promise.resolve(main(event, context)).then(
    (result: unknown) => tell({ result: result ?? {} }),
    (thrown: unknown) =>
      tell({ result: { error: { message: thrown instanceof Error ? thrown.message : 'thrown' } } }),
  )
})
// The parent is gone: nobody is left to answer.
process.on('disconnect', () => process.exit(0))
tell({ ready: true })
