/**
 * Which figures ring? Alert rules for Prometheus, made of the table of the metrics, in words for who is
 * woken by them. A figure that is no trouble has no rule; the tests hold each against that table.
 */
import { stringify } from 'yaml'

type Rule = {
  alert: string
  expr: string
  /** So long it must last: a copy that is just being opened is no trouble. */
  for: string
  severity: 'warning' | 'critical'
  summary: string
  mend: string
}

const db = '{{ $labels.db }}'
/** Prometheus keeps `job` for itself, and renames ours, unless honor_labels is set. */
const timer =
  '{{ if $labels.exported_job }}{{ $labels.exported_job }}{{ else }}{{ $labels.job }}{{ end }}'
const look = 'Look at the status page: npx snapproof page'

const rules: readonly Rule[] = [
  {
    alert: 'SnapproofSilent',
    expr: 'absent(snapproof_safe)',
    for: '30m',
    severity: 'critical',
    summary: 'The figures of Snapproof do not come any more.',
    mend: 'See whether the functions answer, and the token of the scrape: npx snapproof doctor',
  },
  {
    alert: 'SnapproofStale',
    expr: 'time() - snapproof_seen_timestamp_seconds > 3 * 3600',
    for: '5m',
    severity: 'critical',
    summary: 'Nobody has looked at the databases for three hours.',
    mend: 'The timer of watch does not run: npx snapproof doctor',
  },
  {
    alert: 'SnapproofTimerSilent',
    expr: 'snapproof_run_silent == 1',
    for: '15m',
    severity: 'warning',
    summary: `The timer ${timer} has not run for longer than it may.`,
    mend: 'npx snapproof doctor says what is wrong with it.',
  },
  {
    alert: 'SnapproofSecondBehind',
    expr: 'time() - snapproof_second_behind_since_timestamp_seconds > 26 * 3600',
    for: '15m',
    severity: 'warning',
    summary: 'Copies have not been carried to the second place for more than a day.',
    mend: 'npx snapproof doctor tries the second place; the page says how many copies wait.',
  },
  {
    alert: 'SnapproofLate',
    expr: 'snapproof_late == 1',
    for: '5m',
    severity: 'critical',
    summary: `${db}: the next copy is overdue.`,
    mend: `On the host: push.sh -v /etc/snapproof/${db}.env`,
  },
  {
    alert: 'SnapproofNotSound',
    expr: 'snapproof_verify_status == 0 and on (db) snapproof_last_upload_timestamp_seconds',
    for: '30m',
    severity: 'critical',
    summary: `${db}: the newest copy is not proven.`,
    mend: `On the host: push.sh --check /etc/snapproof/${db}.env`,
  },
  {
    alert: 'SnapproofRowsGone',
    expr: 'snapproof_fall == 1',
    for: '0m',
    severity: 'critical',
    summary: `${db}: rows or tables are gone that an older copy still has.`,
    mend: `On the host, to see from which copy: restore.sh --dry-run /etc/snapproof/${db}.env`,
  },
  {
    alert: 'SnapproofDrillFailed',
    expr: 'snapproof_restore_test_success == 0',
    for: '0m',
    severity: 'critical',
    summary: `${db}: a copy could not be restored in the last drill.`,
    mend: `Try it yourself: npx snapproof drill ${db}`,
  },
  {
    alert: 'SnapproofPruneBlocked',
    expr: 'snapproof_prune_blocked == 1',
    for: '1d',
    severity: 'warning',
    summary: `${db}: retention is held back since yesterday.`,
    mend: `See why: npx snapproof plan ${db}`,
  },
  {
    alert: 'SnapproofAlertsUndelivered',
    expr: 'snapproof_alerts_undelivered > 0',
    for: '30m',
    severity: 'warning',
    summary: 'Alerts of Snapproof do not get through.',
    mend: 'See which channel, and what it answers: npx snapproof alert-test',
  },
  {
    alert: 'SnapproofNotSafe',
    expr: 'snapproof_safe == 0',
    for: '1h',
    severity: 'warning',
    summary: 'Not everything is safe and watched.',
    mend: look,
  },
]

/** A file for `rule_files` of prometheus.yml. */
export const rulesText = (): string =>
  stringify(
    {
      groups: [
        {
          name: 'snapproof',
          rules: rules.map(({ alert, expr, severity, summary, mend, for: lasting }) => ({
            alert,
            expr,
            for: lasting,
            labels: { severity },
            annotations: { summary, description: mend },
          })),
        },
      ],
    },
    { lineWidth: 0 },
  )
