/**
 * Which kinds of things are there? One line for each; what is shared by all of them is asked here.
 */
import * as z from 'zod'

import { own } from '../plain/own'
import { judge } from '../verdict/verdict'
import type { Finding, Outcome } from '../verdict/verdict'

import { pushed } from './advice'
import type { Advice, Kind } from './kind'
import { objects } from './objects/kind'
import { postgres } from './postgres/kind'
import { sqlite } from './sqlite/kind'
import { usualKind } from './suffixes'
import type { KindName } from './suffixes'

export const kinds = {
  sqlite,
  postgres,
  objects,
} satisfies Record<KindName, Kind>

const byName: Readonly<Record<string, Kind>> = kinds
const allKinds = Object.values(byName)

/** Undefined for one that another build knows. Where none is named it is the usual one. */
export const kindNamed = (name: string = usualKind): Kind | undefined => own(byName, name)

/** What people are told of one; a kind that another build knows is spoken of as the usual ones are. */
export const adviceOf = (kind: string | undefined): Advice => kindNamed(kind)?.advice ?? pushed

/** The kind that a file is of by its first bytes, where one knows its own. */
export const kindBeginning = (head: Uint8Array): string | undefined =>
  allKinds.find(({ begins }) => begins?.(head))?.name

/** Of a kind that is not known here nothing is sound: nobody here can say what it takes. */
export const judgeAs = (kind: string | undefined, findings: readonly Finding[]): Outcome => {
  const known = kindNamed(kind)
  return known ? judge(findings, known) : 'unverifiable'
}

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)]

export const everyCheck = distinct(allKinds.flatMap(({ checks }) => checks))

/** A check of one name asks the same of every kind. */
export const expectationChecks = distinct(allKinds.flatMap(({ expectations }) => expectations))

/**
 * A shape for each kind, told apart by the field `kind`, which the usual one need not have. So what is
 * wrong is said of the kind that is meant.
 */
export const byKind = <Shape extends z.ZodRawShape>(
  shapeOf: (kind: Kind) => Shape,
  known: readonly Kind[] = allKinds,
) => {
  const objectOf = (kind: Kind) => {
    const name = z.literal(kind.name)
    return z.strictObject({
      kind: kind.name === usualKind ? name.optional() : name,
      ...shapeOf(kind),
    })
  }
  const others = known.filter(({ name }) => name !== usualKind)
  return z.discriminatedUnion('kind', [objectOf(kinds[usualKind]), ...others.map(objectOf)], {
    error: `expected ${known.map(({ name }) => name).join(' or ')}`,
  })
}
