/**
 * 6. Every failed or late database reaches an alert, or an outbox entry that is retried.
 *
 * HERE BELONGS THE ORACLE OF ALERTS, once the step exists: hear every change of `backups/_state/` and
 * every message the notifier was given, and hold them against what truth.ts knows of each database.
 */
export const alertsOracle = () => ({})
