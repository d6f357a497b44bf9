/**
 * What a step may ask of the world. Adapters implement these; steps see nothing else.
 */
import type { Alert, Delivery, Message } from './rules/alerts/alert'
import type { StoredObject } from './rules/copy/shelf'
import type { Schema } from './rules/fall/drift'
import type { Spent } from './rules/keeping/spent'
import type { Question } from './rules/kinds/kind'
import type { DatabaseSettings } from './rules/settings/databases'
import type { Secrets } from './rules/trust/tokens'
import type { Announced } from './rules/verdict/arrival'
import type { Finding } from './rules/verdict/verdict'

export type { StoredObject } from './rules/copy/shelf'

/** What an upload address is bound to: these bytes, once, under this key. */
export type UploadTerms = {
  key: string
  sizeBytes: number
  sha256: string
  md5: string
  expiresInSeconds: number
}

/** An address and the headers that must accompany it, exactly. Both are secrets. */
export type UploadAddress = { url: string; headers: Record<string, string> }

/**
 * The object store. Every method throws a `store-…` Fault when the store could not answer;
 * a missing object is an answer, never a Fault. Keys outside the prefix are refused unasked.
 */
export type Store = {
  /** All objects under the prefix, in key order, or a Fault: a partial list never looks whole. */
  list(prefix: string): Promise<StoredObject[]>
  /** The same a page at a time, from behind `after` on: for a bucket that memory would not hold. */
  pages(prefix: string, after?: string): AsyncIterable<StoredObject[]>
  /** The objects whose keys begin so and hold no further "/": files, as in the top of a folder. */
  files(prefix: string): Promise<StoredObject[]>
  /** The time by the store's own clock. */
  now(): Promise<Date>
  head(key: string): Promise<StoredObject | undefined>
  /** Reads a small object whole; no bytes of one that is larger than all we write (`largestOwnBytes`). */
  read(key: string): Promise<{ bytes: Uint8Array; object: StoredObject } | undefined>
  /** Streams a large object; `etag`, when given, makes a replaced object a Fault. */
  stream(
    key: string,
    etag?: string,
  ): Promise<{ chunks: AsyncIterable<Uint8Array>; object: StoredObject } | undefined>
  /** Streams the bytes from `start` up to, not including, `end` of exactly the object `etag` names. */
  range(
    key: string,
    part: { start: number; end: number; etag: string },
  ): Promise<AsyncIterable<Uint8Array> | undefined>
  /** Writes only where nothing stands yet. */
  create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>
  /**
   * Writes a large object from a stream, only where nothing stands yet: exactly these bytes, or a Fault and
   * nothing. `until` ends it.
   */
  createFrom(
    key: string,
    bytes: {
      chunks: AsyncIterable<Uint8Array>
      sizeBytes: number
      sha256: string
      until?: AbortSignal
    },
  ): Promise<'created' | 'exists'>
  /** Writes only over exactly the object that was read. */
  replace(key: string, bytes: Uint8Array, etag: string): Promise<'replaced' | 'changed'>
  /**
   * Writes whatever stood there before. Only where the last writer may win, as in what is derived, or
   * where nobody else writes under that name.
   */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Deletes one object; that it was gone before is fine. Only `prune` may call this. */
  remove(key: string): Promise<void>
  uploadAddress(terms: UploadTerms): Promise<UploadAddress>
  downloadAddress(terms: { key: string; expiresInSeconds: number }): Promise<string>
}

/**
 * The bucket in which the app keeps its own objects, which may be another one, by a key of its own. It
 * can be listed and read; nothing that is handed this can write there.
 */
export type AppObjects = Pick<Store, 'pages' | 'stream' | 'range'> & {
  /**
   * Whether anybody may read this object who knows its address; of no object, whether anybody may list
   * the bucket. Undefined where no answer tells.
   */
  isOpenToAnyone(key?: string): Promise<boolean | undefined>
}

/** The second place, for who carries copies there: what stands is not overwritten blindly, and never deleted. */
export type CarryingStore = Omit<Store, 'put' | 'remove' | 'uploadAddress'>

/** The second place: the same keys in another bucket, to be read. */
export type SecondStore = Omit<CarryingStore, 'create' | 'createFrom' | 'replace'>

/** What the newest sound copy of another database gives, and when it was taken; or why none does. */
export type Handed = { values: readonly string[]; copyAt: Date } | { why: string }

/** What is needed to take a copy of what nobody pushes. */
export type TakeOrder = {
  database: string
  /** What lib/databases.ts says of it, in the shape of its kind. */
  said: unknown
  app: AppObjects
  takenAt: Date
  ask(question: Pick<Question, 'of' | 'sql'>): Promise<Handed>
  /** The last whole copy; `isRight`: a person said since that it is right as it is. */
  before:
    | { chunks: AsyncIterable<Uint8Array>; encoding: 'identity' | 'gzip'; isRight: boolean }
    | undefined
  /** Keeps a content for whoever wants it back, and says under which name; absent where none is to be kept. */
  keep?: ((content: { sha256: string; bytes: Uint8Array }) => Promise<string>) | undefined
  /** What an earlier run wrote of this one, up to the key `after`. */
  begun: { bytes: Uint8Array; after: string; lines: number } | undefined
  /** Time for what is begun, and no more. */
  isOver(): boolean
}

type TakenSoFar = {
  /** Compressed; what a run adds stands behind what the one before it wrote. */
  bytes: Uint8Array
  lines: number
  /** How many objects were read for it in this run. */
  reads: number
}

export type Taken = TakenSoFar &
  (
    | { is: 'whole'; raw: { sizeBytes: number; sha256: string } }
    /** The next run goes on behind `after`; `trouble` is what this one met, if it was not the time. */
    | { is: 'begun'; after: string; trouble: unknown }
  )

/** Takes a copy, for kinds that nobody pushes. */
export type Take = (order: TakeOrder) => Promise<Taken>

/** What an examination needs to know of the snapshot before it opens it. */
export type ExaminationOrder = {
  key: string
  /** The object that is meant: another one under its key is not read for it. */
  etag?: string | undefined
  claim: Announced
  /** What is asked of it, in the shape of its kind. */
  expected: unknown
  deadlineAt: Date
}

/** What was seen: findings in the order of the checks, and figures that later checks compare. */
export type Examination = {
  findings: Finding[]
  method: string
  sha256?: string
  schemaFingerprint?: string
  /** The ordinary tables with their columns. */
  schema?: Schema
  rows?: Record<string, number>
  /** Where nothing but values was asked for. */
  values?: readonly string[]
  /** What copies of this kind alone are compared by. */
  figures?: unknown
  tookMs: number
}

/**
 * Opens one snapshot and asks what is wrong with it.
 *
 * A damaged file is an answer: it comes back as findings. So is a file that cannot be judged.
 * It never throws for anything the file contains.
 */
export type Examiner = (order: ExaminationOrder) => Promise<Examination>

/** What a copy tells of, to be read again. */
export type ReadAgain = {
  app: AppObjects
  /** Another one, and others are drawn. */
  seed: string
  /** In the shape of its kind: how its keys are told. */
  expected: unknown
  isOver(): boolean
}

/** Of what nobody has written to since: how many are as they were, and how many are not. */
export type Again = { agreeing: number; others: number; named: string[] }

export type RestoreOrder = {
  /** The address as it is handed out on a bad day. */
  get: string
  /** Where what it tells of lies, and stays what it is. */
  again?: Pick<ReadAgain, 'app' | 'seed'>
  claim: Announced
  expected: unknown
  deadlineAt: Date
}

/** `failed` speaks against the copy or the way to it; `undone` says nothing of either. */
export type Rehearsed = {
  steps: { step: string; tookMs: number }[]
  examination?: Examination
  /** Where it tells of more than it holds. */
  again?: Again
  failed?: string
  undone?: string
}

/** Restores copies into fresh files, as a person would, and opens them there. Leaves nothing. */
export type Rehearsal = {
  restore(order: RestoreOrder): Promise<Rehearsed>
  /** Opens bytes that were made here. */
  open(bytes: Uint8Array, order: Omit<RestoreOrder, 'get'>): Promise<Examination>
}

export type Clock = {
  now(): Date
  /** Where time is not that of this machine. */
  sleep?(ms: number): Promise<void>
}

/** Starts another function and does not wait for it. Undefined where no way to do so is set up. */
export type Starter = (functionName: string, event: Record<string, string>) => Promise<void>

/** What is told once a week, whatever happened. */
export type WrittenDigest = { id: string; subject: string; text: string; html: string }

/** One place where people are told things, as every function may speak of it: not by its address. */
export type Listener = {
  /** The same for the same address, and nothing else. */
  id: string
  name: string
}

/** Who is told things here. */
export type Audience = {
  channels: readonly Listener[]
  /** What in the settings could not be used, each a sentence. */
  complaints: readonly string[]
}

/** A place that can be told things from here. */
export type Channel = Listener & {
  takes(alert: Alert): boolean
  /** Whether the good news of this database is wished for there; absent where none is. */
  hears?(database: string): boolean
  /** Renders it as it would be sent, and sends nothing: how many requests or mails it makes. */
  rehearse(message: Message): number
  /** Never throws: what went wrong is an answer, and holds no secret. */
  send(message: Message): Promise<Delivery>
  /** Absent where nobody would read a page: only mail takes it. Never throws either. */
  digest?(digest: WrittenDigest): Promise<Delivery>
}

export type Pulse = {
  id: string
  name: string
  /** It is called when each of these is well; `undefined` means every one that is known. */
  databases: readonly string[] | undefined
  send(text: string): Promise<Delivery>
}

/** The same audience, within call. */
export type Notifier = {
  channels: readonly Channel[]
  complaints: Audience['complaints']
  /** Those who expect to be called after every `passed`, so that silence is noticed. */
  pulses: readonly Pulse[]
}

/** Everything a step is handed: the ports, and what the operator set. */
export type Tools = {
  store: Store
  appObjects: AppObjects
  /** Undefined where no second place is set. */
  second: SecondStore | undefined
  /** The same one by a key that may write there, which in the cloud `watch` alone is given. */
  secondWrite: CarryingStore | undefined
  /** And by the key that may delete there, which in the cloud `prune` alone is given. */
  secondPrune: Store | undefined
  /** By the name of the kind. */
  examiners: Readonly<Record<string, Examiner>>
  clock: Clock
  /** Hexadecimal digits nobody can guess. */
  randomHex(digits: number): string
  starter: Starter | undefined
  rehearsal: Rehearsal
  /** Who is told, by name alone; a step that tells them is handed `TellingTools`. */
  notifier: Audience
  settings: Settings
  /** When this run will be ended from outside. */
  deadlineAt: Date
  /** What this run has taken until now; undefined where nobody pays for it, as on the operator's machine. */
  spent?: (() => Spent) | undefined
}

/**
 * For the few steps that run on a timer: they tell people something, and take what nobody pushes. No other
 * function holds what sends a message.
 */
export type TellingTools = Omit<Tools, 'notifier'> & {
  notifier: Notifier
  /** By the name of the kind; of a kind that is pushed there is none. */
  takers: Readonly<Record<string, Take>>
}

/** What is running. The hash is of all files that were sent, and the same for the same sources. */
export type Build = { version: string; sha256: string | undefined }

export type Settings = {
  build: Build
  /** How this installation is called in alerts: its bucket. */
  installation: string
  /** How the second place is called, such as "my-copies at s3.example.com"; undefined where none is set. */
  second: string | undefined
  remindEveryMs: number
  /** How long journal and reports are kept; undefined for ever. */
  keepRecordsMs: number | undefined
  prefix: string
  secrets: Secrets
  revokedKeyIds: ReadonlySet<string>
  databases: Readonly<Record<string, DatabaseSettings>>
  /** Whether the operator wants the page where strangers' functions answer too. */
  isPageOnSharedHost: boolean
}
