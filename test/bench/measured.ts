/** What was measured of one file, and how is it told? Ratios of medians of one run. */
import type { Time } from './verify-process'
import { median, readings } from './ways'
import type { Ours, Reading, Ways } from './ways'

const sorts = ['cold', 'warm'] as const
type Sort = (typeof sorts)[number]
type Name = `${Reading} ${Sort}`

export type Measured = {
  name: string
  sizeBytes: number
  pipeline: Time
  floor: Time
  ours: Record<Name, Time>
  /** The most of any of its processes. */
  peakMiB: Record<Reading, number>
  /** How often each byte was. */
  fetchedTimes: Record<Reading, number>
  methods: Record<Reading, string>
}

const medianOf = (times: readonly Time[]): Time => ({
  seconds: median(times.map(({ seconds }) => seconds)),
  cpuSeconds: median(times.map(({ cpuSeconds }) => cpuSeconds)),
})

type Given = { name: string; sizeBytes: number; ways: Ways; rounds: number }

export const measure = ({ name, sizeBytes, ways, rounds }: Given): Measured => {
  const pipeline: Time[] = []
  const floor: Time[] = []
  const ours: Record<Name, Ours[]> = {
    'spooled cold': [],
    'spooled warm': [],
    'ranges cold': [],
    'ranges warm': [],
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const sort of sorts) {
      // Beside each of ours, so that a neighbour who is busy for a while is so for both.
      pipeline.push(ways.pipeline())
      for (const reading of readings) ours[`${reading} ${sort}`].push(ways[sort](reading))
    }
    floor.push(ways.floor())
  }
  const runsOf = (reading: Reading) => sorts.flatMap((sort) => ours[`${reading} ${sort}`])
  const both = <Value>(of: (runs: Ours[]) => Value): Record<Reading, Value> => ({
    spooled: of(runsOf('spooled')),
    ranges: of(runsOf('ranges')),
  })
  return {
    name,
    sizeBytes,
    pipeline: medianOf(pipeline),
    floor: medianOf(floor),
    ours: {
      'spooled cold': medianOf(ours['spooled cold']),
      'spooled warm': medianOf(ours['spooled warm']),
      'ranges cold': medianOf(ours['ranges cold']),
      'ranges warm': medianOf(ours['ranges warm']),
    },
    peakMiB: both((runs) => Math.max(...runs.map(({ peakBytes }) => peakBytes)) / 1024 ** 2),
    fetchedTimes: both((runs) => median(runs.map(({ fetchedBytes }) => fetchedBytes)) / sizeBytes),
    methods: both((runs) => runs[0]?.method ?? ''),
  }
}

type Row = Record<string, string | number>
type Figure = keyof Time

const places = (value: number): string => value.toFixed(value < 1 ? 3 : 2)

const comparedBy =
  (figure: Figure) =>
  ({ name, pipeline, floor, ours }: Measured): Row => {
    const against = (time: Time): string => (time[figure] / pipeline[figure]).toFixed(2)
    return {
      file: name,
      'pipeline s': places(pipeline[figure]),
      floor: against(floor),
      'spooled cold': against(ours['spooled cold']),
      'spooled warm': against(ours['spooled warm']),
      'ranges cold': against(ours['ranges cold']),
      'ranges warm': against(ours['ranges warm']),
      'spooled warm s': places(ours['spooled warm'][figure]),
    }
  }

export const tables = (all: readonly Measured[]): { title: string; rows: Row[] }[] => [
  { title: 'by the clock, against the pipeline', rows: all.map(comparedBy('seconds')) },
  {
    title: 'by CPU of all processes, against the pipeline',
    rows: all.map(comparedBy('cpuSeconds')),
  },
  {
    title: 'memory, and how often each byte was fetched',
    rows: all.map(({ name, peakMiB, fetchedTimes, methods }) => ({
      file: name,
      'spooled MiB': Math.round(peakMiB.spooled),
      'ranges MiB': Math.round(peakMiB.ranges),
      'spooled x': fetchedTimes.spooled.toFixed(2),
      'ranges x': fetchedTimes.ranges.toFixed(2),
      method: methods.ranges,
    })),
  },
]
