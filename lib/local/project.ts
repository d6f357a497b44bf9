/** project.yml as the deployer reads it, so that one machine runs what the cloud would run. */
import { readFileSync } from 'node:fs'

import { parse } from 'yaml'
import * as z from 'zod'

import { Fault } from '../faults'

const ProjectFunction = z.object({
  name: z.string(),
  runtime: z.string(),
  main: z.string(),
  web: z.union([z.boolean(), z.literal('raw')]),
  limits: z.object({ timeout: z.number(), memory: z.number() }),
  environment: z.record(z.string(), z.string()).default({}),
  triggers: z
    .array(
      z.object({
        name: z.string(),
        sourceDetails: z.object({
          cron: z.string(),
          /** What the function is handed when it is its time. */
          withBody: z.record(z.string(), z.string()).default({}),
        }),
      }),
    )
    .default([]),
})

const Project = z.object({
  packages: z.array(
    z.object({
      name: z.string(),
      environment: z.record(z.string(), z.string()).default({}),
      functions: z.array(ProjectFunction),
    }),
  ),
})

export type LocalFunction = z.infer<typeof ProjectFunction> & { packageName: string }

/** Variables are put in as text before the file is parsed; one that is missing or empty stops it. */
export const readProject = (
  file: string,
  variables: Readonly<Record<string, string | undefined>>,
): LocalFunction[] => {
  const text = readFileSync(file, 'utf8').replaceAll(/\$\{([A-Z0-9_]+)\}/g, (_, name: string) => {
    const value = variables[name]
    if (value === undefined || value === '') {
      throw new Fault({
        code: 'settings',
        why: `project.yml needs ${name}, which is not set or empty.`,
        mend: 'Set it in .env; write off for what you do not use.',
      })
    }
    return value
  })
  const project = Project.parse(parse(text))
  return project.packages.flatMap(({ name, environment, functions }) =>
    functions.map((one) => ({
      ...one,
      packageName: name,
      environment: { ...environment, ...one.environment },
    })),
  )
}
