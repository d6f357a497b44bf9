/** Everybody pushes within the same while: most in code, some as the real push.sh. */
import type { Cloud } from '../faults/world/cloud'
import type { Scripts } from '../faults/world/scripts'

import { pushInCode } from './client'
import type { Told } from './client'
import type { Source } from './databases'
import type { Gauges } from './gauges'

export type Pushed = Told & { source: Source; isShell: boolean }

const pushByShell = async (scripts: Scripts, source: Source): Promise<Told> => {
  const { code, stdout, stderr, tookMs } = await scripts.push(source, ['-v']).ended
  const ticket = /^(?:ticket|unchanged) (\S+)$/m.exec(stdout)?.[1]
  const verdict = /^verdict (\S+)/m.exec(stdout)?.[1]
  const isUnchanged = /^unchanged /m.test(stdout)
  const told = verdict ?? (isUnchanged ? 'unchanged' : undefined)
  const why = stderr.trim().replaceAll('\n', ' ')
  return { code: code ?? -1, ticket, verdict: told, tookMs, ...(why === '' ? {} : { why }) }
}

const pause = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms))

export const pushAll = (
  sources: readonly Source[],
  world: { cloud: Cloud; scripts: Scripts; gauges: Gauges },
  plan: { isShell: (nth: number) => boolean; withinMs: number },
): Promise<Pushed[]> => {
  const { cloud, scripts, gauges } = world
  const tokens = new Map(sources.map(({ name }) => [name, cloud.token('push', name)]))
  const token = (database: string) => tokens.get(database) ?? ''
  return Promise.all(
    sources.map(async (source, nth) => {
      await pause((plan.withinMs * nth) / sources.length)
      const isShell = plan.isShell(nth)
      const told = await (isShell
        ? pushByShell(scripts, source)
        : pushInCode({ url: cloud.url, token, gauges }, source))
      gauges.note(`exit ${told.code}`)
      return { ...told, source, isShell }
    }),
  )
}

/** Refused for now, told so, and kept for the next run: that is what may be said besides a verdict. */
export const isLater = ({ code, why }: Pushed): boolean =>
  (code === 2 || code === 3) && why !== undefined

/** What cron does an hour later, for those who were told "later". */
export const pushAgain = async (
  pushed: readonly Pushed[],
  world: { cloud: Cloud; scripts: Scripts; gauges: Gauges },
): Promise<Pushed[]> => {
  const shells = new Set(pushed.filter(({ isShell }) => isShell).map(({ source }) => source.name))
  const sources = pushed.map(({ source }) => source)
  const isShell = (nth: number) => shells.has(sources[nth]?.name ?? '')
  return pushAll(sources, world, { isShell, withinMs: sources.length * 60 })
}
