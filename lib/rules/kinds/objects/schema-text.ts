/**
 * Has what is expected of an object changed? A schema is a value; this is what it asks as a text, the same
 * for the same questions in every build, so that objects are read again when they are asked something else.
 */

type Group = Readonly<Record<string, unknown>>

const isGroup = (value: unknown): value is Group =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a schema, or a check in one, says of itself. */
const saidBy = (value: Group): Group => {
  const inner = value['_zod']
  return isGroup(inner) && isGroup(inner['def']) ? inner['def'] : value
}

/**
 * Of a function, such as that of a `refine`, nothing can be told that would stay the same from one bundle to
 * another; a schema that holds itself is told once.
 */
export const schemaText = (schema: unknown): string => {
  const places = new Map<unknown, number>()
  const textOf = (value: unknown): string => {
    if (typeof value === 'function') return 'function'
    if (typeof value === 'bigint' || value instanceof RegExp) return String(value)
    if (Array.isArray(value)) return `[${value.map(textOf).join()}]`
    if (!isGroup(value)) return JSON.stringify(value) ?? 'undefined'
    const place = places.get(value)
    if (place !== undefined) return `#${place}`
    places.set(value, places.size)
    const fields = Object.entries(saidBy(value))
    return `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${textOf(one)}`).join()}}`
  }
  return textOf(schema)
}

/** The names of fields that the schema itself says: these are nobody's content. */
export const namesIn = (schema: unknown): ReadonlySet<string> => {
  const names = new Set<string>()
  const seen = new Set<unknown>()
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) look(one)
    if (!isGroup(value) || seen.has(value)) return
    seen.add(value)
    for (const [name, one] of Object.entries(saidBy(value))) {
      if (name === 'shape' && isGroup(one)) for (const field of Object.keys(one)) names.add(field)
      look(one)
    }
  }
  look(schema)
  return names
}
