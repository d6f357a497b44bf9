/**
 * What push.sh says and does on the wire, without the shell: a ticket, the bytes with the headers it
 * names, then the verdict until there is one; with the same tries and the same pauses.
 */
import { readFileSync } from 'node:fs'

import type { Source } from './databases'
import type { Gauges } from './gauges'

export type Told = {
  /** As push.sh would have ended. */
  code: number
  ticket?: string | undefined
  verdict?: string | undefined
  why?: string
  tookMs: number
}

type Reply = { status: number; lines: Map<string, string>; headers: [string, string][] }

const linesOf = (text: string): Pick<Reply, 'lines' | 'headers'> => {
  const lines = new Map<string, string>()
  const headers: [string, string][] = []
  for (const line of text.split('\n')) {
    const [, key = '', value = ''] = /^(\S+) (.*)$/.exec(line) ?? []
    if (key === 'header') {
      const [, name = '', said = ''] = /^([a-z0-9-]+): (.*)$/.exec(value) ?? []
      headers.push([name, said])
    } else if (key !== '' && !lines.has(key)) lines.set(key, value)
  }
  return { lines, headers }
}

const pause = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms))

type Refused = { passing: boolean; why: string; isCrowd?: boolean }
type Tried<T> = { done: T } | Refused

/** As `patiently` in push.sh. */
const patiently = async <T>(
  seconds: number,
  gauges: Gauges,
  attempt: () => Promise<Tried<T>>,
): Promise<Tried<T>> => {
  for (let left = seconds, next = 2; ; next = next < 15 ? next * 2 : 30) {
    const tried = await attempt()
    if ('done' in tried || !tried.passing || left <= 0) return tried
    gauges.note('retries')
    await pause(next * 1000)
    left -= tried.isCrowd ? Math.floor(next / 5) : next
  }
}

export type Access = { url: string; token: (database: string) => string; gauges: Gauges }

const post = async (
  { url, token, gauges }: Access,
  call: { name: string; database: string; form: Record<string, string> },
): Promise<Reply> =>
  gauges.time(call.name, async () => {
    const response = await fetch(`${url}/${call.name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token(call.database)}` },
      body: new URLSearchParams(call.form),
    })
    const text = await response.text()
    return { status: response.status, ...linesOf(text) }
  })

const refused = (name: string, { status, lines }: Reply): Refused => ({
  // Whatever does not speak in our words is taken for a passing trouble.
  passing: !lines.has('fault') || lines.get('passing') === 'yes',
  why: lines.get('why') ?? `${name} answered ${status}`,
  isCrowd: name === 'ticket' && status === 429,
})

const unreachable = (thrown: unknown): Refused => ({
  passing: true,
  why: thrown instanceof Error ? String(thrown.cause ?? thrown.message) : 'thrown',
})

type Delivered = { ticket: string; isUnchanged: boolean }

const deliver = async (access: Access, source: Source): Promise<Tried<Delivered>> => {
  const form = {
    database: source.name,
    host: 'load',
    taken_at: `${new Date().toISOString().slice(0, 19)}Z`,
    journal_mode: 'delete',
    sqlite_version: '3.40.1',
    encoding: 'identity',
    size_bytes: String(source.sizeBytes),
    md5: source.md5,
    sha256: source.sha256,
  }
  const reply = await post(access, { name: 'ticket', database: source.name, form })
  const { status, lines, headers } = reply
  const unchanged = lines.get('unchanged')
  if (status === 200 && unchanged) return { done: { ticket: unchanged, isUnchanged: true } }
  const ticket = lines.get('ticket')
  const put = lines.get('put')
  if (status !== 200 || ticket === undefined || put === undefined) return refused('ticket', reply)
  const body = readFileSync(source.file)
  const stored = await access.gauges.time('PUT', async () => {
    const response = await fetch(put, { method: 'PUT', headers, body })
    await response.arrayBuffer()
    return { status: response.status }
  })
  if (stored.status === 200 || stored.status === 412)
    return { done: { ticket, isUnchanged: false } }
  return { passing: true, why: `the store answered ${stored.status}` }
}

const definite = new Set(['passed', 'warned', 'accepted', 'unmet', 'failed', 'unverifiable'])

const conclude = async (access: Access, source: Source, ticket: string): Promise<Tried<string>> => {
  const call = { name: 'verdict', database: source.name, form: { ticket } }
  const reply = await post(access, call)
  const verdict = reply.lines.get('verdict')
  if (reply.status === 200 && verdict !== undefined && definite.has(verdict))
    return { done: verdict }
  return refused('verdict', reply)
}

const codeOf = (verdict: string): number =>
  verdict === 'failed' ? 1 : verdict === 'unverifiable' ? 3 : 0

export const pushInCode = async (access: Access, source: Source): Promise<Told> => {
  const beganMs = performance.now()
  const tookMs = () => performance.now() - beganMs
  const { gauges } = access
  const delivered = await patiently(60, gauges, () => deliver(access, source).catch(unreachable))
  if (!('done' in delivered)) return { code: 2, why: delivered.why, tookMs: tookMs() }
  const { ticket, isUnchanged } = delivered.done
  if (isUnchanged) return { code: 0, ticket, verdict: 'unchanged', tookMs: tookMs() }
  const concluded = await patiently(900, gauges, () =>
    conclude(access, source, ticket).catch(unreachable),
  )
  if (!('done' in concluded)) return { code: 3, ticket, why: concluded.why, tookMs: tookMs() }
  return { code: codeOf(concluded.done), ticket, verdict: concluded.done, tookMs: tookMs() }
}
