import type { DatabaseStatus, SetStatus, Status } from '../journey/status'
import { ageWords, countWords, sizeWords } from '../rules/wording'

/** The status page: one document, nothing fetched, nothing run; readable without colours. */
const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

export const styles = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5c6670;--line:#d8dee4;--paper:#fff;--good:#146c2e;--bad:#b3261e;--open:#7a5900}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8ea;--soft:#9aa4ae;--line:#333a41;--paper:#14171a;--good:#6fd08c;--bad:#ff8a80;--open:#e3b341}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:56rem;margin:0 auto;padding:2rem 1rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}
h1.good{color:var(--good)}h1.bad{color:var(--bad)}h1.open{color:var(--open)}
p{margin:.25rem 0 1.5rem;color:var(--soft)}
article{border-top:1px solid var(--line);padding:1rem 0}
h2{font-size:1.1rem;margin:0}
dl{display:grid;grid-template-columns:9rem 1fr;gap:.15rem 1rem;margin:.5rem 0 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
code{font:.9em ui-monospace,monospace}
label{display:block;margin-bottom:.35rem}
input,button{font:inherit;padding:.5rem .75rem;border:1px solid var(--soft);border-radius:.4rem;background:transparent;color:inherit}
input{width:100%;max-width:32rem}button{margin-top:.75rem;cursor:pointer}
@media(max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
`.replaceAll('\n', '')

const documentOf = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escape(title)}</title><style>${styles}</style></head><body><main>${body}</main></body></html>\n`

type Mood = 'good' | 'bad' | 'open'

/** The page's one answer. Nothing that is not proven counts as safe. */
const headline = (databases: readonly DatabaseStatus[]): { mood: Mood; text: string } => {
  const pushed = databases.filter(({ newest }) => newest)
  if (pushed.length === 0) return { mood: 'open', text: 'Nothing has been pushed yet' }
  const names = (list: readonly DatabaseStatus[]) => list.map(({ database }) => database).join(', ')
  const failed = pushed.filter(({ newest }) => newest?.verdict === 'failed')
  if (failed.length > 0)
    return { mood: 'bad', text: `The newest copy is damaged: ${names(failed)}` }
  const open = databases.filter(({ newest, newestSound }) => newest?.ticket !== newestSound?.ticket)
  if (open.length > 0) return { mood: 'open', text: `Without a verdict: ${names(open)}` }
  const missing = databases.filter(({ newest }) => !newest)
  if (missing.length > 0) return { mood: 'open', text: `Never pushed: ${names(missing)}` }
  return { mood: 'good', text: 'Every database has a proven copy' }
}

const row = (term: string, meaning: string): string => `<dt>${term}</dt><dd>${meaning}</dd>`

const article = (status: DatabaseStatus, now: Date): string => {
  const { newest, newestSound } = status
  const proven = newestSound
    ? `<code>${escape(newestSound.ticket)}</code>, taken ${ageWords(newestSound.takenAt, now)}, ${newestSound.verdict} ${ageWords(newestSound.verifiedAt ?? newestSound.takenAt, now)}`
    : 'none'
  const latest =
    newest && newest.ticket !== newestSound?.ticket
      ? row('Newest upload', `<code>${escape(newest.ticket)}</code>: ${newest.verdict}`)
      : ''
  return `<article><h2>${escape(status.database)}</h2><dl>${row('Proven copy', proven)}${latest}${row('In the store', `${countWords(status.copies, 'snapshot')}, ${sizeWords(status.sizeBytes)}`)}${newestSound ? row('Restore with', `<code>restore.sh /etc/snapproof/${escape(status.database)}.env</code>`) : ''}</dl></article>`
}

const setArticle = ({ databases, state, why }: SetStatus): string =>
  `<article><h2>${escape(databases.join(' + '))}</h2><dl>${row('As a set', `${state}: ${escape(why)}`)}</dl></article>`

export const statusPage = (status: Status, now: Date): string => {
  const { mood, text } = headline(status.databases)
  const sets = status.sets.map(setArticle)
  const articles = [...status.databases.map((one) => article(one, now)), ...sets].join('')
  return documentOf(
    `${text} · Snapproof`,
    `<h1 class="${mood}">${escape(text)}</h1><p>As of ${status.generatedAt.slice(0, 16).replace('T', ' ')} UTC. Load the page again for the present state.</p>${articles}`,
  )
}

export const tokenPage = (isRefused: boolean): string =>
  documentOf(
    'Snapproof',
    `<h1>Snapproof</h1><p>${isRefused ? 'That token is not valid for this page. ' : ''}The page shows what is backed up, so it asks once for the read token.</p><form method="post"><label for="token">Read token</label><input id="token" name="token" type="password" autocomplete="current-password" required><br><button>Show the status</button></form>`,
  )
