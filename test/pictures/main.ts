/** npm run pictures: draws the pages as a browser shows them, for lib/docs/ and for whoever works on them. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'

import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions } from 'playwright-core'

import { readDigest, writtenOf } from '../../lib/journey/digest'
import type { Tools } from '../../lib/ports'
import { lastWeek } from '../../lib/rules/digest/span'
import { badDays } from '../browser/bad-days'
import { inventories } from '../browser/inventories'
import { secondLooks } from '../browser/second-look'
import { openSite, readToken } from '../browser/site'
import type { Site } from '../browser/site'
import { scenes as usual } from '../browser/stock'

const scenes = { ...usual, ...badDays, ...inventories, ...secondLooks }

const help = `usage: npm run pictures [-- --all FOLDER [SCENE...]]

Draws the status page of a made-up installation into lib/docs/pictures/, as the README shows it.
With --all every scene of the tests is drawn into FOLDER: on a desk, in the dark, on a phone, on paper.

Scenes: ${Object.keys(scenes).join(', ')}
`

type Shot = { scene: string; at: string; file: string; options: BrowserContextOptions }

const desk = { viewport: { width: 1120, height: 650 } }
/** Of A4, what a printer leaves of it. */
const paper = { viewport: { width: 718, height: 1047 } }
const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 }

/** Not a page of the site: the week's report, of the same installation. */
const report = '/report'

const reportOf = async (tools: Tools): Promise<string> =>
  writtenOf(await readDigest(tools, lastWeek(await tools.store.now()))).html

const openAll = `for (const one of document.querySelectorAll('.self')) one.open = true`

const draw = async (
  shot: Shot & { isWhole: boolean; isPaper?: boolean },
  site: Site,
  browser: Browser,
) => {
  const { scene, at, file, options, isWhole, isPaper = false } = shot
  const make = Object.entries(scenes).find(([name]) => name === scene)?.[1]
  if (!make) throw new Error(`there is no scene ${scene}`)
  const { tools } = await make()
  site.show(tools)
  const context = await browser.newContext({
    ...options,
    extraHTTPHeaders: { authorization: `Bearer ${readToken}`, 'x-time-zone': 'Europe/Berlin' },
  })
  try {
    const page = await context.newPage()
    if (at === report) await page.setContent(await reportOf(tools))
    else await page.goto(site.url + at)
    // What is folded is part of the page, and of this picture.
    if (scene === 'leaving') await page.evaluate(openAll)
    if (isPaper) await page.emulateMedia({ media: 'print' })
    await page.screenshot({ path: file, fullPage: isWhole })
    console.log(file)
  } finally {
    await context.close()
  }
}

const ways = [
  { way: 'desk', options: desk },
  { way: 'dark', options: { ...desk, colorScheme: 'dark' } },
  { way: 'phone', options: phone },
  { way: 'paper', options: paper },
] satisfies { way: string; options: BrowserContextOptions }[]

/** What is drawn of a scene besides its first page. */
const of: Readonly<Record<string, readonly string[]>> = {
  allWell: ['/databases/tokens', report],
  oneFailing: ['/databases/tokens', report],
  fallen: ['/databases/shop'],
  leaving: ['/databases/tokens'],
  drillFailed: ['/databases/tokens'],
  unmetNewest: ['/databases/sessions'],
  empty: ['/databases/tokens'],
  inventory: ['/databases/bot'],
  shrunkInventory: ['/databases/bot'],
  many: [report],
}

const drawAll = async (folder: string, named: readonly string[], site: Site, browser: Browser) => {
  mkdirSync(folder, { recursive: true })
  for (const scene of named.length > 0 ? named : Object.keys(scenes))
    for (const { way, options } of ways)
      for (const at of ['', ...(of[scene] ?? [])]) {
        const file = path.join(folder, `${scene}${at.replaceAll('/', '-')}-${way}.png`)
        await draw(
          { scene, at, file, options, isWhole: true, isPaper: way === 'paper' },
          site,
          browser,
        )
      }
}

export const main = async (args: readonly string[]): Promise<number> => {
  const [mode, folder, ...named] = args
  if (mode !== undefined && (mode !== '--all' || folder === undefined)) {
    console.log(help)
    return mode === '--help' ? 0 : 2
  }
  const site = await openSite()
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  try {
    if (folder !== undefined) await drawAll(folder, named, site, browser)
    else {
      const pictures = 'lib/docs/pictures'
      mkdirSync(pictures, { recursive: true })
      const file = `${pictures}/status-page.png`
      await draw({ scene: 'three', at: '', file, options: desk, isWhole: false }, site, browser)
    }
    return 0
  } finally {
    await browser.close()
    await site.close()
  }
}
