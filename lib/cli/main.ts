/** The operator's one command. */
import { asFault } from '../faults'

import { exits, print } from './command'
import type { Command } from './command'
import { doctor } from './doctor/doctor'
import { rehearse } from './rehearse/rehearse'
import { alertTest } from './verbs/alert-test'
import { accept, pin, unpin } from './verbs/care'
import { diff } from './verbs/diff'
import { drill } from './verbs/drill'
import { enroll } from './verbs/enroll'
import { evidence } from './verbs/evidence'
import { list } from './verbs/list'
import { plan, prune } from './verbs/prune'
import { report } from './verbs/report'
import { resign } from './verbs/resign'
import { start } from './verbs/start'
import { verify } from './verbs/verify'

const commands: Record<string, Command> = {
  start,
  verify,
  list,
  diff,
  plan,
  prune,
  pin,
  unpin,
  accept,
  'alert-test': alertTest,
  drill,
  rehearse,
  report,
  evidence,
  enroll,
  resign,
  doctor,
}

const overview = (): string => {
  const verbs = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`,
  )
  return [
    'snapproof: a backup that nobody has opened is a hope. Snapproof opens every one.',
    '',
    'usage: npm run --silent snapproof -- <verb> [options]',
    '',
    ...verbs,
    '',
    'Add --help to a verb to see its options.',
  ].join('\n')
}

export const main = async (args: readonly string[], root: string): Promise<number> => {
  const [verb, ...rest] = args
  if (verb === undefined || verb === '--help' || verb === '-h' || verb === 'help') {
    print(overview())
    return verb === undefined ? exits.couldNot : exits.sound
  }
  const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  if (!command) {
    process.stderr.write(
      `snapproof: there is no verb "${verb}".\nmend: Run it with --help to see the verbs.\n`,
    )
    return exits.couldNot
  }
  const options = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
  if (options.includes('--help') || options.includes('-h')) {
    print(command.help)
    return exits.sound
  }
  try {
    return await command.run(rest, root)
  } catch (thrown) {
    const fault = asFault(thrown, 'below')
    process.stderr.write(`snapproof: ${fault.why}\nmend: ${fault.mend}\n`)
    if (fault.code === 'internal') console.error(fault.cause)
    return exits.couldNot
  }
}
