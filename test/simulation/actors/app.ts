/**
 * The app that keeps objects of its own: a webhook adds, a poll replaces, and now and then it goes wrong in a way
 * that somebody mends days later.
 */
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import type { Wrong } from '../oracle/inventories'
import type { Random } from '../random'
import type { World } from '../world'

const by = { role: 'app', name: 'app' }

type Message = { mid: string; text: string; atMs: number }

const chatsAtMost = 14
const users = ['u1', 'u2'] as const

/** Put together here, so that no scanner of secrets takes this file for a leak. */
const leaked = `EAA${'Gx9z'.repeat(30)}`

const jsonOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

const listOf = (messages: readonly Message[]): Buffer =>
  jsonOf(messages.map(({ mid, text }) => ({ message: { mid, text } })))

const pageOf = (name: string): Buffer => jsonOf({ data: [{ id: '42', name }] })

type App = { world: World; random: Random; chats: Map<string, Message[]>; polls: number }

const put = ({ world }: App, key: string, bytes: Buffer): void =>
  world.bucket.write(key, bytes, 'put', by)

const tell = ({ world }: App, what: string): void =>
  world.trace.tell(world.clocks.nowMs(), by.name, what)

/** What nobody has mended stays as it is: the app could not add to it either. */
const isWell = ({ world }: App, key: string): boolean => !world.oracle.inventories.isWrong(key)

const hear = (app: App, random: Random): void => {
  const { chats, world } = app
  const isNew = chats.size === 0 || (chats.size < chatsAtMost && random.chance(0.2))
  const key = isNew
    ? `app/${random.pick(users)}/chats/${random.hex(6)}.json`
    : random.anyOf([...chats.keys()])
  if (key === undefined || !isWell(app, key)) return
  const message = { mid: random.hex(8), text: 'is it there?', atMs: world.clocks.nowMs() }
  const messages = [...(chats.get(key) ?? []), message]
  chats.set(key, messages)
  put(app, key, listOf(messages))
}

const pageKeys = users.map((user) => `app/${user}/page.json`)

const poll = (app: App): void => {
  app.polls += 1
  for (const key of pageKeys) if (isWell(app, key)) put(app, key, pageOf(`poll ${app.polls}`))
}

/** Made private, and written as it should be. */
const mend = (app: App, key: string): void => {
  tell(app, `mends ${key}`)
  app.world.published.delete(key)
  put(app, key, listOf(app.chats.get(key) ?? []))
  if (!app.chats.has(key)) put(app, key, pageOf(`poll ${app.polls}`))
  app.world.oracle.inventories.mended(key)
}

type Way = Pick<Wrong, 'check' | 'writtenMs'> & { how: string; go(): void }

const waysOf = (app: App, key: string): Way[] => {
  const { world, chats } = app
  const messages = chats.get(key) ?? []
  const [first, ...others] = messages
  const half = messages.length >> 1
  const good = world.bucket.objects.get(key)?.bytes ?? Buffer.from('')
  const ways: Way[] = [
    {
      how: 'writes half of',
      check: 'schema',
      go: () => put(app, key, Buffer.from(good.subarray(0, good.length >> 1))),
    },
    { how: 'publishes', check: 'private', go: () => void world.published.add(key) },
  ]
  if (!first) {
    const go = () => put(app, key, pageOf(leaked))
    return [...ways, { how: 'leaks a token into', check: 'secrets', go }]
  }
  const check = 'growth'
  const written = { check, writtenMs: first.atMs } as const
  const changed = [{ ...first, mid: `${first.mid}x`, text: 'was something else' }, ...others]
  return [
    ...ways,
    {
      how: 'truncates',
      check,
      writtenMs: messages[half]?.atMs ?? Infinity,
      go: () => put(app, key, listOf(messages.slice(0, half))),
    },
    // What was never seen as it was would be mended by what looks like a rewriting.
    ...(world.oracle.inventories.isSeen(first.atMs)
      ? [{ how: 'rewrites', ...written, go: () => put(app, key, listOf(changed)) }]
      : []),
    { how: 'drops', ...written, go: () => world.bucket.remove(key, by) },
  ]
}

const goWrong = (app: App, random: Random): void => {
  const { world } = app
  const key = random.anyOf(random.chance(0.25) ? pageKeys : [...app.chats.keys()])
  if (key === undefined || !world.bucket.objects.has(key) || !isWell(app, key)) return
  const way = random.anyOf(waysOf(app, key))
  if (!way) return
  tell(app, `${way.how} ${key}`)
  const { check, writtenMs } = way
  world.oracle.inventories.wentWrong({ key, check, writtenMs })
  way.go()
  world.scheduler.after(random.between(hourMs, 4 * dayMs), () => {
    if (!isWell(app, key)) mend(app, key)
  })
}

const every = (app: App, label: string, { least, most }: Span, run: (random: Random) => void) => {
  const random = app.world.random.fork(`app ${label}`)
  const turn = () => {
    app.world.scheduler.after(random.between(least, most), turn)
    if (!app.world.isAtRest) run(random)
  }
  app.world.scheduler.after(random.between(0, least), turn)
}
type Span = { least: number; most: number }

export const startApp = (world: World): void => {
  if (!world.plight.hasObjects) return
  const app: App = { world, random: world.random.fork('app'), chats: new Map(), polls: 0 }
  poll(app)
  every(app, 'webhook', { least: hourMs, most: 8 * hourMs }, (random) => hear(app, random))
  every(app, 'poll', { least: dayMs, most: dayMs }, () => poll(app))
  every(app, 'mistake', { least: dayMs / 2, most: 5 * dayMs }, (random) => goWrong(app, random))
  world.writeMeanwhile = () => {
    if (!world.isAtRest) hear(app, app.random)
  }
  world.mendApp = () => {
    for (const key of world.oracle.inventories.wrongKeys()) mend(app, key)
  }
}
