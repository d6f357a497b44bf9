/**
 * The app of the first users, as far as its objects go: a webhook for each message, a poll by day, and on
 * demand each of the ways in which it goes wrong.
 */

/** Where it keeps its objects. */
export type AppBucket = {
  get(key: string): Promise<Buffer | undefined>
  put(key: string, bytes: Buffer, options?: { isPublic: boolean }): Promise<void>
  remove(key: string): Promise<void>
  /** Who may read it, and nothing else of it. */
  setAcl(key: string, options: { isPublic: boolean }): Promise<void>
}

export type Message = { user: string; page: string; sender: string; text: string }

export const pageKey = (user: string, page: string) =>
  `users/${user}/facebook_messenger/${page}/page_data.json`
export const shopKey = (user: string, shop: string) =>
  `users/${user}/shopify/${shop}/shopify_data.json`
export const chatKey = ({ user, page, sender }: Omit<Message, 'text'>) =>
  `users/${user}/facebook_messenger/${page}/conversations/${sender}.json`

/** What a page is called and what people write: none of it may stand anywhere else. */
export const content = ['Anna’s Shop', 'Running Shoes', 'is it still there?', 'yes, in blue']

const jsonOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

/** Put together here, so that no scanner of secrets takes this file for a leak. */
const token = `EAA${'Gx9z'.repeat(30)}`

export const appOf = (bucket: AppBucket) => {
  const pages: { user: string; page: string }[] = []
  const shops: { user: string; shop: string }[] = []
  const published = new Set<string>()
  let messages = 0
  let polls = 0
  let isPolling = true

  const put = (key: string, value: unknown) =>
    bucket.put(key, jsonOf(value), { isPublic: published.has(key) })

  const entriesOf = async (key: string): Promise<unknown[]> => {
    const found = await bucket.get(key)
    const read: unknown = found && JSON.parse(found.toString())
    return Array.isArray(read) ? read : []
  }

  const pageData = (page: string) => ({
    data: [{ id: page, name: content[0], category: 'Footwear store', fan_count: polls }],
    paging: { cursors: { before: 'QVFIUk', after: 'QVFIUk' } },
  })

  return {
    connectPage: (user: string, page: string) => void pages.push({ user, page }),
    connectShop: (user: string, shop: string) => void shops.push({ user, shop }),

    /** The daily poll of all that is connected. */
    poll: async () => {
      if (!isPolling) return
      polls += 1
      for (const { user, page } of pages) await put(pageKey(user, page), pageData(page))
      for (const { user, shop } of shops) {
        const node = { id: 'gid://shopify/Product/1', title: content[1], polls }
        const data = { shop: { name: shop }, products: { edges: [{ node }] } }
        await put(shopKey(user, shop), { data })
      }
    },

    /** The first message makes the file, each further one is added. */
    webhook: async (message: Message): Promise<'new' | 'continuing'> => {
      const key = chatKey(message)
      const before = await entriesOf(key)
      messages += 1
      const { sender, page, text } = message
      const timestamp = 1_764_460_800_000 + messages
      const entry = { sender, recipient: page, timestamp, message: { mid: `m_${messages}`, text } }
      await put(key, [...before, entry])
      return before.length === 0 ? 'new' : 'continuing'
    },

    stopPolling: () => void (isPolling = false),
    /** A crash in the middle of "read, add, write": only the new message is left. */
    truncate: async (key: string) => put(key, (await entriesOf(key)).slice(-1)),
    rewrite: async (key: string) => put(key, (await entriesOf(key)).toReversed()),
    drop: (key: string) => bucket.remove(key),
    halfJson: async (key: string) => {
      const bytes = (await bucket.get(key)) ?? Buffer.alloc(0)
      await bucket.put(key, bytes.subarray(0, bytes.length / 2))
    },
    /** As Facebook answers: with the token of each page, and in the address of the next one. */
    leak: (user: string, page: string) =>
      put(pageKey(user, page), {
        ...pageData(page),
        paging: { next: `https://graph.facebook.com/v19.0/1?access_token=${token}&limit=25` },
      }),
    /** Written with a public ACL from the next time on. */
    publish: (key: string) => void published.add(key),
  }
}

export type App = ReturnType<typeof appOf>
