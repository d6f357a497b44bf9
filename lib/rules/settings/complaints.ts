/**
 * What is wrong in `lib/databases.ts`, so that whoever wrote it finds it at once? A sentence for each
 * mistake: the field, the rule, and what stands there.
 */
import * as z from 'zod'

import { kinds } from '../kinds/kinds'
import { usualKind } from '../kinds/suffixes'
import { nearestTo } from '../plain/nearest'
import { clip, countWords } from '../plain/wording'

import { DatabasesFile, common } from './databases'
import type { DatabaseSettings } from './databases'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** The settings, or what has to be mended before anything can be done by them. */
export type Reading =
  | { databases: Readonly<Record<string, DatabaseSettings>> }
  | { complaints: readonly string[] }

export const readDatabases = (said: unknown): Reading => {
  const read = DatabasesFile.safeParse(said)
  if (read.success) return { databases: read.data }
  return { complaints: read.error.issues.flatMap((issue) => sentencesOf(said, issue)) }
}

const sentencesOf = (said: unknown, issue: Issue): string[] => {
  const where = issue.path.map(String).join('.') || 'the whole'
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(said, issue.path)
    return issue.keys.map((key) => `${where} has no field "${clip(key)}"${meant(key, known)}`)
  }
  if (issue.code === 'invalid_key') {
    return [
      `"${clip(where)}" cannot be a name: ${issue.issues.map(({ message }) => message).join(' ')}`,
    ]
  }
  const rule = ruleOf(issue)
  const is = `${where} is ${shown(at(said, issue.path))}`
  return [rule.startsWith('expected ') ? `${is}, and should be ${rule.slice(9)}` : `${is}: ${rule}`]
}

const meant = (key: string, known: readonly string[]): string => {
  const near = nearestTo(key, known)
  return near === undefined ? '' : `; you may mean "${near}"`
}

/** What the group at that place may hold, by the shape that belongs there. */
const fieldsAt = (said: unknown, path: Path): readonly string[] => {
  const kind = at(said, [...path.slice(0, 1), 'kind']) ?? usualKind
  const ofKind = Object.values(kinds).filter(({ name }) => name === kind)
  const whole = ofKind.map(({ settings }) => z.object({ kind: z.string(), ...common, ...settings }))
  return path
    .slice(1)
    .reduce<readonly Shape[]>(stepInto, whole)
    .flatMap((shape) => Object.keys(partsOf(shape)))
}

type Shape = z.core.$ZodType

/** Whatever may be left out, or may be one of several. */
const insideOf = (shape: Shape): readonly Shape[] => {
  if (shape instanceof z.ZodOptional) return insideOf(shape._zod.def.innerType)
  return shape instanceof z.ZodUnion ? shape._zod.def.options.flatMap(insideOf) : [shape]
}

const partsOf = (shape: Shape): Readonly<Record<string, Shape>> =>
  shape instanceof z.ZodObject ? shape._zod.def.shape : {}

const stepInto = (shapes: readonly Shape[], key: PropertyKey): readonly Shape[] =>
  shapes
    .flatMap((shape) =>
      shape instanceof z.ZodRecord
        ? [shape._zod.def.valueType]
        : Object.entries(partsOf(shape)).flatMap(([name, part]) => (name === key ? [part] : [])),
    )
    .flatMap(insideOf)

/** What the library says of its own accord, in the words of a person. */
const plainRules: readonly (readonly [RegExp, string])[] = [
  [/^[A-Z][a-z ]+: (?=expected )/, ''],
  [/, received [a-z ]+$/, ''],
  [/^expected (?:number|int) to be >=?(\S+)$/, 'expected $1 or more'],
  [/^expected (?:number|int) to be <=?(\S+)$/, 'expected $1 or less'],
  [/^expected (?:number|int)$/, 'expected a number'],
  [/^expected (?:record|object)$/, 'expected a group of fields'],
  [/^expected array$/, 'expected a list'],
  [/^expected string$/, 'expected a text'],
]

const ruleIn = (message: string): string =>
  plainRules.reduce((rule, [pattern, words]) => rule.replace(pattern, words), message)

const ruleOf = (issue: Issue): string => {
  if (issue.code === 'invalid_type') return ruleIn(`expected ${issue.expected}`)
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return ruleIn(issue.message)
  const rules = issue.errors.flatMap((errors) =>
    errors.slice(0, 1).map(({ message }) => ruleIn(message)),
  )
  return [...new Set(rules)].join(', or ').replaceAll(', or expected ', ' or ')
}

/** Of what is no group there are none. */
const fieldsIn = (value: unknown): [string, unknown][] => Object.entries(Object(value))

const at = (value: unknown, path: Path): unknown => {
  let found = value
  for (const key of path) found = new Map(fieldsIn(found)).get(String(key))
  return found
}

/** What a person wrote there, short; never a list of things. */
const shown = (value: unknown): string => {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return `'${clip(value)}'`
  if (Array.isArray(value)) return `a list of ${countWords(value.length, 'thing')}`
  return typeof value === 'object' ? 'a group of fields' : String(value)
}
