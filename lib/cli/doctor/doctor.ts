/**
 * Is everything as it must be, before a bad day shows that it is not? The verb that looks at settings,
 * store, channels, secret and functions, and says of each what it found and how it is mended.
 */
import { randomHex, systemClock } from '../../adapters/clock'
import type { SpacesOptions } from '../../adapters/spaces/client'
import { storeProbe } from '../../adapters/spaces/probe'
import type { StoreProbe } from '../../adapters/spaces/probe'
import { readEnvironment } from '../../edge/config'
import type { Environment } from '../../edge/config'
import { objectsOptionsOf, prefix, secondOptionsOf, spacesOptionsOf } from '../../edge/tools'
import type { Variables } from '../../edge/variables'
import { Fault } from '../../faults'
import type { Tools } from '../../ports'
import { readingsOf } from '../../rules/kinds/objects/settings'
import { exits, parse, print, table } from '../command'
import type { Command } from '../command'
import { readTokenOf } from '../droplet/settings'
import { findHome, toolsOf, withVariables } from '../home'
import { findRunning } from '../machine'

import { probeAlerts } from './alerts'
import { probeFunctions } from './functions'
import { probeObjects } from './objects'
import type { Expected } from './objects'
import type { Observation } from './observation'
import { probeSecond } from './second'
import type { SecondProbes } from './second'
import { probeSecret } from './secret'
import { probeStore } from './store'

const readSettings = (variables: Variables): Environment | Observation => {
  try {
    return readEnvironment(variables)
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    return { what: 'settings', state: 'wrong', detail: thrown.why, mend: thrown.mend }
  }
}

const objectsExpectedBy = ({ settings }: Tools): Expected[] =>
  Object.entries(settings.databases).flatMap(([name, said]) =>
    said.kind === 'objects'
      ? [
          {
            name,
            collections: readingsOf(said),
            isPrivate: said.isPrivate === true,
            cors: said.cors,
          },
        ]
      : [],
  )

const secondProbes = (
  environment: Environment,
  { first, reads }: { first: StoreProbe; reads: SpacesOptions },
): SecondProbes => {
  const probeBy = (key: 'SECOND_WRITE' | 'SECOND_PRUNE') => {
    const options = secondOptionsOf(environment, key)
    return options && storeProbe(options)
  }
  return {
    reads: storeProbe(reads),
    writes: probeBy('SECOND_WRITE'),
    deletes: probeBy('SECOND_PRUNE'),
    first,
  }
}

export const examine = async (
  variables: Variables,
  url: string | undefined,
  root: string,
): Promise<Observation[]> => {
  const environment = readSettings(variables)
  if ('what' in environment) return [environment]
  const observations: Observation[] = [
    { what: 'settings', state: 'ok', detail: 'every name is there and well-formed' },
  ]
  const probe = storeProbe(spacesOptionsOf(environment))
  const bucket = environment.SPACES_BUCKET
  const marks = { mark: randomHex(16), bucket, prefix, clock: systemClock }
  const seen = await probeStore(probe, marks)
  observations.push(...seen)
  if (!seen.some(({ state }) => state === 'wrong')) {
    const tools = toolsOf(variables, root)
    observations.push(...(await probeAlerts(environment, tools)))
    observations.push(...(await probeSecret(tools)))
    const asked = {
      objects: tools.appObjects,
      probe: storeProbe(objectsOptionsOf(environment)),
      mark: marks.mark,
      hasOwnKey: environment.OBJECTS_API_KEY !== undefined,
    }
    observations.push(...(await probeObjects(objectsExpectedBy(tools), asked)))
  }
  const second = secondOptionsOf(environment)
  if (second) {
    const probes = secondProbes(environment, { first: probe, reads: second })
    observations.push(...(await probeSecond(probes, { ...marks, ...second })))
  }
  const token = readTokenOf(environment.SNAPPROOF_SECRET)
  observations.push(...(await probeFunctions(url, { token, root })))
  return observations
}

export const tell = (observations: readonly Observation[]): string => {
  const lines: string[] = []
  const rows = table(observations.map(({ state, what, detail }) => [state, what, detail])).split(
    '\n',
  )
  for (const [index, observation] of observations.entries()) {
    lines.push(rows[index] ?? '')
    if (observation.mend !== undefined) lines.push(`         mend: ${observation.mend}`)
  }
  const wrong = observations.filter(({ state }) => state === 'wrong').length
  lines.push(
    '',
    wrong === 0 ? 'Nothing is wrong.' : `${wrong} of ${observations.length} are wrong.`,
  )
  return lines.join('\n')
}

export const doctor: Command = {
  help: `usage: snapproof doctor [--url ADDRESS] [--json]

Looks at the settings; at the bucket (reachable, private, never versioned, nothing that expires by
itself, what may be deleted) and the certificates; tries whether this store
really holds an upload address to its bytes, its one use and its headers; compares the clocks;
looks for the app's own objects where lib/databases.ts names some (are
there any, who else may read them, which origins, and can the key for them write); at
the second place, where one is set (does it answer, is it another one, is it private, what may each of
its keys do);
asks whether anybody would be told, and whether what is kept is signed by a secret that is set;
calls the functions, says whether the page is at a host name that strangers share, and compares the
build that answers with the one that was made here. What it uploads are a few bytes under backups/_state/probe/, removed
at once.

  --url ADDRESS   where the functions answer (default: SNAPPROOF_URL, or the running "npm start")
  --json          print what was seen as JSON

exit: 0 nothing wrong, 1 something wrong, 2 could not look`,
  run: async (args, root) => {
    const { values } = parse(args, { url: { type: 'string' }, json: { type: 'boolean' } })
    const home = findHome(root)
    return withVariables(home, async (variables) => {
      const said = variables['SNAPPROOF_URL']
      const set = said === 'off' || said === '' ? undefined : said
      const observations = await examine(variables, values.url ?? set ?? findRunning(home), root)
      print(values.json ? JSON.stringify(observations, undefined, 2) : tell(observations))
      return observations.some(({ state }) => state === 'wrong') ? exits.damaged : exits.sound
    })
  },
}
