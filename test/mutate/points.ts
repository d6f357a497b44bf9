/**
 * Where could a line of TypeScript be wrong, and what would stand there? Every place of a file, in order.
 */
import type { parseAst } from 'vitest/node'

/** One change of one place; `text` stands there instead of what is between `start` and `end`. */
export type Mutant = {
  file: string
  line: number
  start: number
  end: number
  was: string
  text: string
}

export type Parse = typeof parseAst

type Node = { type: string; start: number; end: number }

type Change = { at: Node; text: string }

type Source = { text: string; of: (node: Node) => string }

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value

const isSaid = (value: unknown): value is string => typeof value === 'string'

const partsOf = (node: Node): Record<string, unknown> => ({ ...node })

const childrenOf = (node: Node): Node[] =>
  Object.values(partsOf(node)).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )

/** What stands for nothing but types, and names that must stay what they are. */
const isLeftAlone = ({ type }: Node): boolean =>
  type.startsWith('TS') && type !== 'TSAsExpression' && type !== 'TSSatisfiesExpression'
    ? true
    : ['ImportDeclaration', 'ImportExpression', 'ExportAllDeclaration'].includes(type)

const operators = new Map<string, readonly string[]>([
  ['<', ['<=', '>']],
  ['<=', ['<']],
  ['>', ['>=', '<']],
  ['>=', ['>']],
  ['===', ['!==']],
  ['!==', ['===']],
  ['+', ['-']],
  ['-', ['+']],
  ['*', ['/']],
  ['/', ['*']],
  ['%', ['*']],
  ['&&', ['||']],
  ['||', ['&&']],
])

const methods = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['min', 'max'],
  ['max', 'min'],
  ['findLast', 'find'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
])

/** Calls that may be left out: what they are called on stands alone. */
const leftOut = new Set(['filter', 'toSorted', 'sort', 'slice', 'toReversed', 'trim', 'catch'])

const between = (left: Node, right: Node, was: string): Node[] => [
  { type: was, start: left.end, end: right.start },
]

const ofOperator = (node: Node, source: Source): Change[] => {
  const { left, right, operator } = partsOf(node)
  if (!isNode(left) || !isNode(right) || !isSaid(operator)) return []
  const changes = (operators.get(operator) ?? []).flatMap((text) =>
    between(left, right, operator).map((at) => ({
      at,
      text: source.of(at).replace(operator, text),
    })),
  )
  if (operator !== '??') return changes
  return [
    { at: node, text: source.of(left) },
    { at: node, text: `(${source.of(right)})` },
  ]
}

const ofLiteral = (node: Node): Change[] => {
  const { value } = partsOf(node)
  if (typeof value === 'boolean') return [{ at: node, text: String(!value) }]
  if (typeof value === 'number') return [{ at: node, text: String(value + 1) }]
  return isSaid(value) && value !== '' ? [{ at: node, text: "''" }] : []
}

const byteUnits = /^(?:(?:kibi|mebi|gibi)byte|1024|1024 \*\* \d)$/

/**
 * `64 * mebibyte` is a size that somebody chose, and 65 would have been as right: such a factor is off by
 * ten times. Of what a unit is made of, nothing is changed but the power.
 */
const ofSize = (node: Node, source: Source): Change[] | undefined => {
  const { left, right, operator } = partsOf(node)
  if (!isNode(left) || !isNode(right) || left.type !== 'Literal') return undefined
  if (operator === '**' && source.of(left) === '1024') return ofLiteral(right)
  if (operator !== '*' || !byteUnits.test(source.of(right))) return undefined
  const { value } = partsOf(left)
  const tenfold = [{ at: left, text: String(Number(value) * 10) }]
  return [...ofOperator(node, source), ...tenfold, ...(ofSize(right, source) ?? [])]
}

const ofCall = (node: Node, source: Source): Change[] => {
  const { callee } = partsOf(node)
  if (!isNode(callee) || callee.type !== 'MemberExpression') return []
  const { object, property } = partsOf(callee)
  if (!isNode(object) || !isNode(property)) return []
  const other = methods.get(source.of(property))
  if (other) return [{ at: property, text: other }]
  return leftOut.has(source.of(property)) ? [{ at: node, text: source.of(object) }] : []
}

/** Comparisons and negations are turned about by themselves. */
const isTurned = (node: Node): boolean =>
  ['===', '!==', '!'].some((operator) => operator === partsOf(node)['operator'])

const negated = (node: unknown, source: Source): Change[] =>
  isNode(node) && !isTurned(node) ? [{ at: node, text: `!(${source.of(node)})` }] : []

const ofTry = (node: Node, source: Source): Change[] => {
  const { block, handler } = partsOf(node)
  return isNode(block) && isNode(handler) ? [{ at: node, text: source.of(block) }] : []
}

const ofReturn = (node: Node): Change[] => {
  const { argument } = partsOf(node)
  const isEmptied = isNode(argument) && !['ArrayExpression', 'Identifier'].includes(argument.type)
  return isEmptied ? [{ at: argument, text: 'undefined' }] : []
}

const hasElements = (node: Node): boolean => childrenOf(node).length > 0

const changesOf = (node: Node, source: Source): Change[] => {
  const parts = partsOf(node)
  switch (node.type) {
    case 'IfStatement':
    case 'WhileStatement':
    case 'ConditionalExpression':
      return negated(parts['test'], source)
    case 'BinaryExpression':
    case 'LogicalExpression':
      return ofOperator(node, source)
    case 'UnaryExpression':
      return parts['operator'] === '!' && isNode(parts['argument'])
        ? [{ at: node, text: source.of(parts['argument']) }]
        : []
    case 'Literal':
      return ofLiteral(node)
    case 'TemplateLiteral':
      return [{ at: node, text: '``' }]
    case 'CallExpression':
      return ofCall(node, source)
    case 'TryStatement':
      return ofTry(node, source)
    case 'ExpressionStatement':
    case 'ThrowStatement':
    case 'ContinueStatement':
    case 'BreakStatement':
      return [{ at: node, text: ';' }]
    case 'ReturnStatement':
      return ofReturn(node)
    case 'ArrayExpression':
      return hasElements(node) ? [{ at: node, text: '[]' }] : []
    default:
      return []
  }
}

const walk = (node: Node, source: Source): Change[] => {
  if (isLeftAlone(node)) return []
  const size = ofSize(node, source)
  if (size) return size
  // A name of an object's part is no text that could be empty.
  const { key, computed } = partsOf(node)
  const inner = childrenOf(node).filter((child) => child !== key || computed === true)
  return [...changesOf(node, source), ...inner.flatMap((child) => walk(child, source))]
}

export const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length

export const pointsOf = (file: string, text: string, parse: Parse): Mutant[] => {
  const source: Source = { text, of: ({ start, end }) => text.slice(start, end) }
  return walk(parse(text, { lang: 'ts' }), source).map(({ at, text: other }) => ({
    file,
    line: lineOf(text, at.start + (/^\s*/.exec(source.of(at))?.[0].length ?? 0)),
    start: at.start,
    end: at.end,
    was: source.of(at),
    text: other,
  }))
}
