/**
 * Makes a bucket what copies need, as `setup` was told to: makes one, keeps strangers out, and takes away rules that
 * delete copies by themselves. Nothing else of it is changed, and no object is.
 */
import {
  CreateBucketCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  GetBucketLifecycleConfigurationCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3'
import type { LifecycleRule } from '@aws-sdk/client-s3'

import { s3Client } from './client'
import type { SpacesOptions } from './client'

export type Bucket = {
  make(): Promise<void>
  /** Nobody but who has a key may list it; a policy that lets others in goes with it. */
  close(): Promise<void>
  /** Takes away the rules that delete what stands under one of these prefixes. */
  dropRules(prefixes: readonly string[]): Promise<void>
  /** Is there anything that functions of ours have signed? */
  isInUse(): Promise<boolean>
}

/** Does it delete what stands there after a time? Others only end uploads that nobody ended. */
export const isExpiring = ({ Status, Expiration }: LifecycleRule): boolean =>
  Status === 'Enabled' && (Expiration?.Days ?? Expiration?.Date) !== undefined

export const prefixOf = (rule: LifecycleRule): string =>
  rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? ''

export const bucketAt = (options: SpacesOptions): Bucket => {
  const client = s3Client(options, 2)
  const { bucket: Bucket, prefix } = options
  return {
    make: async () => {
      // Where the endpoint says the region, some refuse to be told it again; others want to be told.
      const silent = s3Client({ ...options, region: 'us-east-1' }, 2)
      await silent
        .send(new CreateBucketCommand({ Bucket }))
        .catch(() => client.send(new CreateBucketCommand({ Bucket })))
    },
    close: async () => {
      await client.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }))
      await client.send(new DeleteBucketPolicyCommand({ Bucket })).catch(() => undefined)
    },
    dropRules: async (prefixes) => {
      const answer = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
      const stay = (answer.Rules ?? []).filter(
        (rule) => !isExpiring(rule) || !prefixes.includes(prefixOf(rule)),
      )
      await (stay.length === 0
        ? client.send(new DeleteBucketLifecycleCommand({ Bucket }))
        : client.send(
            new PutBucketLifecycleConfigurationCommand({
              Bucket,
              LifecycleConfiguration: { Rules: stay },
            }),
          ))
    },
    isInUse: async () => {
      const Prefix = `${prefix}_state/`
      const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 50 }))
      return (listed.Contents ?? []).some(({ Key }) => !Key?.startsWith(`${Prefix}probe/`))
    },
  }
}
