/**
 * The pages as people meet them, in a real browser: by keyboard, at the width of a phone, in the
 * dark, and with nothing from outside. What they look like is kept in .build/pictures.
 */
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'

import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

import { readDigest, writtenOf } from '../../lib/journey/digest'
import { lastWeek } from '../../lib/rules/digest/span'

import { badDays } from './bad-days'
import { inventories } from './inventories'
import { secondLooks } from './second-look'
import { openSite, readToken } from './site'
import type { Site } from './site'
import { allWell, scenes as usual } from './stock'

const pictures = '.build/pictures'
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const desk = { viewport: { width: 1280, height: 900 } }
const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true }
const ways = [
  { way: 'desk', options: desk },
  { way: 'dark', options: { ...desk, colorScheme: 'dark' } },
  { way: 'phone', options: phone },
  { way: 'phone, dark', options: { ...phone, colorScheme: 'dark' } },
] satisfies { way: string; options: BrowserContextOptions }[]

let browser: Browser
let site: Site

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true })
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  site = await openSite()
})

afterAll(async () => {
  await browser?.close()
  await site?.close()
})

/** What the browser complains of, and every address that it asks for. */
type Noted = { complaints: string[]; asked: string[] }

const visit = async (
  options: BrowserContextOptions,
  work: (page: Page, noted: Noted) => Promise<void>,
): Promise<void> => {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(150_000)
  const page = await context.newPage()
  const noted: Noted = { complaints: [], asked: [] }
  page.on('console', (message) => {
    // A page that asks for the token is a 401, and the browser says so.
    const isKnown = message.text().includes('401 (Unauthorized)')
    if (message.type() === 'error' && !isKnown) noted.complaints.push(message.text())
  })
  page.on('pageerror', ({ message }) => noted.complaints.push(message))
  page.on('request', (request) => noted.asked.push(request.url()))
  try {
    await work(page, noted)
  } finally {
    await context.close()
  }
}

const asReader = async (page: Page, path = ''): Promise<void> => {
  const { hostname } = new URL(site.url)
  await page.context().addCookies([
    {
      name: 'snapproof_read',
      value: readToken,
      domain: hostname,
      path: new URL(site.url).pathname,
    },
  ])
  await page.goto(site.url + path)
}

const Inspected = z.object({
  title: z.string(),
  rules: z.number(),
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
})

/** The types of a browser's page are not those of this project: what runs there is sent as text. */
const openAll = `for (const details of document.querySelectorAll('details')) details.open = true`

/** The page forbids scripts: the inspector gets a twin of it that does not. */
const violationsOf = async (page: Page, options: BrowserContextOptions): Promise<string[]> => {
  const storageState = await page.context().storageState()
  const context = await browser.newContext({ ...options, storageState, bypassCSP: true })
  context.setDefaultTimeout(150_000)
  try {
    const twin = await context.newPage()
    await twin.goto(page.url())
    await twin.addScriptTag({ path: axe })
    await twin.evaluate(openAll)
    const found: unknown = await twin.evaluate(
      'axe.run().then(({ violations, passes }) => ({ title: document.title, rules: passes.length, violations }))',
    )
    const { title, rules, violations } = Inspected.parse(found)
    expect(title).toBe(await page.title())
    expect(rules).toBeGreaterThan(15)
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)
  } finally {
    await context.close()
  }
}

const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')

const focused = (page: Page): Promise<string> =>
  page.evaluate<string>('document.activeElement?.textContent?.trim() ?? ""')

/** Tab after tab, until what is focused says so. */
const tabTo = async (page: Page, text: string): Promise<void> => {
  for (let presses = 0; presses < 80; presses += 1) {
    if ((await focused(page)) === text) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`"${text}" cannot be reached by Tab`)
}

describe('a person with a keyboard', () => {
  test('gives the token once, opens a database, finds the command, goes back, and leaves', async () => {
    site.show((await allWell()).tools)
    await visit(desk, async (page, noted) => {
      await page.goto(site.url)
      expect(await page.title()).toBe('Read token, please · Snapproof')
      await page.keyboard.type('not the token')
      await page.keyboard.press('Enter')
      await page.waitForSelector('h1:has-text("not valid")')
      await page.keyboard.type(readToken)
      await page.keyboard.press('Enter')
      await page.waitForSelector('h1:has-text("Both databases are safe")')
      expect(page.url()).toBe(`${site.url}?`)

      await tabTo(page, 'tokens')
      await page.keyboard.press('Enter')
      await page.waitForSelector('h1:has-text("tokens is safe")')
      expect(page.url()).toBe(`${site.url}/databases/tokens`)

      // A day of the calendar leads to the copy that it would be restored from.
      const day = page.locator('.calendar .days a').last()
      await day.focus()
      await page.keyboard.press('Enter')
      const snapshot = page.locator('.snapshots li:target')
      expect(await snapshot.count()).toBe(1)
      const summary = snapshot.locator('summary')
      await summary.focus()
      await page.keyboard.press('Enter')
      const id = await snapshot.getAttribute('id')
      expect(await snapshot.locator('code').innerText()).toBe(
        `restore.sh --at ${id} /etc/snapproof/tokens.env`,
      )

      await page.keyboard.press('Control+Home')
      await page.locator('.skip').focus()
      expect(await page.locator('.skip').isVisible()).toBe(true)
      await tabTo(page, 'All databases')
      await page.keyboard.press('Enter')
      await page.waitForSelector('h1:has-text("Both databases are safe")')
      await tabTo(page, 'Forget the token in this browser')
      await page.keyboard.press('Enter')
      await page.waitForSelector('input[type=password]')
      expect(noted.complaints).toEqual([])
      expect(
        noted.asked.filter((url) => !url.startsWith(site.url) && !url.startsWith('data:')),
      ).toEqual([])
      expect(noted.asked.join(' ')).not.toContain(readToken)
    })
  })

  test('the cookie goes to these pages, and to no other function of the same host', async () => {
    site.show((await allWell()).tools)
    await visit(desk, async (page) => {
      await page.goto(`${site.url}/databases/tokens`)
      await page.fill('#token', readToken)
      await page.keyboard.press('Enter')
      await page.waitForSelector('h1:has-text("tokens is safe")')
      const [cookie, ...others] = await page.context().cookies(site.url)
      expect(others).toEqual([])
      expect(cookie).toMatchObject({
        httpOnly: true,
        sameSite: 'Strict',
        path: new URL(site.url).pathname,
      })
      expect(await page.context().cookies(site.url.replace(/status$/, 'ticket'))).toEqual([])
      expect(await page.evaluate('document.cookie')).toBe('')
    })
  })
})

test('three databases are seen within three screens of a phone', async () => {
  const three = usual.three
  site.show((await three()).tools)
  await visit(phone, async (page) => {
    await asReader(page)
    const height = await page.evaluate<number>('document.documentElement.scrollHeight')
    expect(height).toBeLessThanOrEqual(3 * phone.viewport.height)
  })
})

/** The words of commands that stand in two lines, and are short enough for any. */
const brokenWords = `[...document.querySelectorAll('.command')].flatMap((code) => {
  const range = document.createRange()
  const letters = document.createTreeWalker(code, NodeFilter.SHOW_TEXT)
  const tops = []
  while (letters.nextNode())
    for (let at = 0; at < letters.currentNode.length; at += 1) {
      range.setStart(letters.currentNode, at)
      range.setEnd(letters.currentNode, at + 1)
      tops.push(Math.round(range.getBoundingClientRect().top))
    }
  const words = [...code.textContent.matchAll(/\\S+/g)].filter(([word]) => word.length <= 24)
  const linesOf = ({ 0: word, index }) => new Set(tops.slice(index, index + word.length)).size
  return words.filter((word) => linesOf(word) > 1).map(([word]) => word)
})`

/** What stands there, and what a person copies who marks it. */
const commands = `[...document.querySelectorAll('.command')].map((code) => {
  getSelection().selectAllChildren(code)
  return { stands: code.textContent, copied: getSelection().toString() }
})`
const Commands = z.array(z.object({ stands: z.string(), copied: z.string() })).min(2)

test.each([
  { scene: 'fallen', path: '' },
  { scene: 'fallen', path: '/databases/shop' },
  { scene: 'unmetNewest', path: '/databases/sessions' },
] as const)(
  'on a phone a command breaks between its words alone, and is copied as it is: $scene, "$path"',
  async ({ scene, path }) => {
    site.show((await badDays[scene]()).tools)
    await visit(phone, async (page) => {
      await asReader(page, path)
      await page.evaluate(openAll)
      expect(await page.evaluate(brokenWords)).toEqual([])
      for (const { stands, copied } of Commands.parse(await page.evaluate(commands)))
        expect(copied).toBe(stands)
      expect(await overflowOf(page)).toBe(0)
    })
  },
)

/** Sheets of A4, as Chromium prints them. */
const sheetsOf = async (page: Page): Promise<number> => {
  const printed = await page.pdf({ format: 'A4', printBackground: true })
  return printed.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0
}

test('the report of sixty databases is read on a few sheets of paper', async () => {
  const { tools } = await usual.many()
  const { html } = writtenOf(await readDigest(tools, lastWeek(tools.clock.now())))
  await visit(desk, async (page) => {
    await page.setContent(html)
    await page.screenshot({ path: `${pictures}/report-many-desk.png`, fullPage: true })
    const sheets = await sheetsOf(page)
    expect(sheets).toBeGreaterThan(1)
    expect(sheets).toBeLessThanOrEqual(4)
  })
})

const scenes = { ...usual, ...badDays, ...inventories, ...secondLooks }

const looked = [
  ...Object.keys(scenes).map((scene) => ({ scene, path: '' })),
  { scene: 'allWell', path: '/databases/tokens' },
  { scene: 'oneFailing', path: '/databases/tokens' },
  { scene: 'oneFailing', path: '/databases/sessions' },
  { scene: 'fallen', path: '/databases/shop' },
  { scene: 'drillFailed', path: '/databases/tokens' },
  { scene: 'unmetNewest', path: '/databases/sessions' },
  { scene: 'shrunkInventory', path: '/databases/bot' },
  { scene: 'leaving', path: '/databases/tokens' },
  { scene: 'empty', path: '/databases/tokens' },
  { scene: 'allWell', path: '/nowhere' },
]

describe.each(ways)('in the way of: $way', ({ way, options }) => {
  test.each(looked)(
    '$scene "$path" can be read by everybody, and needs nothing from outside',
    async ({ scene, path }) => {
      const make = Object.entries(scenes).find(([name]) => name === scene)?.[1]
      if (!make) throw new Error(`there is no ${scene}`)
      site.show((await make()).tools)
      await visit(options, async (page, noted) => {
        await asReader(page, path)
        expect(await overflowOf(page)).toBe(0)
        // Folded parts are part of the page.
        await page.evaluate(openAll)
        expect(await overflowOf(page)).toBe(0)
        expect(noted.complaints.filter((text) => !text.includes('404'))).toEqual([])
        expect(noted.asked.filter((url) => !url.startsWith('data:'))).toEqual([site.url + path])
        const name = `${scene}${path.replaceAll('/', '-')}-${way.replace(', ', '-')}.png`
        await page.reload()
        await page.screenshot({ path: `${pictures}/${name}`, fullPage: scene !== 'many' })
        expect(await violationsOf(page, options)).toEqual([])
      })
    },
  )

  test('the question for the token can be read by everybody', async () => {
    await visit(options, async (page) => {
      await page.goto(site.url)
      expect(await overflowOf(page)).toBe(0)
      await page.screenshot({ path: `${pictures}/token-${way.replace(', ', '-')}.png` })
      expect(await violationsOf(page, options)).toEqual([])
    })
  })

  test('where others’ functions answer too, a reader is told the way, and nothing can be typed', async () => {
    const extraHTTPHeaders = { 'x-forwarded-host': 'faas-fra1-afec6ce7.doserverless.co' }
    const shared = { ...options, extraHTTPHeaders }
    await visit(shared, async (page, noted) => {
      await asReader(page)
      expect(await page.innerText('h1')).toBe('Type no token here')
      expect(await page.locator('input, button, form').count()).toBe(0)
      expect(await overflowOf(page)).toBe(0)
      expect(noted.complaints).toEqual([])
      await page.screenshot({ path: `${pictures}/shared-${way.replace(', ', '-')}.png` })
      expect(await violationsOf(page, shared)).toEqual([])
    })
  })
})

describe('behind any prefix', () => {
  test.each(['', '/status', '/a/b/status', '/backups'])(
    'links lead there and back: "%s"',
    async (prefix) => {
      const proxied = await openSite(prefix)
      proxied.show((await allWell()).tools)
      try {
        await visit(desk, async (page) => {
          await page.goto(`${proxied.url}${prefix === '/backups' ? '/' : ''}`)
          await page.fill('#token', readToken)
          await page.keyboard.press('Enter')
          await page.click('h3 a:has-text("tokens")')
          await page.waitForSelector('h1:has-text("tokens is safe")')
          await page.click('text=All databases')
          await page.waitForSelector('h1:has-text("Both databases are safe")')
          await page.click('h3 a:has-text("sessions")')
          await page.waitForSelector('h1:has-text("sessions is safe")')
          await page.click('text=JSON')
          expect(await page.innerText('body')).toContain('"health":"sound"')
        })
      } finally {
        await proxied.close()
      }
    },
  )
})
