/**
 * What does a dump say of itself? pg_dump writes comments around what it dumps: where it begins and ends,
 * by which versions it was made, and what is to come.
 */

export type Remarks = {
  headers: number
  trailers: number
  /** Of pg_dumpall, around several dumps. */
  clusters: number
  serverVersion: string | undefined
  dumpVersion: string | undefined
  /** Announced: tables, and rows of tables. */
  tables: number
  data: number
  /** The names of schemas, and of whatever rows can be asked of, that it announces to make. */
  made: Set<string>
}

export const noRemarks = (): Remarks => ({
  headers: 0,
  trailers: 0,
  clusters: 0,
  serverVersion: undefined,
  dumpVersion: undefined,
  tables: 0,
  data: 0,
  made: new Set(),
})

const announcement = /^-- (?:Data for )?Name: (.*); Type: ([A-Z ]+); Schema: /

const relations: ReadonlySet<string> = new Set([
  'SCHEMA',
  'TABLE',
  'FOREIGN TABLE',
  'VIEW',
  'MATERIALIZED VIEW',
  'SEQUENCE',
])

/** A dump of more tables than this is not restored here. */
const mostMade = 50_000

const server = '-- Dumped from database version '
const dumper = '-- Dumped by pg_dump version '

/** `16.4 (Debian 16.4-1.pgdg120+1)`: where a line end is gone what follows may be a row, and is told to nobody. */
const versionIn = (text: string): string | undefined =>
  /^\d[\w.]{0,20}(?: \([\w .+~:-]{1,80}\))?$/.exec(text.trim())?.[0]

/** True for the line that a dump ends with. */
export const heard = (remarks: Remarks, text: string): boolean => {
  if (text === '-- PostgreSQL database dump') remarks.headers += 1
  if (text === '-- PostgreSQL database cluster dump') remarks.clusters += 1
  if (text.startsWith(server)) remarks.serverVersion ??= versionIn(text.slice(server.length))
  if (text.startsWith(dumper)) remarks.dumpVersion ??= versionIn(text.slice(dumper.length))
  const [, name = '', type = ''] = announcement.exec(text) ?? []
  if (relations.has(type) && remarks.made.size < mostMade) remarks.made.add(name)
  if (type === 'TABLE') remarks.tables += 1
  if (type === 'TABLE DATA') remarks.data += 1
  const isEnd = text === '-- PostgreSQL database dump complete'
  if (isEnd) remarks.trailers += 1
  return isEnd || text === '-- PostgreSQL database cluster dump complete'
}
