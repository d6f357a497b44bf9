import { createHash } from 'node:crypto'

import { asFault } from '../faults'
import { readStatus } from '../journey/status'
import { everyDatabase } from '../rules/tokens'

import { grantAccess } from './access'
import { readEvent } from './event'
import { statusPage, styles, tokenPage } from './page'
import type { Context, MakeTools, Response } from './serve'
import { refuse } from './serve'
import { toolsFromProcess } from './tools'

/** The status function: a page for people, JSON for programs. Both need the read token. */
const cookieName = 'snapproof_read'

/** Nothing may be loaded or run by the page but its own inline style. */
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(styles).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const wanted = { scope: 'read', database: everyDatabase } as const

export const servePage =
  (makeTools: MakeTools = toolsFromProcess) =>
  async (event: unknown, context?: Context): Promise<Response> => {
    let wantsJson = false
    try {
      const ask = readEvent(event)
      wantsJson = ask.path === '/json' || (ask.header('accept') ?? '').includes('application/json')
      const tools = makeTools(context)
      const cookie = cookieOf(ask.header('cookie'))
      const typed = typeof ask.fields['token'] === 'string' ? ask.fields['token'].trim() : undefined
      const token = ask.method === 'POST' ? typed : cookie
      const authorization = ask.header('authorization') ?? (token && `Bearer ${token}`)
      if (!wantsJson) {
        const isRead = isGranted(() => grantAccess(authorization, wanted, tools.settings))
        if (!isRead) return page(401, tokenPage(token !== undefined))
        if (ask.method === 'POST') return remember(token ?? '', ask.header('x-forwarded-proto'))
        return page(200, statusPage(await readStatus(tools), tools.clock.now()))
      }
      grantAccess(authorization, wanted, tools.settings)
      const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
      return { statusCode: 200, headers, body: JSON.stringify(await readStatus(tools)) }
    } catch (thrown) {
      return refuse(asFault(thrown, 'status'), wantsJson)
    }
  }

const page = (statusCode: number, body: string): Response => ({
  statusCode,
  headers: pageHeaders,
  body,
})

const isGranted = (check: () => void): boolean => {
  try {
    check()
    return true
  } catch {
    return false
  }
}

/** The token stays out of every address: it is typed once, and comes back as a cookie. */
const remember = (token: string, protocol: string | undefined): Response => ({
  statusCode: 303,
  headers: {
    location: '?',
    'cache-control': 'no-store',
    'set-cookie': `${cookieName}=${token}; HttpOnly; SameSite=Strict; Max-Age=31536000${protocol === 'https' ? '; Secure' : ''}`,
  },
  body: '',
})

const cookieOf = (header: string | undefined): string | undefined =>
  header
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1)
