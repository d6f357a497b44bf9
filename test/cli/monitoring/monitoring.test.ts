/** Rules and dashboard: of figures that there are, and as Prometheus itself takes them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { z } from 'zod'

import { dashboardText } from '../../../lib/cli/monitoring/dashboard'
import { rulesText } from '../../../lib/cli/monitoring/rules'
import { families } from '../../../lib/edge/metrics'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-monitoring-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fileWith = (name: string, text: string): string => {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  return file
}

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          annotations: z.object({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
})
const rules = Rules.parse(parse(rulesText())).groups.flatMap((group) => group.rules)

const Panel = z.object({
  id: z.int(),
  title: z.string(),
  description: z.string(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(z.object({ expr: z.string() })),
})
const { panels } = z.object({ panels: z.array(Panel) }).parse(JSON.parse(dashboardText()))

/** The parser that will read them; on Debian it is part of the package "prometheus". */
const hasPromtool = spawnSync('promtool', ['--version']).status === 0

const promtool = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

const names = new Set(families.map(({ name }) => `snapproof_${name}`))
const namedIn = (expr: string) => expr.match(/snapproof_\w+/g) ?? []

describe('the rules', () => {
  test('are of figures that there are', () => {
    expect(rules.length).toBeGreaterThan(5)
    for (const { expr, alert } of rules)
      for (const name of namedIn(expr)) expect(names, alert).toContain(name)
  })

  test('say in a sentence what is wrong, and what to do', () => {
    for (const { annotations } of rules) {
      expect(annotations.summary).toMatch(/^\S.*\.$/)
      expect(annotations.description).toMatch(/npx snapproof|\.sh /)
    }
  })

  test.skipIf(!hasPromtool)('are taken by Prometheus, and ring when they should', () => {
    const file = fileWith('rules.yml', rulesText())
    expect(promtool('check', 'rules', file)).toMatchObject({ status: 0 })
    const series = (name: string, values: string) => ({ series: `snapproof_${name}`, values })
    const summaryOf = (name: string) =>
      rules
        .find(({ alert }) => alert === name)
        ?.annotations.summary.replaceAll('{{ $labels.db }}', 'shop')
    const mendOf = (name: string) =>
      rules
        .find(({ alert }) => alert === name)
        ?.annotations.description.replaceAll('{{ $labels.db }}', 'shop')
    const rings = (alertname: string, at: string, labels?: Record<string, string>) => ({
      eval_time: at,
      alertname,
      exp_alerts: labels
        ? [
            {
              exp_labels: labels,
              exp_annotations: { summary: summaryOf(alertname), description: mendOf(alertname) },
            },
          ]
        : [],
    })
    const critical = { severity: 'critical', db: 'shop' }
    const tests = [
      {
        interval: '1m',
        input_series: [
          series('safe', '1x120'),
          series('late{db="shop"}', '0x10 1x110'),
          series('fall{db="shop"}', '0x10 1x110'),
          series('verify_status{db="shop"}', '1x10 0x110'),
          series('last_upload_timestamp_seconds{db="shop"}', '0x120'),
          // Nothing of it ever came: it is late, and not unsound.
          series('verify_status{db="empty"}', '0x120'),
        ],
        alert_rule_test: [
          rings('SnapproofSilent', '1h'),
          rings('SnapproofNotSafe', '2h'),
          rings('SnapproofLate', '10m'),
          rings('SnapproofLate', '20m', critical),
          rings('SnapproofRowsGone', '12m', critical),
          rings('SnapproofNotSound', '30m'),
          rings('SnapproofNotSound', '1h', critical),
        ],
      },
      {
        interval: '1m',
        input_series: [],
        alert_rule_test: [rings('SnapproofSilent', '1h', { severity: 'critical' })],
      },
    ]
    const script = fileWith('test.yml', stringify({ rule_files: [file], tests }))
    expect(promtool('test', 'rules', script)).toMatchObject({ status: 0 })
  })
})

describe('the dashboard', () => {
  test('has a panel for every figure, and explains it as the table does', () => {
    const drawn = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => namedIn(expr)))
    expect(new Set(drawn)).toEqual(new Set([...names].filter((name) => !name.endsWith('_info'))))
    for (const { title, description } of panels) {
      expect(title).toMatch(/^[A-Z][a-z ,]+$/)
      expect(description).toMatch(/\.$/)
    }
    expect(panels.find(({ title }) => title === 'Last upload, how long ago')).toMatchObject({
      targets: [{ expr: 'time() - snapproof_last_upload_timestamp_seconds' }],
    })
  })

  test('lays no panel over another', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
  })

  test.skipIf(!hasPromtool)('asks what Prometheus understands', () => {
    const asked = panels.flatMap(({ id, targets }) =>
      targets.map(({ expr }) => ({ record: `panel:${id}`, expr })),
    )
    const file = fileWith('asked.yml', stringify({ groups: [{ name: 'all', rules: asked }] }))
    expect(promtool('check', 'rules', file)).toMatchObject({ status: 0 })
  })
})
