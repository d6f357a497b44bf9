/** What came and went between two copies, by what their entries tell: nothing is opened. */
import { parseTicket } from '../../journey/bucket/ledger'
import { compareCopies } from '../../journey/gather/copies'
import { exits, parse, print, ticketsShown, usage } from '../command'
import type { Command } from '../command'
import { withTools } from '../home'

export const diff: Command = {
  help: `usage: snapproof diff TICKET TICKET [--json]

Names the older copy first. Tells of tables and columns that came and went, and of every table whose number
of rows is another one, the largest change first. It reads what was written down of both when they were
opened; what stands in the rows is not compared.

  --json   print the lines as JSON`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, { json: { type: 'boolean' } })
    const [one, other, ...more] = positionals
    if (one === undefined || other === undefined || more.length > 0)
      throw usage('diff takes two ticket ids.', ticketsShown)
    const { database } = parseTicket(one)
    return withTools(root, async (tools) => {
      const lines = await compareCopies({ database, tickets: [one, other] }, tools)
      print(values.json ? JSON.stringify(lines, undefined, 2) : lines.join('\n'))
      return exits.sound
    })
  },
}
