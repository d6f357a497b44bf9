/**
 * What stands under this name, and nothing that every object brings along: a database may well be
 * called "constructor".
 */

export const own = <Value>(
  record: Readonly<Record<string, Value>> | undefined,
  name: string,
): Value | undefined => (record && Object.hasOwn(record, name) ? record[name] : undefined)

/** A text that stands under this name, or none. */
export const textOf = (record: Readonly<Record<string, unknown>>, name: string): string => {
  const found = own(record, name)
  return typeof found === 'string' ? found : ''
}
