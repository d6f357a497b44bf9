/**
 * The one thing that anybody may see: is it well, and since when was that known? It names nothing,
 * and is made of what the watch last saw. https://shields.io/badges/endpoint-badge
 */
import { ageWords, countWords } from '../../rules/plain/wording'
import type { Glance } from '../../rules/watching/glance'
import { silentAfterMs } from '../../rules/watching/timers'
import { html } from '../../show/markup'

export type Badge = {
  schemaVersion: 1
  label: string
  message: string
  color: 'green' | 'yellow' | 'orange' | 'red' | 'lightgrey'
  isError: boolean
}

const badge = (message: string, color: Badge['color']): Badge => ({
  schemaVersion: 1,
  label: 'backups',
  message,
  color,
  isError: color === 'red',
})

export const badgeOf = (glance: Glance | undefined, now: Date): Badge => {
  // Without a watch nothing is known, and what was known before is no longer true. As on the page, that is
  // no danger to data, which alone is red.
  if (!glance) return badge('not watched', 'orange')
  const { ranAt, inTrouble, inDanger = inTrouble, isComplete, late, provenAt, isProven } = glance
  if (now.getTime() - Date.parse(ranAt) > silentAfterMs) {
    return badge(`down, not watched for ${ageWords(ranAt, now)}`.replace(' ago', ''), 'orange')
  }
  if (inTrouble > 0) {
    const words = `${countWords(inTrouble, 'database')} in trouble`
    return badge(words, inDanger > 0 ? 'red' : 'orange')
  }
  if (!isComplete) return badge('not all could be watched', 'orange')
  if (late > 0) return badge(`${countWords(late, 'database')} late`, 'orange')
  if (provenAt === undefined) return badge('nothing proven yet', 'lightgrey')
  return isProven
    ? badge(`verified ${ageWords(provenAt, now)}`, 'green')
    : badge('being verified', 'yellow')
}

const fills: Record<Badge['color'], string> = {
  green: '#2b7a3d',
  yellow: '#8a6d00',
  orange: '#b25a00',
  red: '#b3261e',
  lightgrey: '#666b70',
}

/** Of Verdana at 11 pixels, which these badges are set in; where it is missing the text is fitted. */
const widths = [
  { signs: 'ijl', width: 3.1 },
  { signs: ' ftr,', width: 4.2 },
  { signs: 'csz', width: 5.75 },
  { signs: 'mw', width: 9.9 },
]

const widthOf = (text: string): number => {
  const each = [...text].map(
    (sign) => widths.find(({ signs }) => signs.includes(sign))?.width ?? 6.8,
  )
  return Math.round(each.reduce((sum, width) => sum + width, 12))
}

export const badgeImage = ({ label, message, color }: Badge): string => {
  const [left, right] = [widthOf(label), widthOf(message)]
  const all = left + right
  const text = (words: string, x: number, width: number) =>
    html`<text x="${x + width / 2}" y="14" text-anchor="middle" textLength="${width - 12}"
      >${words}</text
    >`
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${all}"
    height="20"
    role="img"
    aria-label="${label}: ${message}"
  >
    <title>${label}: ${message}</title>
    <rect width="${all}" height="20" rx="3" fill="${fills[color]}" />
    <path d="M3 0h${left - 3}v20h${3 - left}a3 3 0 0 1-3-3v-14a3 3 0 0 1 3-3z" fill="#444a50" />
    <g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
      ${text(label, 0, left)}${text(message, left, right)}
    </g>
  </svg>`.text
}
