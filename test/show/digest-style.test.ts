/** What reads well must be seen: text against what lies behind it, as WCAG measures it. */
import { expect, test } from 'vitest'

import { digestStyle } from '../../lib/show/digest-style'

const luminance = (hex: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

const pairs = [...digestStyle.matchAll(/\{[^{}]*background: (#\w{6});[^{}]*[ ;]color: (#\w{6})/g)]

test('every colour stands out from its ground', () => {
  expect(pairs.length).toBeGreaterThan(8)
  for (const [rule, ground = '', ink = ''] of pairs) {
    expect(contrast(ground, ink), rule).toBeGreaterThanOrEqual(4.5)
  }
  for (const [ground, ink] of [
    ['#ffffff', '#0b6b4a'],
    ['#ffffff', '#a92318'],
    ['#ffffff', '#8a5200'],
    ['#ffffff', '#5d6979'],
    ['#f4f5f7', '#5d6979'],
    ['#11151b', '#9aa7b8'],
    ['#1a2029', '#9aa7b8'],
  ] as const) {
    expect(contrast(ground, ink)).toBeGreaterThanOrEqual(4.5)
  }
})

test('knows no variables and no grids: mail readers do not either', () => {
  expect(digestStyle).not.toMatch(/var\(|display: (grid|flex)/)
})
