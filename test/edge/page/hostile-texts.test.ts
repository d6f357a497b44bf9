import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Entry } from '../../../lib/rules/copy/entry'
import { casesOf } from '../../cases'
import { testTools } from '../../fakes/tools'
import { texts } from '../../fixtures/arbitraries'
import { findingOf, findingsWith } from '../../fixtures/told/entries'
import { keepCopy } from '../../fixtures/told/kept'
import { look } from '../asking'

/** What a hostile table, host or person might be called, each in the place where it is shown. */
const hostile = fc.oneof(
  texts,
  fc.constantFrom(
    '</code><script>alert(1)</script>',
    '" onmouseover="alert(1)',
    "'><img src=x onerror=alert(1)>",
    '</title><svg onload=alert(1)>',
    '{{constructor}} ${7*7} --> ]]>',
  ),
)

/** The document's tags with the names of their attributes: text can add none. */
const skeletonOf = (body: string): string[] =>
  [...body.matchAll(/<[a-z!/][^>]*>/gi)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""'))

const shownWith = async (text: string): Promise<string[]> => {
  const tools = testTools()
  const change = (entry: Entry): Entry => ({
    ...entry,
    pin: { at: '2026-01-01T00:00:00.000Z', by: text, note: text },
    ...(entry.verdict
      ? {
          verdict: {
            ...entry.verdict,
            findings: [
              ...findingsWith({}).slice(0, 3),
              { ...findingOf('structure', 'failed'), detail: text, mend: text },
              { ...findingOf('rows', 'warned'), detail: text, mend: text },
            ],
          },
        }
      : {}),
  })
  await keepCopy(tools, { daysAgo: 0, outcome: 'failed', change })
  await keepCopy(tools, { daysAgo: 1, outcome: 'warned', change })
  const named = {
    ...tools,
    settings: { ...tools.settings, installation: text },
    notifier: {
      ...tools.notifier,
      complaints: [text],
      channels: [
        {
          id: 'a',
          name: text,
          takes: () => false,
          rehearse: () => 0,
          send: async () => ({ outcome: 'delivered' as const, said: '' }),
        },
      ],
    },
  }
  const pages = [await look(named), await look(named, '/databases/tokens')]
  for (const { statusCode } of pages) expect(statusCode).toBe(200)
  return pages.map(({ body }) => body)
}

describe('the pages', () => {
  test('are the same tags and attributes whatever stands in the texts', async () => {
    const plain = (await shownWith('harmless')).map(skeletonOf)
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const bodies = await shownWith(text === '' ? 'x' : text)
        expect(bodies.map(skeletonOf)).toEqual(plain)
      }),
      { numRuns: casesOf(80) },
    )
  })
})
