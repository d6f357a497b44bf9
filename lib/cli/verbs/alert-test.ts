/** A test through every channel, and what each of them answered. */
import type { Channel, Notifier, TellingTools, Tools } from '../../ports'
import type { Alert } from '../../rules/alerts/alert'
import { exits, parse, print, table, usage } from '../command'
import type { Command } from '../command'
import { withTools } from '../home'

const testAlert = ({ clock, randomHex, settings: { installation } }: Tools): Alert => {
  const at = clock.now().toISOString()
  return {
    id: randomHex(32),
    key: `${installation}/-/test`,
    kind: 'test',
    severity: 'info',
    status: 'test',
    installation,
    database: undefined,
    since: at,
    at,
    told: 0,
    headline: `${installation}: a test, nothing is wrong`,
    facts: [{ label: 'sent by', text: 'snapproof alert-test' }],
    meaning: 'When you can read this, alerts reach you on this channel.',
    nextStep: { text: 'Nothing is to be done.' },
    newestProven: undefined,
  }
}

const chosen = ({ channels }: Notifier, number: string | undefined): readonly Channel[] => {
  if (number === undefined) return channels
  const channel = /^\d+$/.test(number) ? channels[Number(number) - 1] : undefined
  if (channel) return [channel]
  throw usage(`There is no channel ${number}; ALERTS names ${channels.length}.`)
}

const words = { delivered: 'took it', later: 'not now', refused: 'refused' } as const

const run = async (number: string | undefined, tools: TellingTools): Promise<number> => {
  const { notifier, settings } = tools
  for (const complaint of notifier.complaints) process.stderr.write(`${complaint}\n`)
  if (notifier.channels.length === 0) {
    print(
      'ALERTS names no channel, so nobody is told anything. lib/docs/alerts.md shows how each looks.',
    )
    return exits.damaged
  }
  const alert = testAlert(tools)
  const rows: string[][] = []
  let isHeard = notifier.complaints.length === 0
  for (const channel of chosen(notifier, number)) {
    const message = { id: alert.id, installation: settings.installation, alerts: [alert] }
    const { outcome, said } = await channel.send(message)
    isHeard &&= outcome === 'delivered'
    const no = String(notifier.channels.indexOf(channel) + 1)
    rows.push([no, channel.name, words[outcome], said])
  }
  print(table([['NO', 'CHANNEL', 'OUTCOME', 'ANSWER'], ...rows]))
  return isHeard ? exits.sound : exits.damaged
}

export const alertTest: Command = {
  help: `usage: snapproof alert-test [--channel N]

Sends one test message, marked as such, through every channel that ALERTS names in .env, and prints
what each of them answered. Exit code 1 when one did not take it.

  --channel N   only the one with this number, in the order of ALERTS`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, { channel: { type: 'string' } })
    if (positionals.length > 0) throw usage('alert-test takes no arguments but its options.')
    return withTools(root, (tools) => run(values.channel, tools))
  },
}
