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

const usePattern = /\$\{([A-Z0-9_]+)\}/g

/**
 * The deployer puts values in as text, between double quotes, before it parses the file: what would end
 * the quotes or mean something else in there is written as YAML has it.
 */
export const asWritten = (value: string): string => JSON.stringify(value).slice(1, -1)

/** The functions by their names and timers alone, whatever is set. */
export const functionsIn = (file: string): LocalFunction[] => {
  const names = [...readFileSync(file, 'utf8').matchAll(usePattern)].map(([, name = '']) => name)
  return readProject(file, Object.fromEntries(names.map((name) => [name, 'off'])))
}

/** The values of all that the file uses, as they are to be put in; one that is missing or empty stops it. */
export const valuesFor = (
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string> => {
  const names = [...text.matchAll(usePattern)].map(([, name = '']) => name)
  return Object.fromEntries(
    names.map((name) => {
      const value = variables[name]
      if (value !== undefined && value !== '') return [name, asWritten(value)]
      throw new Fault({
        code: 'settings',
        why: `project.yml needs ${name}, which is not set or empty.`,
        mend: 'Set it in .env; write off for what you do not use.',
      })
    }),
  )
}

/** What does not parse is never shown: the values stand in it. */
const parsed = (filled: string): unknown => {
  try {
    return parse(filled)
  } catch (cause) {
    throw new Fault(
      {
        code: 'settings',
        why: 'project.yml is no YAML any more.',
        mend: 'Undo the last change of it: git diff project.yml',
      },
      { cause: cause instanceof Error ? cause.name : undefined },
    )
  }
}

export const readProject = (
  file: string,
  variables: Readonly<Record<string, string | undefined>>,
): LocalFunction[] => {
  const text = readFileSync(file, 'utf8')
  const values = valuesFor(text, variables)
  const project = Project.parse(
    parsed(text.replaceAll(usePattern, (_, name: string) => values[name] ?? '')),
  )
  return project.packages.flatMap(({ name, environment, functions }) =>
    functions.map((one) => ({
      ...one,
      packageName: name,
      environment: { ...environment, ...one.environment },
    })),
  )
}
