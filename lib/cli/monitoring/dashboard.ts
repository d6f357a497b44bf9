/**
 * How does all of it look in Grafana? A dashboard made of the table of the metrics: the headline, and a
 * panel for each figure, called and explained as the table does. A new figure has its panel by itself.
 */
import { families } from '../../edge/metrics'

const columns = 24
const source = { type: 'prometheus', uid: '${datasource}' }

/** What a figure is of, by the end of its name, as Prometheus has it. */
const unitOf = (name: string): { unit: string; isAge: boolean } => {
  if (name.endsWith('_timestamp_seconds')) return { unit: 's', isAge: true }
  if (name.endsWith('_seconds')) return { unit: 's', isAge: false }
  return { unit: name.endsWith('_bytes') ? 'bytes' : 'short', isAge: false }
}

const titleOf = (name: string, isAge: boolean): string => {
  const words = name.replace(/(_timestamp)?_(seconds|bytes)$/, '').replaceAll('_', ' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${isAge ? ', how long ago' : ''}`
}

const headline = {
  type: 'stat',
  title: 'Safe',
  description: 'Whether everything is safe and watched.',
  datasource: source,
  targets: [{ refId: 'A', expr: 'min(snapproof_safe)', datasource: source }],
  fieldConfig: {
    defaults: {
      mappings: [
        {
          type: 'value',
          options: { '0': { text: 'no', color: 'red' }, '1': { text: 'yes', color: 'green' } },
        },
      ],
    },
    overrides: [],
  },
  options: { colorMode: 'background', reduceOptions: { calcs: ['lastNotNull'] } },
}

/** The version is a label, and its value says nothing. */
const drawn = families.filter(({ name }) => name !== 'safe' && !name.endsWith('_info'))

const panelOf = ({ name, help }: { name: string; help: string }) => {
  const { unit, isAge } = unitOf(name)
  const metric = `snapproof_${name}`
  const expr = isAge ? `time() - ${metric}` : metric
  return {
    type: 'timeseries',
    title: titleOf(name, isAge),
    description: help,
    datasource: source,
    targets: [{ refId: 'A', expr, datasource: source, legendFormat: '__auto' }],
    fieldConfig: { defaults: { unit }, overrides: [] },
  }
}

/** Two beside one another, below the headline. */
const placed = () => {
  const [wide, high] = [columns / 2, 8]
  return drawn.map((family, at) => ({
    ...panelOf(family),
    id: at + 2,
    gridPos: { x: (at % 2) * wide, y: 4 + Math.floor(at / 2) * high, w: wide, h: high },
  }))
}

/** For "Import" in Grafana, which asks for the Prometheus that it reads from. */
export const dashboardText = (): string =>
  JSON.stringify(
    {
      uid: 'snapproof',
      title: 'Snapproof',
      tags: ['backup'],
      timezone: 'utc',
      schemaVersion: 39,
      refresh: '5m',
      time: { from: 'now-7d', to: 'now' },
      templating: {
        list: [
          { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
        ],
      },
      panels: [{ ...headline, id: 1, gridPos: { x: 0, y: 0, w: columns, h: 4 } }, ...placed()],
    },
    undefined,
    2,
  )
