import { describe, expect, test } from 'vitest'

import { digestOf } from '../../lib/rules/digest/digest'
import { toldOf } from '../../lib/rules/digest/words'
import { digestPage } from '../../lib/show/digest-page'
import {
  badWeek,
  copyOn,
  databaseWith,
  happenedWith,
  standingWith,
  week,
} from '../fixtures/told/digests'
import { someTrouble } from '../fixtures/told/troubles'

const about = { span: week, version: '0.1.0', unnamed: ['sessions'] }
const calm = digestPage(toldOf(digestOf(standingWith(), happenedWith(), { ...about, unnamed: [] })))

const hostile = `<img src=x onerror=alert(1)>"'&`

const badHtml = (): string => {
  const { standing, happened } = badWeek()
  const copies = [
    copyOn('21', {
      word: 'failed',
      remarks: [{ check: 'schema', outcome: 'failed', detail: `no table ${hostile}` }],
    }),
  ]
  copies.push(copyOn('20', { word: 'unverifiable' }))
  const odd = databaseWith({ database: 'odd', copies, policy: hostile, brake: hostile })
  const otherwise = { text: hostile, command: hostile }
  const nextStep = { text: hostile, command: hostile, otherwise }
  const troubles = [someTrouble({ what: hostile, nextStep })]
  const databases = [...standing.databases, { ...odd, troubles }]
  return digestPage(
    toldOf(digestOf({ ...standing, databases, troubles, installation: hostile }, happened, about)),
  )
}

describe('a report as a page', () => {
  test('is one file: nothing runs in it, and nothing is fetched', () => {
    for (const page of [calm, badHtml()]) {
      expect(page).not.toMatch(/<script|<link|<img|<iframe|url\(|@import|https?:|\son\w+=(?!\S*&)/i)
      expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
    }
  })

  test('shows what files and people said as text, whatever it is', () => {
    const page = badHtml()
    expect(page).not.toContain('<img')
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;')
  })

  test('shows what to do where it was meant', () => {
    const otherwise = { text: 'Say so:', command: "accept --reason 'it was meant'" }
    const troubles = [someTrouble({ nextStep: { text: 'Look.', otherwise } })]
    const page = digestPage(toldOf(digestOf(standingWith({ troubles }), happenedWith(), about)))
    expect(page).toContain(
      '<b>If it was meant:</b> Say so:</div><pre>accept <span>--reason</span> &#39;it was meant&#39;</pre>',
    )
  })

  test('closes whatever it opens', () => {
    for (const page of [calm, badHtml()]) {
      for (const tag of ['div', 'table', 'tr', 'td', 'th', 'ul', 'li', 'pre', 'h2', 'span', 'p']) {
        const opened = page.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0
        expect(page.match(new RegExp(`</${tag}>`, 'g'))?.length ?? 0, tag).toBe(opened)
      }
    }
  })

  test('is green when all is well, and names what needs somebody when not', () => {
    expect(calm).toContain('class="head good"')
    expect(calm).not.toContain('What would make it better')
    const page = badHtml()
    expect(page).toContain('class="head bad"')
    expect(page).toContain('<h2>The installation</h2>')
    expect(page).toContain('<h2>What would make it better</h2>')
    expect(page).toContain('title="2026-11-18: an older copy reaches it"')
    expect(page).toContain('title="2026-11-15: no copy"')
  })

  test('is red for what is damaged or gone alone', () => {
    const classOf = (kind: 'copy.gone' | 'backup.late', health: 'trouble' | 'late') => {
      const troubles = [someTrouble({ kind })]
      const databases = [databaseWith({ health, troubles })]
      const page = digestPage(toldOf(digestOf(standingWith({ databases }), happenedWith(), about)))
      return [...page.matchAll(/<div class="(?:head|card|trouble) (\w+)"/g)].map(([, one]) => one)
    }
    expect(classOf('copy.gone', 'trouble')).toEqual(['bad', 'bad', 'bad'])
    expect(classOf('backup.late', 'late')).toEqual(['late', 'late', 'late'])
  })

  test('can be read in the dark, on a phone and on paper', () => {
    expect(calm).toContain('@media screen and (prefers-color-scheme: dark)')
    expect(calm).toContain('@media (max-width: 560px)')
    expect(calm).toContain('@media print')
  })

  test('stays below what mail readers cut off, with as many databases as it shows', () => {
    const databases = Array.from({ length: 101 }, (_, nth) => databaseWith({ database: `d${nth}` }))
    const page = digestPage(toldOf(digestOf(standingWith({ databases }), happenedWith(), about)))
    expect(page).toContain('and 1 more that are well: see the status page')
    expect(Buffer.byteLength(page)).toBeLessThan(102_000)
  })
})
