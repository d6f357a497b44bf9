/** Restores kept copies on this machine as on a bad day, and rings the alarm on purpose. */
import { drill as drillStep } from '../../journey/drill'
import { places } from '../../rules/copy/place'
import type { Place } from '../../rules/copy/place'
import { durationWords } from '../../rules/plain/wording'
import { fromWords } from '../../rules/watching/drill'
import type { DrillReport } from '../../rules/watching/drill'
import { exits, parse, print, table, usage } from '../command'
import type { Command } from '../command'
import { withTools } from '../home'
import { mustBeThere, oneDatabase } from '../named'

const tell = ({ copies, rings, left }: DrillReport): string => {
  const drilled = copies.map(({ outcome, id, tookMs, detail, place }) => [
    outcome,
    id,
    durationWords(tookMs),
    `${detail}${fromWords({ place })}`,
  ])
  const steps = copies.flatMap(({ id, steps: some }) => [
    `  ${id}: ${some.map(({ step, tookMs }) => `${step} ${durationWords(tookMs)}`).join(', ')}`,
  ])
  const rung = rings.map(({ name, isHeard, detail }) => [
    isHeard ? 'heard' : 'NOT HEARD',
    name,
    detail,
  ])
  return [
    ...(drilled.length > 0
      ? ['Copies that were restored, opened and thrown away again:', table(drilled), ...steps, '']
      : []),
    'Alarms that were rung on purpose:',
    table(rung),
    ...left.map(({ database, why }) => `left: ${database}: ${why}`),
  ].join('\n')
}

const placeIn = (said: string | undefined): Place | undefined => {
  const place = places.find((one) => one === said)
  if (said !== undefined && place === undefined)
    throw usage(`"${said}" is no place.`, 'Say --from first, or --from second.')
  return place
}

export const drill: Command = {
  help: `usage: snapproof drill [DATABASE] [--at TIME] [--from PLACE] [--ring] [--json]

Restores, for each database or for one, the newest sound copy and the older one that was proven longest
ago: through the same address as restore.sh, into a fresh file, by its hash, with every check, compared
with what was written down of it, and timed step by step. Nothing stays on this machine. Then a damaged,
an empty, an old and a missing copy, made on the spot, must each raise their alert. The same runs every
week in the cloud.

  --at TIME   only the copy that restore.sh --at TIME would take
  --from PLACE  first or second, where the copies are fetched. Unless set, the first; a drill of all
              takes the one whose turn it is, as every week
  --ring      deliver the alerts that are rung to the channels in ALERTS
  --json      print the report as JSON

exit: 0 all proven, 1 something failed or was not heard, 3 something could not be drilled`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      at: { type: 'string' },
      from: { type: 'string' },
      ring: { type: 'boolean' },
      json: { type: 'boolean' },
    })
    const database = oneDatabase(positionals)
    if (values.at !== undefined && database === undefined)
      throw usage('With --at, say which database.')
    const place = placeIn(values.from)
    return withTools(root, async (tools) => {
      if (place !== 'second') await mustBeThere(tools, database)
      const report = await drillStep.run(
        {
          ...(database === undefined ? {} : { database }),
          ...(values.at === undefined ? {} : { at: values.at }),
          ...(place === undefined ? {} : { place }),
          ring: values.ring ? 'yes' : 'no',
        },
        tools,
      )
      print(values.json ? JSON.stringify(report, undefined, 2) : tell(report))
      const isBad =
        report.copies.some(({ outcome }) => outcome === 'failed') ||
        report.rings.some(({ isHeard }) => !isHeard)
      const isOpen =
        report.left.length > 0 || report.copies.some(({ outcome }) => outcome === 'undone')
      return isBad ? exits.damaged : isOpen ? exits.noVerdict : exits.sound
    })
  },
}
