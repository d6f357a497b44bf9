/**
 * Why may a file be `failed` here that the machine's own sqlite3 calls ok? Each reason by its name.
 * What fits none of them is a sound file called damaged.
 */
import type { Finding } from '../../../lib/rules/verdict/verdict'

export type Reason = { name: string; why: string; holds(finding: Finding): boolean }

const inDetail =
  (check: Finding['check'], pattern: RegExp) =>
  (finding: Finding): boolean =>
    finding.check === check && pattern.test(finding.detail)

export const reasons: readonly Reason[] = [
  {
    name: 'empty',
    why: 'SQLite calls a file of no bytes a new database; as a backup it is none.',
    holds: inDetail('header', /^The file is empty/),
  },
  {
    name: 'cut',
    why: 'SQLite takes a file that ends inside its header for a new database of one byte.',
    holds: inDetail('header', /inside the database header/),
  },
  {
    name: 'size',
    why: 'SQLite reads up to the count in the header: it does not mind bytes after the end, nor a last page that is cut where it need not read.',
    holds: inDetail('header', /(tail is missing|bytes follow its end)\.$/),
  },
  {
    name: 'foreign',
    why: 'A file of one byte that is no part of the magic is a new database to SQLite.',
    holds: inDetail(
      'header',
      /(not an SQLite database|begins with zeros|saved XML|text dump|gzip archive)/,
    ),
  },
  {
    name: 'full-text index',
    why: 'SQLite before 3.44 does not look into the inverted index of an FTS table at all.',
    holds: inDetail('structure', /malformed inverted index for FTS\d table/),
  },
  {
    name: 'module',
    why: 'integrity_check of SQLite before 3.44 asks no module about its tables.',
    holds: inDetail('structure', /\(module (?:fts5|rtree|rtree_i32)\): SQLite calls it damaged/i),
  },
  {
    name: 'free pages',
    why: 'Where a view comes first in its list, SQLite takes the question for one about a single table and looks at no free page and no pointer to a root; here it is asked for them besides.',
    holds: inDetail(
      'structure',
      /found damage: \*\*\* in database main \*\*\* (?:Freelist: |Page \d+: never used|incremental_vacuum enabled|Bad ptr map entry key=\d+ expected=\(1,0\))/,
    ),
  },
  {
    name: 'columns of a CHECK',
    why: 'SQLite of 3.40 reads a schema whose CHECK names a column that is not there; later ones call it malformed. No statement of SQL makes one.',
    holds: inDetail('structure', /malformed database schema - no such column/),
  },
  {
    name: 'values',
    why: 'SQLite of 3.40 is content when it finds an entry for a row; later ones also compare what is in it.',
    holds: inDetail('structure', /found damage: row -?\d+ values differ from index /),
  },
]

export const reasonOf = (findings: readonly Finding[]): Reason | undefined => {
  const failing = findings.filter(({ outcome }) => outcome === 'failed')
  return reasons.find(({ holds }) => failing.some(holds))
}
