// Which part of the store answers which operation?

import { acl, bucketList, deleteObjects, listObjects } from './bucket-answers'
import { location, notConfigured, versioning } from './bucket-answers'
import { isBucketName } from './disk/file-names'
import { type Bucket, createBucket, findBucket, listBuckets } from './disk/folder'
import { refuseChunks } from './disk/upload'
import { copyObject, emptySha256, getObject, putObject, removeObject } from './object-answers'
import type { Answer } from './wire/answer'
import type { Call } from './wire/call'
import { type OperationName, operationOf } from './wire/operation'
import { Refusal, noSuchBucket, unsupported } from './wire/refusal'
import { unsignedPayload } from './wire/signature'

const bodied = new Set<OperationName>(['PutObject', 'CopyObject', 'DeleteObjects'])

const refuseBody = ({ target, payload }: Omit<Call, 'bucket' | 'findBucket'>): void => {
  const length = target.header('content-length') ?? '0'
  if (length !== '0' || target.header('transfer-encoding') !== undefined)
    throw unsupported('This operation takes no body.')
  if (payload !== unsignedPayload && payload !== emptySha256)
    throw unsupported('This operation takes no body, so x-amz-content-sha256 is that of nothing.')
}

const answerOf = async (name: OperationName, call: Call): Promise<Answer> => {
  switch (name) {
    case 'HeadBucket':
      return { status: 200 }
    case 'ListObjectsV2':
      return listObjects(call)
    case 'GetAcl':
      if (call.target.key === '') return acl()
      // As of a GET, but of no bytes: only an object that is there has an owner.
      await (await getObject({ ...call })).file?.handle.close()
      return acl()
    case 'GetBucketLocation':
      return location()
    case 'GetBucketVersioning':
      return versioning()
    case 'GetBucketLifecycle':
      throw notConfigured('NoSuchLifecycleConfiguration')
    case 'GetBucketPolicy':
      throw notConfigured('NoSuchBucketPolicy')
    case 'GetBucketCors':
      throw notConfigured('NoSuchCORSConfiguration')
    case 'DeleteObjects':
      return deleteObjects(call)
    case 'GetObject':
    case 'HeadObject':
      return getObject(call)
    case 'PutObject':
      return putObject(call)
    case 'CopyObject':
      return copyObject(call)
    case 'DeleteObject':
      return removeObject(call)
    case 'ListBuckets':
    case 'CreateBucket':
      throw new Error(`${name} is not about a bucket that exists`)
    default:
      return name satisfies never
  }
}

const makeBucket = async (folder: string, name: string): Promise<Answer> => {
  if (!isBucketName(name))
    throw new Refusal(400, 'InvalidBucketName', 'A bucket name is 3 to 63 of a-z, 0-9, - and dots.')
  await createBucket(folder, name)
  return { status: 200 }
}

/** Carries out one signed request, or throws a Refusal. */
export const dispatch = async (
  folder: string,
  request: Omit<Call, 'bucket' | 'findBucket'>,
): Promise<Answer> => {
  const { target } = request
  refuseChunks(target, request.payload)
  const name = operationOf(target)
  if (!bodied.has(name)) refuseBody(request)
  if (name === 'ListBuckets') return bucketList(await listBuckets(folder))
  if (name === 'CreateBucket') return makeBucket(folder, target.bucket)
  const find = async (bucket: string): Promise<Bucket> => {
    const found = await findBucket(folder, bucket)
    if (found === undefined) throw noSuchBucket()
    return found
  }
  return answerOf(name, { ...request, bucket: await find(target.bucket), findBucket: find })
}
