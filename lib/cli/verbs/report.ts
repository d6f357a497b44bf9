/** The week's report, for whoever asks; the weekly drill stores and mails the same. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { readDigest, writeDigest, writtenOf } from '../../journey/digest'
import type { TellingTools } from '../../ports'
import { sinceRule, parseSince, lastWeek } from '../../rules/digest/span'
import type { Span } from '../../rules/digest/span'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { withTools } from '../home'

export const spanSince = (since: string | undefined, now: Date): Span => {
  if (since === undefined) return lastWeek(now)
  const from = parseSince(since, now)
  if (!from || from > now) throw usage(`--since ${since} is not understood.`, sinceRule)
  return { since: from, until: now }
}

const save = (file: string, text: string): void => {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
  writeFileSync(file, text)
}

/** What the weekly drill does: stored beside the others, and mailed. */
const send = async (tools: TellingTools, span: Span): Promise<number> => {
  const { keys, told, undelivered, faults } = await writeDigest(tools, span)
  for (const key of keys) print(`stored ${key}`)
  for (const name of told) print(`${name} took it`)
  for (const why of [...undelivered, ...faults]) process.stderr.write(`snapproof: ${why}\n`)
  if (told.length + undelivered.length === 0) print('No channel in ALERTS is a mail address.')
  return undelivered.length + faults.length > 0 ? exits.couldNot : exits.sound
}

export const report: Command = {
  help: `usage: snapproof report [--since DAY] [--html FILE] [--send] [--json]

Prints what came and what was found, sizes and how they changed, drills with their times, what retention
let go of, alerts, and what would make it better. The weekly drill stores the same under
backups/_reports/digests/ and mails it to the mail addresses in ALERTS.

  --since DAY   from the beginning of that UTC day on, or a span such as 30d (default: 7d)
  --html FILE   write it as one page, for a browser or for paper
  --send        store and mail it now, as the weekly drill does
  --json        print the figures as JSON

exit: 0 nothing needs you, 1 something does`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      since: { type: 'string' },
      html: { type: 'string' },
      send: { type: 'boolean' },
      json: { type: 'boolean' },
    })
    if (positionals.length > 0) throw usage('report takes no arguments but its options.')
    return withTools(root, async (tools) => {
      const span = spanSince(values.since, await tools.store.now())
      if (values.send) return send(tools, span)
      const digest = await readDigest(tools, span)
      const { text, html } = writtenOf(digest)
      if (values.html !== undefined) save(values.html, html)
      if (values.json) print(JSON.stringify(digest, undefined, 2))
      else
        print(values.html === undefined ? text.trimEnd() : `The report stands in ${values.html}.`)
      return digest.isCalm ? exits.sound : exits.damaged
    })
  },
}
