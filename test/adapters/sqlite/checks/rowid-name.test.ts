/** The row's own id goes by three names, and a table may take each of them for a column. */
import { expect, test } from 'vitest'

import { rowidName } from '../../../../lib/adapters/sqlite/checks/tables'

test.each([
  { taken: [], is: 'rowid' },
  { taken: ['ROWID'], is: '_rowid_' },
  { taken: ['rowid', '_RowId_'], is: 'oid' },
  { taken: ['oid', 'rowid', '_rowid_'], is: undefined },
])('beside $taken it is $is', ({ taken, is }) => {
  expect(rowidName(taken.map((name) => ({ name, type: '', primaryKeyPlace: 0 })))).toBe(is)
})
