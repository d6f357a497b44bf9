/** Do the functions answer, and only to those who may ask? */
import { certificateCodeOf, trustMend } from '../../adapters/spaces/certificates'

import { probeBuild } from './build'
import type { Observation } from './observation'
import { probePage } from './page'

const timeoutMs = 30_000

type Said = { status: number; text: string } | { certificate: string }

const call = async (address: string, method: 'GET' | 'POST'): Promise<Said | undefined> => {
  try {
    const response = await fetch(address, { method, signal: AbortSignal.timeout(timeoutMs) })
    return { status: response.status, text: (await response.text()).slice(0, 2000) }
  } catch (thrown) {
    const certificate = certificateCodeOf(thrown)
    return certificate === undefined ? undefined : { certificate }
  }
}

const distrusted = (what: string, code: string): Observation => {
  const detail = `the platform’s certificate is not trusted here (${code})`
  return { what, state: 'wrong', detail, mend: trustMend }
}

const settingsFault = (said: { text: string }): string | undefined =>
  /^fault settings\nwhy (.*)$/m.exec(said.text)?.[1]

const guarded = async (base: string, name: string): Promise<Observation> => {
  const what = `function ${name}`
  const said = await call(`${base}/${name}`, 'POST')
  if (!said) {
    const mend =
      'Check SNAPPROOF_URL; "doctl serverless functions get snapshots/ticket --url" prints it, /ticket included.'
    return { what, state: 'wrong', detail: 'does not answer', mend }
  }
  if ('certificate' in said) return distrusted(what, said.certificate)
  const complaint = settingsFault(said)
  if (complaint !== undefined) {
    return { what, state: 'wrong', detail: complaint, mend: 'Correct .env and deploy again.' }
  }
  if (said.status === 401) return { what, state: 'ok', detail: 'answers, and asks for a token' }
  const detail = `answers ${said.status} to a caller without a token`
  return {
    what,
    state: 'wrong',
    detail,
    mend: 'Deploy again, and read what it says: npm run deploy',
  }
}

/** What runs on the platform's word alone must not be open to the web. */
const closed = async (base: string, name: string): Promise<Observation> => {
  const what = `function ${name}`
  const said = await call(`${base}/${name}`, 'POST')
  if (!said) return { what, state: 'unknown', detail: 'the platform did not answer' }
  if ('certificate' in said) return distrusted(what, said.certificate)
  if (said.status >= 400)
    return { what, state: 'ok', detail: `is closed to the web (${said.status})` }
  const mend = `Set "web: false" for ${name} in project.yml and deploy again.`
  return { what, state: 'wrong', detail: `is open to the web (${said.status})`, mend }
}

export const probeFunctions = async (
  url: string | undefined,
  sender: { token: string; root: string },
): Promise<Observation[]> => {
  if (url === undefined) {
    const mend = 'Set SNAPPROOF_URL in .env, or start them here with "npm start".'
    return [{ what: 'functions', state: 'unknown', detail: 'no address is known', mend }]
  }
  const base = url.replace(/\/+$/, '')
  return Promise.all([
    ...['ticket', 'verdict', 'restore', 'status'].map((name) => guarded(base, name)),
    ...['verify', 'watch', 'prune', 'drill'].map((name) => closed(base, name)),
    probePage({ base, host: URL.canParse(base) ? new URL(base).host : '' }),
    probeBuild(base, sender),
  ])
}
