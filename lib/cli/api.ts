/**
 * What the command line does, for other programs: the same answers as values. Nothing is printed, no
 * process is ended, and what could not be done is thrown as a Fault, with its `code` and its `mend`.
 */
import path from 'node:path'

import type { Variables } from '../edge/variables'
import { asFault } from '../faults'
import { readDigest, writtenOf } from '../journey/digest'
import { drill as drillStep } from '../journey/drill'
import type { DrillRequest } from '../journey/drill'
import { readPart } from '../journey/gather/view'
import type { TellingTools, Tools } from '../ports'

import { findHome, toolsOf, withVariables } from './home'
import type { Home } from './home'
import { mustBeName, mustBeThere } from './named'
import { planAll, toldOf } from './plans'
import { spanOfDays, writeEvidence } from './verbs/evidence'
import { listSnapshots } from './verbs/list'
import { spanSince } from './verbs/report'
import { verifyFile } from './verbs/verify'

export type Where = {
  /** The folder with `.env` and `.snapproof`; without it that of this checkout. */
  root?: string
  /** Settings that go before those of `.env`, by the same names. */
  environment?: Variables
}

type About = Where & { database?: string }

const isOff = (value: string | undefined): boolean =>
  value === undefined || value === '' || value === 'off'

const homeOf = (checkout: string, { root = checkout, environment = {} }: Where): Home => {
  const home = findHome(root)
  const variables = { ...home.variables, ...environment }
  const folder = environment['SNAPPROOF_HOME']
  return {
    root: checkout,
    folder: isOff(folder) ? home.folder : path.resolve(root, folder ?? ''),
    isEmbedded: isOff(variables['SPACES_API_KEY']) && isOff(variables['SPACES_API_SECRET']),
    variables,
  }
}

const named = async (tools: Tools, database: string | undefined): Promise<void> => {
  if (database !== undefined) mustBeName(database)
  await mustBeThere(tools, database)
}

/** Everything thrown is a Fault, so that its `code` can be relied on. */
const orFault = async <Result>(doing: () => Promise<Result>): Promise<Result> => {
  try {
    return await doing()
  } catch (thrown) {
    throw asFault(thrown, 'cause')
  }
}

/** `checkout` is where this project stands, with its `.build` folder. */
export const functionsAt = (checkout: string) => {
  const withTools = <Result>(where: Where, use: (tools: TellingTools) => Promise<Result>) =>
    orFault(() =>
      withVariables(homeOf(checkout, where), (variables) => use(toolsOf(variables, checkout))),
    )
  return {
    verify: (file: string, options: { database?: string; timeoutMs?: number } = {}) =>
      orFault(async () => {
        const { verdict, findings, ...rest } = await verifyFile(file, {
          root: checkout,
          ...options,
        })
        return { overall: verdict, checks: findings, ...rest }
      }),
    list: ({ database, ...where }: About = {}) =>
      withTools(where, async (tools) => {
        await named(tools, database)
        return listSnapshots(tools, database)
      }),
    plan: ({ database, ...where }: About = {}) =>
      withTools(where, async (tools) => {
        await named(tools, database)
        return (await planAll(tools, { database, twice: true })).map(toldOf)
      }),
    status: ({ page = 1, ...where }: Where & { page?: number } = {}) =>
      withTools(where, async (tools) => {
        const { overview, others: _, ...part } = await readPart(tools, { page, by: 'name' })
        return { ...overview, ...part }
      }),
    drill: ({ root, environment, ...request }: Where & DrillRequest = {}) =>
      withTools({ ...(root && { root }), ...(environment && { environment }) }, async (tools) => {
        await named(tools, request.database)
        return drillStep.run({ ring: 'no', ...request }, tools)
      }),
    report: ({ since, ...where }: Where & { since?: string } = {}) =>
      withTools(where, async (tools) => {
        const digest = await readDigest(tools, spanSince(since, await tools.store.now()))
        return { digest, ...writtenOf(digest) }
      }),
    evidence: ({
      from,
      to,
      out,
      ...where
    }: Where & { from?: string; to?: string; out?: string } = {}) =>
      withTools(where, async (tools) =>
        writeEvidence(tools, { span: spanOfDays({ from, to }, await tools.store.now()), out }),
      ),
  }
}
