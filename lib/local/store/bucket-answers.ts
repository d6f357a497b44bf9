// What does the store answer about a bucket, and about many of its objects?

import type { Bucket } from './disk/folder'
import { listPage } from './disk/listing'
import { deleteObject } from './disk/objects'
import { checkedBody, declaredBody } from './disk/upload'
import type { Answer } from './wire/answer'
import type { Call } from './wire/call'
import { Refusal, unsupported } from './wire/refusal'
import { keyLimitBytes } from './wire/target'
import { document, element, readDeletion } from './wire/xml'

/** A thousand keys of full length, each byte written as an entity, and the tags around them. */
const deletionLimitBytes = 8 * 1024 * 1024

const ok = (xml: string): Answer => ({ status: 200, xml })

const ownerText = element('ID', 'owner') + element('DisplayName', 'owner')

export const bucketList = (buckets: Bucket[]): Answer => {
  const each = buckets.map(({ name }) => `<Bucket>${element('Name', name)}</Bucket>`)
  const content = `<Owner>${ownerText}</Owner><Buckets>${each.join('')}</Buckets>`
  return ok(document('ListAllMyBucketsResult', content))
}

/** The owner and nobody else, for every bucket and object there is. */
export const acl = (): Answer => {
  const type = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"'
  const grantee = `<Grantee ${type}>${ownerText}</Grantee>`
  const grant = `<Grant>${grantee}${element('Permission', 'FULL_CONTROL')}</Grant>`
  const content = `<Owner>${ownerText}</Owner><AccessControlList>${grant}</AccessControlList>`
  return ok(document('AccessControlPolicy', content))
}

/** Never versioned: that would make If-None-Match void on the engines nearest to Spaces. */
export const versioning = (): Answer => ok(document('VersioningConfiguration', ''))

export const location = (): Answer => ok(document('LocationConstraint', ''))

export const notConfigured = (code: string): Refusal =>
  new Refusal(404, code, 'The bucket has no such configuration, and none can be set.')

export const listObjects = async ({ bucket, target }: Call): Promise<Answer> =>
  ok(await listPage(bucket, target.query))

const readDocument = async (call: Call): Promise<string> => {
  const declared = declaredBody(call.target, call.payload)
  if (declared.sizeBytes > deletionLimitBytes)
    throw new Refusal(400, 'MalformedXML', 'The document is too long.')
  const checked = checkedBody(declared)
  const chunks: Buffer[] = []
  for await (const chunk of call.readBody()) {
    checked.take(chunk)
    chunks.push(chunk)
  }
  checked.end()
  return Buffer.concat(chunks).toString('utf8')
}

export const deleteObjects = async (call: Call): Promise<Answer> => {
  const { keys, isQuiet } = readDeletion(await readDocument(call))
  const results: string[] = []
  for (const key of keys) {
    if (Buffer.byteLength(key) > keyLimitBytes)
      throw unsupported('A key is longer than any object could have.')
    await deleteObject(call.bucket, { key, owner: call.owner })
    if (!isQuiet) results.push(`<Deleted>${element('Key', key)}</Deleted>`)
  }
  return ok(document('DeleteResult', results.join('')))
}
