/**
 * What does an auditor need who does not trust us? Every signed document as it is stored, the bytes
 * its signature covers, the signature as it is, and the public key: `sha256sum` and `openssl` do the
 * rest. Nothing of ours has to run.
 */
import type { Entry } from '../copy/entry'
import { wordOf } from '../copy/entry'
import { countWords, instantWords } from '../plain/wording'
import { preAuthEncoding, sealKeyId } from '../trust/seal'
import type { Envelope } from '../trust/seal'

import type { Span } from './span'

export type EvidenceFile = { path: string; bytes: Buffer }

/** A public key, and what the signature files are called that it verifies. */
export type EvidenceKey = { keyId: string; file: string; suffix: string; use: string }

export const evidenceKeys = (secrets: { current: string; previous?: string }): EvidenceKey[] => [
  {
    keyId: sealKeyId(secrets.current),
    file: 'public-key.pem',
    suffix: '.sig',
    use: 'the key in use',
  },
  ...(secrets.previous === undefined
    ? []
    : [
        {
          keyId: sealKeyId(secrets.previous),
          file: 'public-key-previous.pem',
          suffix: '.sig-previous',
          use: 'the key before it, of which documents are left',
        },
      ]),
]

/** The envelope as stored, what was signed, and the signature; `path` ends in `.json`. */
export const evidenceFiles = (
  path: string,
  stored: { bytes: Uint8Array; envelope: Envelope },
  keys: readonly EvidenceKey[],
): EvidenceFile[] => {
  const { payloadType, payload, signatures } = stored.envelope
  const base = path.replace(/\.json$/, '')
  const signed = preAuthEncoding(payloadType, Buffer.from(payload, 'base64'))
  const files = keys.flatMap(({ keyId, suffix }) =>
    signatures
      .filter(({ keyid }) => keyid === keyId)
      .slice(0, 1)
      .map(({ sig }) => ({ path: `${base}${suffix}`, bytes: Buffer.from(sig, 'base64') })),
  )
  return [
    { path, bytes: Buffer.from(stored.bytes) },
    { path: `${base}.signed`, bytes: signed },
    ...files,
  ]
}

const cell = (value: string | number | undefined): string => {
  const text = String(value ?? '')
  // A sheet must not take what a file said of itself for a formula.
  const safe = /^[=+@\t-]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A table of the entries, for reading: it is drawn from them and proves nothing by itself. */
export const entriesTable = (entries: readonly Entry[]): string => {
  const head = 'ticket,database,taken_at,arrived_at,verified_at,verdict,size_bytes,sha256,method'
  const rows = entries.map((entry) =>
    [
      entry.id,
      entry.claim.database,
      entry.claim.takenAt,
      entry.arrivedAt,
      entry.verdict?.at,
      wordOf(entry),
      entry.claim.sizeBytes,
      entry.claim.sha256,
      entry.verdict?.method,
    ]
      .map(cell)
      .join(','),
  )
  return `${[head, ...rows].join('\n')}\n`
}

export type Untrusted = { path: string; why: string }

export type Contents = {
  installation: string
  span: Span
  madeAt: Date
  version: string
  keys: readonly (EvidenceKey & { sha256: string })[]
  counts: { entries: number; journal: number; drills: number }
  untrusted: readonly Untrusted[]
}

/** One line for a shell: it prints what does not hold, and nothing when all does. */
export const opensslLine = ({ file, suffix }: Pick<EvidenceKey, 'file' | 'suffix'>): string =>
  `find . -name '*${suffix}' | while read -r s; do openssl pkeyutl -verify -pubin -inkey ${file} -rawin -in "\${s%${suffix}}.signed" -sigfile "$s" >/dev/null || echo "DOES NOT HOLD: $s"; done`

const keyLines = ({ keyId, file, use, sha256 }: Contents['keys'][number]): string[] => [
  `  ${file} is ${use} (key id ${keyId}).`,
  `  SHA-256 of its DER form: ${sha256}`,
]

export const readmeText = (contents: Contents): string => {
  const { installation, span, madeAt, version, keys, counts, untrusted } = contents
  const from = instantWords(span.since.toISOString())
  const to = instantWords(span.until.toISOString())
  const untrustedLines =
    untrusted.length === 0
      ? ['Every document that was found carries the signature of this installation.']
      : [
          `${countWords(untrusted.length, 'document')} in the store could not be vouched for. They are not in this`,
          'folder, and are no evidence of anything but that they stand there:',
          ...untrusted.map(({ path, why }) => `  ${path}: ${why}`),
        ]
  return `${[
    `Evidence of the backups of ${installation}`,
    `from ${from} to ${to}`,
    `written ${instantWords(madeAt.toISOString())} by Snapproof ${version}`,
    '',
    'WHAT IS HERE',
    `  entries/  ${counts.entries}: of each copy that was announced in this time what the host said of it,`,
    '            what was found when it was opened, and what became of it since',
    `  journal/  ${counts.journal}: what retention planned to delete (.plan), and what it did (.result)`,
    `  drills/   ${counts.drills}: copies that were restored as a rehearsal, with their times`,
    '  entries.csv  the entries as a table, for reading; it is not signed',
    '',
    'Of each document there are three files: NAME.json as it is stored (a DSSE envelope; of an entry it',
    'holds an in-toto statement), NAME.signed (what the signature covers: a few words that name type and',
    'length, then the document itself, to be read with any editor) and the signature (Ed25519).',
    '',
    'Copies that retention has let go have no entry any more: the journal names them, with their verdict.',
    'The copies themselves are not here. Of each, the statement has the SHA-256 under subject[0].digest:',
    'compare it with what "sha256sum" says of the file.',
    '',
    'HOW TO VERIFY IT, WITHOUT US',
    '1. That nothing here was changed since it was written:',
    '',
    '  sha256sum --quiet -c SHA256SUMS',
    '',
    '2. That this installation signed it (OpenSSL 3.0 or newer). It prints what does not hold:',
    ...keys.flatMap((key) => ['', `  ${opensslLine(key)}`]),
    '',
    '3. That the key is the one of this installation: its status page shows it, and so did every earlier',
    '   bundle.',
    ...keys.flatMap(keyLines),
    '',
    '   To compute that: openssl pkey -pubin -in public-key.pem -outform DER | sha256sum',
    '',
    'WHAT COULD NOT BE VOUCHED FOR',
    ...untrustedLines,
  ].join('\n')}\n`
}
