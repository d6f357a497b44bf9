/** Which of the status function's pages is meant, and where its links have to lead. */
import type { Ask } from './event'

export type Route =
  | { to: 'overview' | 'json' | 'metrics' | 'verification' | 'uploads' | 'badge' | 'image' }
  | { to: 'database'; name: string }
  | { to: 'nowhere' }

const programs = {
  '/json': 'json',
  '/metrics': 'metrics',
  '/verification': 'verification',
  '/uploads': 'uploads',
  '/badge': 'badge',
  '/badge.svg': 'image',
} as const

/**
 * The overview's links begin with `status/` where its own address ends so. Behind a proxy that hides
 * this last part they come back with it, and are meant all the same.
 */
const pathOf = ({ path }: Ask): string => path.replace(/^(\/status)+(?=\/|$)/, '')

export const routeOf = (ask: Ask): Route => {
  const path = pathOf(ask)
  const wantsJson = (ask.header('accept') ?? '').includes('application/json')
  if (path === '' || path === '/') return { to: wantsJson ? 'json' : 'overview' }
  const program = Object.entries(programs).find(([known]) => known === path)
  if (program) return { to: program[1] }
  const encoded = /^\/databases\/([^/]+)$/.exec(path)?.[1]
  const name = encoded === undefined ? undefined : decoded(encoded)
  return name === undefined ? { to: 'nowhere' } : { to: 'database', name }
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** From the page that was asked for to where the pages begin, whatever stands before that. */
export const rootOf = ({ path }: Ask): string => {
  const folders = path.split('/').length - 2
  if (folders < 0 || path === '/status') return 'status/'
  return folders === 0 ? './' : '../'.repeat(folders)
}
