/** The end of a change of secret: what only the one before signed is signed by the present one. */
import { Fault } from '../../faults'
import { resign as resignStep, sumsOf } from '../../journey/resign'
import type { Resigned } from '../../journey/resign'
import { countWords } from '../../rules/plain/wording'
import { exits, parse, print, table } from '../command'
import type { Command } from '../command'
import { probeBuild } from '../doctor/build'
import { readTokenOf } from '../droplet/settings'
import { findHome, noteStore, toolsOf, withVariables } from '../home'
import { findRunning } from '../machine'
import { mustBeThere, oneDatabase } from '../named'

type Asked = { database?: string | undefined; apply?: boolean | undefined }

const rowsOf = ({ rows }: Resigned): string[][] =>
  rows.map(({ database = '-', kind, present, previous, neither }) => [
    database,
    kind,
    ...[present, previous, neither].map(String),
  ])

const heading = ['DATABASE', 'WHAT', 'PRESENT', 'PREVIOUS', 'NEITHER']

const filesAre = (count: number): string =>
  `${countWords(count, 'file')} ${count === 1 ? 'is' : 'are'}`

const foreignText = ({ isPreviousSet, notOurs }: Resigned, neither: number): string[] => {
  if (neither === 0) return []
  const more = neither - notOurs.length
  const mend = isPreviousSet
    ? 'Look at who else may write to the bucket; or an older secret signed them: set it as SNAPPROOF_SECRET_PREVIOUS.'
    : 'If the secret was changed, put the old one back as SNAPPROOF_SECRET_PREVIOUS; else look at who else may write to the bucket.'
  return [
    ...notOurs.map((key) => `not ours: ${key}`),
    ...(more > 0 ? [`not ours: ${more} more`] : []),
    `${filesAre(neither)} signed by neither secret, and left as found.`,
    `mend: ${mend}`,
  ]
}

const leftText = ({ contended }: Resigned, previous: number, apply: boolean): string[] => {
  const sum = `${filesAre(previous)} signed by the previous secret alone.`
  if (!apply)
    return [
      sum,
      'Nothing was written; to sign them under the present one: npx snapproof resign --apply',
    ]
  return [
    ...contended.map((key) => `left: ${key}: it kept changing`),
    sum,
    'Run it again. If it stays, something still signs under the previous secret: deploy with the present one.',
  ]
}

const endText = (result: Resigned, { database, apply = false }: Asked): string[] => {
  const { previous, neither } = sumsOf(result)
  if (!result.isPreviousSet)
    return [
      ...(neither === 0 ? ['Nothing is to be signed anew.'] : []),
      'SNAPPROOF_SECRET_PREVIOUS is off: what an older secret signed counts as neither.',
    ]
  if (previous > 0) return leftText(result, previous, apply)
  if (database !== undefined)
    return [
      `Nothing of ${database} is signed by the previous secret alone any more. Run it without a name before that secret goes.`,
    ]
  return [
    'Nothing is signed by the previous secret alone any more: give the Droplets new tokens, then set SNAPPROOF_SECRET_PREVIOUS=off and deploy.',
  ]
}

const tell = (result: Resigned, asked: Asked): string => {
  const { written, neither } = sumsOf(result)
  const rows = rowsOf(result)
  return [
    ...(rows.length === 0 ? ['Nothing signed is stored.'] : [table([heading, ...rows])]),
    '',
    ...(asked.apply ? [`${countWords(written, 'file')} signed anew.`] : []),
    ...foreignText(result, neither),
    ...endText(result, asked),
  ].join('\n')
}

const readArgs = (args: readonly string[]) => {
  const { values, positionals } = parse(args, {
    apply: { type: 'boolean' },
    json: { type: 'boolean' },
  })
  return { ...values, database: oneDatabase(positionals) }
}

/** Functions that do not know this secret would trust nothing that is signed under it. */
const refuseBeforeDeploy = async (
  url: string | undefined,
  about: { secret: string; root: string },
): Promise<void> => {
  if (url === undefined) return
  const { root, secret } = about
  const base = url.replace(/\/+$/, '')
  const seen = await probeBuild(base, { token: readTokenOf(secret), root })
  if (seen.state !== 'wrong') return
  throw new Fault({
    code: 'settings',
    why: 'The functions do not know this SNAPPROOF_SECRET; nothing was signed anew.',
    mend: 'Deploy with the new secret and the old one as SNAPPROOF_SECRET_PREVIOUS first, then run this.',
  })
}

const addressIn = (said: string | undefined): string | undefined =>
  said === 'off' || said === '' ? undefined : said

export const resign: Command = {
  help: `usage: snapproof resign [DATABASE] [--apply] [--json]

Counts what is signed by the present secret, by SNAPPROOF_SECRET_PREVIOUS alone, and by neither: entries,
catalogs and the journal of each database, and the states and drill reports of all. While anything is
signed by the previous one alone, dropping it makes copies untrusted, and "restore" passes them over.

With --apply those are signed under the present secret, with the same content; the copies themselves are
not touched. Deploy first: SNAPPROOF_SECRET new, SNAPPROOF_SECRET_PREVIOUS old. It may be ended at any
time, and run again. What neither secret signed is named and stays as it is. After a theft of the old
secret do not run it: what the thief signed would be signed anew as well.

  --apply  sign anew; without it nothing is written
  --json   print the counts as JSON

exit: 0 nothing left, 1 something left, or found that neither signed, 2 could not`,
  run: async (args, root) => {
    const asked = readArgs(args)
    const home = findHome(root)
    noteStore(home)
    return withVariables(home, async (variables) => {
      const tools = toolsOf(variables, root)
      const { current, previous } = tools.settings.secrets
      await mustBeThere(tools, asked.database)
      const url = addressIn(variables['SNAPPROOF_URL']) ?? findRunning(home)
      // Without a secret before this one nothing can be written, and nobody needs to be asked.
      if (asked.apply && previous !== undefined)
        await refuseBeforeDeploy(url, { secret: current, root })
      const result = await resignStep(tools, asked)
      const sums = sumsOf(result)
      print(asked.json ? JSON.stringify({ ...result, sums }, undefined, 2) : tell(result, asked))
      return sums.previous + sums.neither === 0 ? exits.sound : exits.damaged
    })
  },
}
