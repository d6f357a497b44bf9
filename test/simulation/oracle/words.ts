/**
 * 5. What is whole is called damaged by nobody: no alert, no answer, no page.
 */
import { z } from 'zod'

import { databasePage } from '../../../lib/edge/page/database'
import type { Overview } from '../../../lib/journey/overview'
import { verdict } from '../../../lib/journey/verdict'
import type { VerdictAnswer } from '../../../lib/journey/verdict'
import type { Alert } from '../../../lib/rules/alerts/alert'
import type { Ended } from '../cloud/functions'
import { Violation } from '../violation'

import { isGood, judgeTruly } from './truth'
import type { Truth } from './truth'

const ill = /damag|corrupt|malformed|broken|\bfailed\b/i

/** These tell of copies that are whole. */
const ofWhole: readonly string[] = [
  'verify.unmet',
  'rows.collapsed',
  'rows.leaving',
  'sound.warned',
  'content.still',
]

const Listed = z.object({ copies: z.array(z.object({ ticket: z.string(), verdict: z.string() })) })
const Asked = z.object({ at: z.string().optional() })

/** As the script on the host reads it: today's, and the first one, which said nothing of itself. */
const scripts = [undefined, '2'] as const

export const wordsOracle = (truth: Truth) => {
  /** Whatever stood there under this name was whole, and nobody else put it there. */
  const isWhole = (id: string): boolean => {
    const copy = truth.copies().find(({ entry }) => entry.id === id)
    if (!copy?.stored || truth.touched.has(copy.entry.key)) return false
    return truth.contentsOf(copy.entry.key).every((one) => isGood(judgeTruly(one, copy.entry)))
  }
  const forbid = (where: string, id: string, text: string): void => {
    const said = ill.exec(text)?.[0]
    if (said !== undefined)
      throw new Violation(5, `${where} calls ${id} "${said}", and it is whole`)
  }

  const answered = (id: string, answer: VerdictAnswer): void => {
    if (!isWhole(id)) return
    for (const script of scripts) {
      const lines = verdict.lines({ ...answer, script }).map((line) => line.join(' '))
      forbid('a verdict', id, lines.join('\n'))
    }
  }

  const everyCopy = { page: 1, copy: undefined, size: Infinity }
  const looked = (overview: Overview): void => {
    for (const one of overview.databases) {
      for (const { id, word } of one.copies) if (isWhole(id)) forbid('the page', id, word)
      const areWhole = one.copies.every(({ id }) => isWhole(id))
      if (!areWhole || one.newest?.word !== 'unmet') continue
      const at = { root: '/', isStill: true, wanted: everyCopy }
      const text = databasePage({ head: overview, one }, at).replaceAll(/<style>.*?<\/style>/gs, '')
      forbid('the page', one.newest.id, text)
    }
  }

  const restored = ({ said, request }: Ended): void => {
    if ('answer' in said) {
      for (const { ticket, verdict: word } of Listed.safeParse(said.answer).data?.copies ?? [])
        if (isWhole(ticket)) forbid('a list', ticket, word)
      return
    }
    const { at } = Asked.parse(request)
    if (at !== undefined && isWhole(at)) forbid('a restore', at, said.fault.message)
  }

  return {
    arrived: (alerts: readonly Alert[]): void => {
      for (const { key, kind, headline, facts, meaning, nextStep } of alerts) {
        if (ofWhole.includes(kind))
          forbid('an alert', key, JSON.stringify([headline, facts, meaning, nextStep]))
      }
    },
    /** The answers as they are made: what they are is known by their names. */
    verdict: answered,
    overview: looked,
    restored,
  }
}
