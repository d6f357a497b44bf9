/** Broken examiners, records, restores, watches and tickets. */
import { changeEntry, parseTicket, readEntry } from '../../../lib/journey/bucket/ledger'
import { everyExaminer } from '../../fakes/tools'

import { prefix, wrapStore } from './mutant'
import type { Mutant } from './mutant'

export const mutantsOfSteps: Mutant[] = [
  {
    name: 'an address that takes other bytes than the entry announces',
    invariant: 2,
    says: /other bytes than were announced/,
    change: {
      steps: (real) => ({
        ticket: async (request, tools) => {
          const answer = await real.ticket(request, tools)
          if ('ticket' in answer) {
            await changeEntry(tools, parseTicket(answer.ticket), (entry) => ({
              ...entry,
              claim: { ...entry.claim, sha256: '0'.repeat(64) },
            }))
          }
          return answer
        },
      }),
    },
  },
  {
    name: 'an examiner that says passed for damaged bytes',
    invariant: 4,
    says: /is said to be (passed|warned), and is corrupt/,
    change: {
      wrap: (tools) => ({
        ...tools,
        examiners: everyExaminer(tools, (examine) => async (order) => {
          const seen = await examine(order)
          const isDamaged = seen.findings.some(
            ({ check, outcome }) => check === 'structure' && outcome === 'failed',
          )
          if (!isDamaged) return seen
          const checks = ['arrival', 'bytes', 'header', 'structure', 'references'] as const
          const findings = checks.map((check) => ({
            check,
            outcome: 'passed' as const,
            detail: '',
          }))
          return { ...seen, findings }
        }),
      }),
    },
  },
  {
    name: 'a verdict that turns "could not check" into failed',
    invariant: 5,
    says: /is said to be failed, and is (sound|encrypted)/,
    change: {
      wrap: (tools) => ({
        ...tools,
        examiners: everyExaminer(tools, (examine) => async (order) => {
          const seen = await examine(order)
          const findings = seen.findings.map((finding) =>
            finding.outcome === 'unverifiable'
              ? { ...finding, outcome: 'failed' as const }
              : finding,
          )
          return { ...seen, findings }
        }),
      }),
    },
  },
  {
    name: 'an entry that forgets a verdict for "could not check"',
    invariant: 5,
    says: /was lost to "could not check"/,
    change: {
      steps: (real) => ({
        verdict: async (request, tools) => {
          const answer = await real.verdict(request, tools)
          const name = parseTicket(request.ticket)
          const read = await readEntry(tools, name)
          if (read?.entry.verdict) {
            await changeEntry(tools, name, (entry) => ({
              ...entry,
              ...(entry.verdict && {
                verdict: { ...entry.verdict, outcome: 'unverifiable' as const, findings: [] },
              }),
            }))
          }
          return answer
        },
      }),
    },
  },
  {
    name: 'a restore that hands out failed copies',
    invariant: 7,
    says: /restore handed out .* which is failed|restore of .* gives/,
    change: {
      steps: (real) => ({
        restore: async (request, tools) => {
          const list = await real.restore({ database: request.database, list: 'yes' }, tools)
          const bad =
            'copies' in list ? list.copies.find(({ verdict }) => verdict === 'failed') : undefined
          const read = bad && (await readEntry(tools, parseTicket(bad.ticket)))
          if (!bad || !read) return real.restore(request, tools)
          const get = await tools.store.downloadAddress({
            key: read.entry.key,
            expiresInSeconds: 900,
          })
          return { copy: bad, get, entry: read.entry, place: 'first' }
        },
      }),
    },
  },
  {
    name: 'a watch that passes over one database',
    days: 4,
    invariant: 6,
    says: /backup\.(never|late), and it is not so/,
    change: {
      wrap: wrapStore('watch', (store) => ({
        pages: async function* pages(under, after) {
          for await (const page of store.pages(under, after)) {
            yield page.filter(({ key }) => !/\/(tokens|sessions|shop|a)\//.test(key))
          }
        },
      })),
    },
  },
  {
    name: 'a prune that leaves the entry behind',
    days: 16,
    invariant: 7,
    says: /left over/,
    change: {
      wrap: wrapStore('prune', (store) => ({
        remove: async (key) => (key.endsWith('.entry.json') ? undefined : store.remove(key)),
      })),
    },
  },
  {
    name: 'a step that writes outside of the prefix',
    invariant: 8,
    says: /outside of the prefix/,
    change: {
      wrap: wrapStore('verdict', (store) => ({
        put: async (key, bytes) => store.put(key.replace('backups/', 'users/'), bytes),
      })),
    },
  },
  {
    name: "a prune that takes strangers' files",
    invariant: 8,
    says: /a stranger's/,
    change: {
      steps: (real) => ({
        prune: async (request, tools) => {
          for (const { key } of await tools.store.files(prefix)) await tools.store.remove(key)
          return real.prune(request, tools)
        },
      }),
    },
  },
  {
    name: "a watch that writes over a stranger's file",
    invariant: 8,
    says: /a stranger's/,
    change: {
      steps: (real, world) => ({
        watch: async (request, tools) => {
          const strangers = [...world.oracle.foreign].filter((key) => key.startsWith(prefix))
          for (const key of strangers) await tools.store.put(key, Buffer.from('ours'))
          return real.watch(request, tools)
        },
      }),
    },
  },
  {
    name: 'a log that holds the token',
    invariant: 9,
    says: /a secret stands in backups\/_state\/log\.txt/,
    change: {
      steps: (real, world) => ({
        ticket: async (request, tools) => {
          const said = `asked with ${world.tokenOf(request.database)}`
          await tools.store.put(`${prefix}_state/log.txt`, Buffer.from(said))
          return real.ticket(request, tools)
        },
      }),
    },
  },
  {
    name: 'an entry that holds the upload address',
    invariant: 9,
    says: /a secret stands in .*entry\.json/,
    change: {
      steps: (real) => ({
        ticket: async (request, tools) => {
          const answer = await real.ticket(request, tools)
          if ('ticket' in answer) {
            await changeEntry(tools, parseTicket(answer.ticket), (entry) => ({
              ...entry,
              claim: { ...entry.claim, host: answer.put },
            }))
          }
          return answer
        },
      }),
    },
  },
]
