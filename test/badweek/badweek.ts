/** Each disaster in an installation of its own, one after the other. */
import { startCloud } from './cloud'
import { reportOf, scenes } from './scenes'
import type { Line, Scene } from './scenes'

export const play = async ({ disaster, settings = {}, play: act }: Scene): Promise<Line> => {
  const cloud = await startCloud({ shop: settings })
  const report = reportOf(disaster)
  try {
    await act(cloud, report)
  } catch (thrown) {
    report.line.wrong.push(thrown instanceof Error ? (thrown.stack ?? thrown.message) : 'thrown')
  } finally {
    await cloud.close()
  }
  return report.line
}

export { scenes }
