/**
 * A person gives the read token once. It stays out of every address and out of reach of scripts, and
 * goes to these pages alone.
 */
import { scopes } from '../rules/trust/tokens'

import type { Ask } from './event'
import type { Response } from './serve'

const cookieName = 'snapproof_read'

/** A browser that is not used for so long asks again. */
const lastsSeconds = 90 * 86_400

const tokenPattern = new RegExp(`^(${scopes.join('|')})\\.[\\w.-]+$`)

/** The platform's host is shared with strangers, who may set cookies of this name: all are tried. */
export const cookiesOf = (ask: Ask): string[] => {
  if (!mayUseCookie(ask)) return []
  const pairs = (ask.header('cookie') ?? '').split(';').map((pair) => pair.trim())
  return pairs
    .filter((pair) => pair.startsWith(`${cookieName}=`))
    .map((pair) => pair.slice(cookieName.length + 1))
}

/**
 * The cookie is for a person who looks at a page. A script that asks from another function of the
 * same host would have it sent along: browsers say who asks, and what does not, is no browser's.
 */
const mayUseCookie = (ask: Ask): boolean => {
  const [mode, destination] = [ask.header('sec-fetch-mode'), ask.header('sec-fetch-dest')]
  const isPage = mode === undefined || mode === 'navigate'
  return isPage && (destination === undefined || destination === 'document')
}

/** Another site's form can neither sign anybody in nor out. */
export const isFromElsewhere = (ask: Ask): boolean => {
  const site = ask.header('sec-fetch-site')
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}

/**
 * Where these pages begin, as the browser sees it: the address that the form was sent from, without
 * what the platform calls the path. What stands before it only the browser knows.
 */
export const baseOf = (ask: Ask): string | undefined => {
  const referer = ask.header('referer') ?? ''
  if (!URL.canParse(referer)) return undefined
  const { pathname } = new URL(referer)
  if (!pathname.endsWith(ask.path)) return undefined
  const base = pathname.slice(0, pathname.length - ask.path.length)
  return /^(\/[\w.~%/-]*)?$/.test(base) ? base : undefined
}

const cookie = (ask: Ask, value: string, seconds: number): string => {
  const path = baseOf(ask)
  // Without a path a browser takes the folder of the address, which is close enough.
  return [
    `${cookieName}=${value}`,
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${seconds}`,
    ...(path === undefined ? [] : [`Path=${path === '' ? '/' : path}`]),
    ...(ask.header('x-forwarded-proto') === 'https' ? ['Secure'] : []),
  ].join('; ')
}

/** Back to the page that was asked for, by GET. */
const backWith = (setCookie: string): Response => ({
  statusCode: 303,
  headers: { location: '?', 'cache-control': 'no-store', 'set-cookie': setCookie },
  body: '',
})

export const remember = (ask: Ask, token: string): Response =>
  backWith(cookie(ask, tokenPattern.test(token) ? token : '', lastsSeconds))

export const forget = (ask: Ask): Response => backWith(cookie(ask, '', 0))
