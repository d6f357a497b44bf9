/** The status function: pages for people, JSON and figures for programs, a badge for anybody. */
import * as z from 'zod'

import { Fault } from '../faults'
import { readUploads } from '../journey/bucket/uploads'
import { readAlone, readEach, readGlance, readView } from '../journey/gather/view'
import type { Alone } from '../journey/gather/view'
import type { Tools } from '../ports'
import { minuteMs } from '../rules/plain/time-units'
import { everyDatabase } from '../rules/trust/tokens'

import { grantAccess } from './access'
import { readEvent } from './event'
import type { Ask, Context } from './event'
import { placeOf } from './host'
import { metricsText, metricsType } from './metrics'
import { refreshSeconds } from './page/alerts'
import { badgeImage, badgeOf } from './page/badge'
import type { Badge } from './page/badge'
import { databasePage } from './page/database'
import { pageHeaders } from './page/document'
import { overviewPage } from './page/overview'
import { faultPage, noSuchPage, sharedHostPage, tokenPage } from './page/plain'
import { readZone, withOwnTimes } from './page/words'
import { wantedPartOf } from './part'
import { rootOf, routeOf } from './routes'
import type { Route } from './routes'
import { refuse } from './serve'
import type { Main, MakeTools, Response } from './serve'
import { cookiesOf, forget, isFromElsewhere, remember } from './session'
import { toolsFromProcess } from './tools'
import { verificationAnswer } from './verification'
import { aloneJson, viewJson, wantedOf } from './wanted'

/** What a refusal says, for whoever reads it on a page. */
const FaultShown = z.object({ why: z.string(), mend: z.string() })

const wanted = { scope: 'read', database: everyDatabase } as const

const isReader = (token: string, { settings }: Tools): boolean => {
  try {
    grantAccess(`Bearer ${token}`, wanted, settings)
    return true
  } catch {
    return false
  }
}

const page = (statusCode: number, body: string): Response => ({
  statusCode,
  headers: { ...pageHeaders },
  body,
})

/** It asks anew by itself, unless the reader wants it to stay: what is unfolded would be folded again. */
const livePage = (ask: Ask, isStill: boolean, body: string): Response => {
  const { headers, ...rest } = page(200, withOwnTimes(body, readZone(ask.header('x-time-zone'))))
  return { ...rest, headers: { ...headers, ...(isStill ? {} : { refresh: `${refreshSeconds}` }) } }
}

const text = (type: string, body: string): Response => ({
  statusCode: 200,
  headers: {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  },
  body,
})

const rowsOnPage = 50
const copiesOnPage = 50
const rowsInJson = 100
const rowsInMetrics = 150

const alone = async (tools: Tools, name: unknown): Promise<Alone> => {
  const found = typeof name === 'string' ? await readAlone(tools, name) : undefined
  if (found) return found
  throw new Fault({
    code: 'not-found',
    why: 'There is no database of that name.',
    mend: 'Leave "database" out to hear of all of them.',
  })
}

/** Where a person may type the token, and be known by the cookie afterwards. */
const isForTyping = (ask: Ask, { settings }: Tools): boolean =>
  settings.isPageOnSharedHost || placeOf(ask) !== 'shared'

const isReading = (ask: Ask, tools: Tools): void => {
  // A person may follow a link to these too, and has the cookie.
  const cookies = isForTyping(ask, tools) ? cookiesOf(ask) : []
  const cookie = cookies.find((one) => isReader(one, tools))
  const authorization = ask.header('authorization') ?? (cookie && `Bearer ${cookie}`)
  grantAccess(authorization, wanted, tools.settings)
}

const forPrograms = async (
  ask: Ask,
  to: 'json' | 'metrics' | 'verification' | 'uploads',
  tools: Tools,
): Promise<Response> => {
  isReading(ask, tools)
  const json = (value: string) => text('application/json', value)
  const name = ask.fields['database']
  if (to === 'metrics') {
    const view = await readView(tools, wantedOf(ask, { size: rowsInMetrics, by: 'name' }))
    return text(metricsType, metricsText(view))
  }
  if (to === 'uploads') {
    const about = { database: name, page: ask.fields['page_id'] }
    return json(JSON.stringify(await readUploads(tools, about)))
  }
  if (name !== undefined) {
    const { head, one } = await alone(tools, name)
    return json(
      to === 'json'
        ? aloneJson({ head, one }, ask)
        : JSON.stringify(verificationAnswer(head, [one])),
    )
  }
  if (to === 'verification') {
    const { head, lines } = await readEach(tools)
    return json(JSON.stringify(verificationAnswer(head, lines)))
  }
  return json(viewJson(await readView(tools, wantedOf(ask, { size: rowsInJson, by: 'name' }))))
}

const forPeople = async (ask: Ask, route: Route, tools: Tools): Promise<Response> => {
  const mayType = isForTyping(ask, tools)
  const isForm = mayType && ask.method === 'POST' && !isFromElsewhere(ask)
  const typed = isForm ? ask.posted['token'] : undefined
  if (typed !== undefined) {
    const token = typeof typed === 'string' ? typed.trim() : ''
    return isReader(token, tools)
      ? remember(ask, token)
      : page(401, tokenPage({ isRefused: true, mayReload: false }))
  }
  if (isForm && ask.posted['leave'] === 'yes') return forget(ask)
  const bearer = /^Bearer +(\S+)$/i.exec(ask.header('authorization')?.trim() ?? '')?.[1]
  const given = [...(bearer === undefined ? [] : [bearer]), ...(mayType ? cookiesOf(ask) : [])]
  if (!given.some((token) => isReader(token, tools))) {
    const isRefused = given.some((token) => token !== '')
    if (!mayType) return page(401, sharedHostPage(isRefused))
    return page(401, tokenPage({ isRefused, mayReload: isFromElsewhere(ask) }))
  }
  const root = rootOf(ask)
  const isStill = ask.fields['still'] === 'yes'
  if (route.to === 'nowhere') return page(404, noSuchPage('The address leads nowhere here.', root))
  if (route.to !== 'database') {
    const view = await readView(tools, wantedOf(ask, { size: rowsOnPage, by: 'gravity' }))
    return livePage(ask, isStill, overviewPage(view, { root, isStill }))
  }
  const one = await readAlone(tools, route.name)
  const at = { root, isStill, wanted: wantedPartOf(ask, copiesOnPage) }
  if (one) return livePage(ask, isStill, databasePage(one, at))
  return page(404, noSuchPage(`No database is called ${route.name}.`, root))
}

/** Anybody may ask for the badge, as often as they like: the store is asked once a minute. */
const badgeForMs = minuteMs

const badgeResponse = (badge: Badge, isImage: boolean): Response => ({
  statusCode: 200,
  headers: {
    'content-type': isImage ? 'image/svg+xml; charset=utf-8' : 'application/json',
    'cache-control': 'public, max-age=60',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  },
  // To the platform an SVG is binary: what it carries of such a type it takes for base64.
  body: isImage ? Buffer.from(badgeImage(badge)).toString('base64') : JSON.stringify(badge),
})

export const servePage = (makeTools: MakeTools = toolsFromProcess): Main => {
  let kept: { badge: Badge; at: number } | undefined
  const badge = async (tools: Tools): Promise<Badge> => {
    const now = tools.clock.now()
    if (kept && Math.abs(now.getTime() - kept.at) < badgeForMs) return kept.badge
    const found = badgeOf(await readGlance(tools, now), now)
    kept = { badge: found, at: now.getTime() }
    return found
  }
  return async (event: unknown, context?: Context): Promise<Response> => {
    let isForPeople = false
    try {
      const ask = readEvent(event)
      const route = routeOf(ask)
      isForPeople = route.to === 'overview' || route.to === 'database' || route.to === 'nowhere'
      const tools = makeTools(context)
      if (route.to === 'badge' || route.to === 'image')
        return badgeResponse(await badge(tools), route.to === 'image')
      if (route.to === 'overview' || route.to === 'database' || route.to === 'nowhere')
        return await forPeople(ask, route, tools)
      return await forPrograms(ask, route.to, tools)
    } catch (thrown) {
      const refusal = refuse(thrown, true)
      if (!isForPeople) return refusal
      const { why, mend } = FaultShown.parse(JSON.parse(refusal.body))
      return page(refusal.statusCode, faultPage(why, mend))
    }
  }
}
