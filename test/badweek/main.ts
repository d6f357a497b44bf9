import { buildFunctions } from '../faults/world/build'

import { play, scenes } from './badweek'

const help = `usage: npm run badweek

Twelve disasters, one after the other, with the real scripts, the real functions over HTTP and the embedded
store. Of each: what push.sh says, the subject of the mail, the first line of the page, the command that is
named, typed as it was printed, and what it brought back, row by row.

Ends with one line that counts; exit 0 when all held, 1 when something did not.
`

export const main = async (args: readonly string[]): Promise<number> => {
  if (args.length > 0) {
    console.log(help)
    return args.includes('--help') ? 0 : 2
  }
  buildFunctions()
  let wrong = 0
  for (const scene of scenes) {
    const line = await play(scene)
    wrong += line.wrong.length === 0 ? 0 : 1
    console.log(`\n${line.disaster}`)
    const rows = [
      ['push.sh', line.push || '(silent)'],
      ['mail', line.subject || '(none)'],
      ['page', line.page],
      ['command', line.command],
      ['brought back', line.broughtBack],
      ...line.wrong.map((what) => ['WRONG', what]),
    ]
    for (const [label = '', text = ''] of rows) console.log(`  ${label.padEnd(13)}${text}`)
  }
  console.log(`\n${scenes.length - wrong} passed, ${wrong} failed`)
  return wrong === 0 ? 0 : 1
}
