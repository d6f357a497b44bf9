import { expect, test } from 'vitest'

import { noteDrill, readDrillState } from '../../../lib/journey/bucket/drill-state'
import { openSealed } from '../../../lib/journey/bucket/sealed'
import { DrillReport, drillReportType } from '../../../lib/rules/watching/drill'
import { testTools } from '../../fakes/tools'

const report: DrillReport = {
  at: '2026-03-02T05:45:07.000Z',
  copies: [],
  rings: [{ name: 'a damaged copy', isHeard: true, detail: 'raised verify.failed' }],
  left: [],
}

test('there is none before the first drill, and none that is not ours', async () => {
  const tools = testTools()
  expect(await readDrillState(tools)).toBeUndefined()
  await tools.store.put('backups/_state/drill.json', Buffer.from('{"ranAt":"2026-03-02"}'))
  expect(await readDrillState(tools)).toBeUndefined()
})

test('is noted beside a signed report under the month of the drill', async () => {
  const tools = testTools()
  await noteDrill(report, {}, tools)
  expect(await readDrillState(tools)).toMatchObject({
    ranAt: report.at,
    alarmProvenAt: report.at,
  })
  const [key = '', found] =
    [...tools.store.objects].find(([name]) => name.includes('/_reports/')) ?? []
  expect(key).toMatch(/^backups\/_reports\/drills\/2026\/03\/2026-03-02T054507Z_[0-9a-f]{6}\.json$/)
  const bytes = openSealed(tools.settings, drillReportType, found?.bytes ?? Buffer.alloc(0))
  expect(DrillReport.parse(JSON.parse(bytes?.toString() ?? ''))).toEqual({ format: 1, ...report })
})
