/** What stands in the bucket? A list is whole, or it is a Fault. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3'

import type { Store, StoredObject } from '../../ports'

import type { inTime, SpacesOptions } from './client'
import { storeFault } from './troubles'

export const spacesListing = (
  client: S3Client,
  options: SpacesOptions,
  request: ReturnType<typeof inTime>,
): Pick<Store, 'list' | 'pages' | 'files' | 'now'> => {
  const { bucket: Bucket } = options

  const ask = async (
    terms: { Prefix: string } & Partial<Record<'Delimiter' | 'StartAfter', string>>,
    token: string | undefined,
  ): Promise<ListObjectsV2CommandOutput> => {
    const ContinuationToken = token === undefined ? {} : { ContinuationToken: token }
    try {
      const command = new ListObjectsV2Command({ Bucket, ...terms, ...ContinuationToken })
      return await request((sending) => client.send(command, sending))
    } catch (thrown) {
      throw storeFault(thrown, options)
    }
  }

  async function* pagesOf(terms: Parameters<typeof ask>[0]): AsyncGenerator<StoredObject[]> {
    let token: string | undefined
    do {
      const page = await ask(terms, token)
      yield (page.Contents ?? []).map((item) =>
        storedObject(item.Key ?? '', item.Size, item.ETag, item.LastModified),
      )
      token = page.NextContinuationToken
      // A page that says there is more but not where would end the list too early.
      if (page.IsTruncated && token === undefined) throw storeFault(undefined, options)
    } while (token !== undefined)
  }

  const all = async (pages: AsyncIterable<StoredObject[]>): Promise<StoredObject[]> => {
    const objects: StoredObject[] = []
    for await (const page of pages) objects.push(...page)
    return objects
  }

  return {
    list: (prefix) => all(pagesOf({ Prefix: prefix })),
    pages: (prefix, after) =>
      pagesOf({ Prefix: prefix, ...(after === undefined ? {} : { StartAfter: after }) }),
    files: (prefix) => all(pagesOf({ Prefix: prefix, Delimiter: '/' })),
    now: async () => {
      const command = new ListObjectsV2Command({ Bucket, Prefix: options.prefix, MaxKeys: 1 })
      let date: string | undefined
      // The SDK keeps the answer's headers to itself; a step of its own pipeline may look at them.
      command.middlewareStack.add(
        (next) => async (given) => {
          const answered = await next(given)
          date = dateOf(answered.response)
          return answered
        },
        { step: 'deserialize', name: 'snapproofDate', priority: 'high' },
      )
      try {
        await request((sending) => client.send(command, sending))
      } catch (thrown) {
        throw storeFault(thrown, options)
      }
      const now = new Date(date ?? Number.NaN)
      if (Number.isNaN(now.getTime())) throw storeFault(undefined, options)
      return now
    },
  }
}

const dateOf = (response: unknown): string | undefined => {
  const isAnswer = typeof response === 'object' && response !== null && 'headers' in response
  const headers: unknown = isAnswer ? response.headers : undefined
  const hasDate = typeof headers === 'object' && headers !== null && 'date' in headers
  return hasDate && typeof headers.date === 'string' ? headers.date : undefined
}

export const storedObject = (
  key: string,
  size: number | undefined,
  etag: string | undefined,
  modifiedAt: Date | undefined,
): StoredObject => ({
  key,
  sizeBytes: size ?? 0,
  etag: (etag ?? '').replaceAll('"', ''),
  modifiedAt: modifiedAt ?? new Date(0),
})
