/** Is each file that we sign signed as what it is, so that none can stand in the place of another? */
import { expect, test } from 'vitest'

import { alertStateType } from '../../../lib/rules/alerts/outbox'
import { catalogType } from '../../../lib/rules/copy/catalog'
import { givenType } from '../../../lib/rules/copy/given'
import { journalType, pruneStateType } from '../../../lib/rules/copy/journal'
import { payloadType } from '../../../lib/rules/copy/statement'
import { contentsType, leavingType } from '../../../lib/rules/keeping/leaving'
import { secondStateType } from '../../../lib/rules/second/second-state'
import { drillReportType, drillStateType } from '../../../lib/rules/watching/drill'
import { summaryType } from '../../../lib/rules/watching/head'
import { spendingType } from '../../../lib/rules/watching/running'
import { watchStateType } from '../../../lib/rules/watching/watch-state'

test('the type that is signed with a file stays the one that every build before this reads it by', () => {
  expect([
    payloadType,
    alertStateType,
    catalogType,
    contentsType,
    drillStateType,
    drillReportType,
    givenType,
    journalType,
    leavingType,
    pruneStateType,
    secondStateType,
    spendingType,
    summaryType,
    watchStateType,
  ]).toEqual([
    'application/vnd.in-toto+json',
    'application/vnd.snapproof.alerts+json',
    'application/vnd.snapproof.catalog+json',
    'application/vnd.snapproof.contents+json',
    'application/vnd.snapproof.drill+json',
    'application/vnd.snapproof.drill-report+json',
    'application/vnd.snapproof.given+json',
    'application/vnd.snapproof.journal+json',
    'application/vnd.snapproof.leaving+json',
    'application/vnd.snapproof.prune+json',
    'application/vnd.snapproof.second-state+json',
    'application/vnd.snapproof.spending+json',
    'application/vnd.snapproof.summary+json',
    'application/vnd.snapproof.watch+json',
  ])
})
