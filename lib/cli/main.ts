/** The operator's one command. */
import { Fault, asFault } from '../faults'
import { nearestTo } from '../rules/plain/nearest'

import { exits, print } from './command'
import type { Command } from './command'
import { faultOfDisk } from './of-disk'
import { withProgress } from './progress'
import { withoutTraces } from './traces'

type Verb = {
  /** One line for the list of verbs. */
  summary: string
  /** It may take a while, writes for itself alone, and waits for no signal of its own. */
  isLong?: true
  /** Loads this verb alone: all of them with their packages cost half a second of every start. */
  load(): Promise<Command>
}

/** Every verb, by its name, in the order in which they are listed. */
export const verbs: Readonly<Record<string, Verb>> = {
  setup: {
    summary: 'sets up the Space, the secret and the functions, in one conversation',
    load: async () => (await import('./setup/setup')).setup,
  },
  start: {
    summary: 'runs everything on this machine and pushes a first snapshot',
    load: async () => (await import('./verbs/start')).start,
  },
  verify: {
    summary:
      'opens one SQLite file or dump of PostgreSQL on this disk, or what is stored; says if it is sound',
    isLong: true,
    load: async () => (await import('./verbs/verify')).verify,
  },
  list: {
    summary: 'shows the snapshots in the store: verdict, size, age, rows, what changed',
    isLong: true,
    load: async () => (await import('./verbs/list')).list,
  },
  diff: {
    summary: 'shows what came and went between two copies: tables, columns, rows',
    load: async () => (await import('./verbs/diff')).diff,
  },
  fetch: {
    summary: 'writes what one of the app’s objects was then into a file on this disk',
    isLong: true,
    load: async () => (await import('./verbs/fetch')).fetch,
  },
  plan: {
    summary: 'shows which copies retention would keep and let go, and why',
    isLong: true,
    load: async () => (await import('./verbs/prune')).plan,
  },
  prune: {
    summary: 'lets go of what retention does not keep; shows the plan unless --apply is given',
    isLong: true,
    load: async () => (await import('./verbs/prune')).prune,
  },
  pin: {
    summary: 'keeps one copy, whatever retention says',
    load: async () => (await import('./verbs/care')).pin,
  },
  unpin: {
    summary: 'takes a pin away: retention decides about the copy again',
    load: async () => (await import('./verbs/care')).unpin,
  },
  accept: {
    summary: 'overrules a verdict, or says that a loss was meant, with a reason and a name',
    load: async () => (await import('./verbs/care')).accept,
  },
  'alert-test': {
    summary: 'sends a test through every channel, and says what each answered',
    load: async () => (await import('./verbs/alert-test')).alertTest,
  },
  drill: {
    summary: 'restores kept copies as on a bad day, and rings the alarm on purpose',
    isLong: true,
    load: async () => (await import('./verbs/drill')).drill,
  },
  rehearse: {
    summary: 'rehearses the disaster on this machine: writes, push, loss, restore, compare',
    load: async () => (await import('./rehearse/rehearse')).rehearse,
  },
  report: {
    summary: 'tells what happened in the last week: copies, drills, retention, alerts',
    isLong: true,
    load: async () => (await import('./verbs/report')).report,
  },
  evidence: {
    summary: 'writes a folder for auditors, verifiable with sha256sum and openssl',
    isLong: true,
    load: async () => (await import('./verbs/evidence')).evidence,
  },
  rebuild: {
    summary: 'the bucket was lost: brings every copy back from the second place',
    load: async () => (await import('./second/rebuild')).rebuild,
  },
  page: {
    summary: 'shows the status page from this machine: no token is typed anywhere',
    load: async () => (await import('./verbs/page')).page,
  },
  metrics: {
    summary: 'prints alert rules for Prometheus, or a dashboard for Grafana',
    load: async () => (await import('./verbs/metrics')).metrics,
  },
  enroll: {
    summary: 'brings all that the Droplet needs, by ssh or as one paste; mints the tokens',
    load: async () => (await import('./droplet/enroll')).enroll,
  },
  resign: {
    summary: 'after a change of secret: signs anew what only the previous one signed',
    isLong: true,
    load: async () => (await import('./verbs/resign')).resign,
  },
  deploy: {
    summary: 'sends the functions to the cloud, and says what did not get there',
    load: async () => (await import('./verbs/deploy')).deploy,
  },
  upgrade: {
    summary: 'after an update: the functions anew, and the scripts on the Droplets',
    load: async () => (await import('./droplet/upgrade')).upgrade,
  },
  uninstall: {
    summary: 'says what stands where and how it goes; does the Droplet’s part',
    load: async () => (await import('./droplet/uninstall')).uninstall,
  },
  doctor: {
    summary: 'tries the live set-up and says the mend for each thing wrong',
    isLong: true,
    load: async () => (await import('./doctor/doctor')).doctor,
  },
  completion: {
    summary: 'prints what makes the Tab key of bash or zsh know all this',
    load: async () => (await import('./completion')).completionOf(verbs),
  },
}

const overview = (): string => {
  const lines = Object.entries(verbs).map(
    ([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`,
  )
  return [
    'snapproof: a backup that nobody has opened is a hope. Snapproof opens every one.',
    '',
    'usage: npm run --silent snapproof -- <verb> [options]',
    '',
    ...lines,
    '',
    'Add --help to a verb to see its options.',
  ].join('\n')
}

/** What people look for here first, on a bad night above all, and what stands elsewhere. */
const elsewhere: Readonly<Record<string, string>> = {
  restore: 'A restore is made on the Droplet: restore.sh /etc/snapproof/DATABASE.env',
  push: 'A copy is made on the Droplet: push.sh /etc/snapproof/DATABASE.env',
  backup: 'A copy is made on the Droplet: push.sh /etc/snapproof/DATABASE.env',
  status: 'Whether all is well stands on the page: npx snapproof page',
}

const insteadOf = (verb: string): string => {
  const near = nearestTo(verb, Object.keys(verbs))
  if (near !== undefined) return `You may mean "${near}".`
  return Object.hasOwn(elsewhere, verb)
    ? String(elsewhere[verb])
    : 'Run it with --help to see the verbs.'
}

/** A function is called again by itself, and a person at a terminal is not. */
const forPerson = (fault: Fault): Fault => {
  if (fault.code !== 'store-unreachable' || !/tried again by itself/.test(fault.mend)) return fault
  const mend =
    'Check SPACES_ENDPOINT in .env and the network from here, then try again; "npx snapproof doctor" tells more. If it stays, look at the provider’s status page.'
  return new Fault({ code: fault.code, why: fault.why, mend }, { cause: fault.cause })
}

export const main = async (args: readonly string[], root: string): Promise<number> => {
  const [verb, ...rest] = args
  if (verb === undefined || verb === '--help' || verb === '-h' || verb === 'help') {
    print(overview())
    return verb === undefined ? exits.couldNot : exits.sound
  }
  const known = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (!known) {
    process.stderr.write(`snapproof: there is no verb "${verb}".\nmend: ${insteadOf(verb)}\n`)
    return exits.couldNot
  }
  const command = await known.load()
  const options = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
  if (options.includes('--help') || options.includes('-h')) {
    print(command.help)
    return exits.sound
  }
  try {
    if (known.isLong !== true) return await command.run(rest, root)
    return await withoutTraces(() => withProgress(verb, () => command.run(rest, root)))
  } catch (thrown) {
    const fault = forPerson(faultOfDisk(thrown) ?? asFault(thrown, 'below'))
    process.stderr.write(`snapproof: ${fault.why}\nmend: ${fault.mend}\n`)
    if (fault.code === 'internal') console.error(fault.cause)
    return exits.couldNot
  }
}
