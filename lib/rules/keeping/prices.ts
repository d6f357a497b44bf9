/**
 * What does a month cost, of what is stored and of the functions that look after it? By the one table of prices
 * that there is; what is not measured has no price here.
 */
import { secondMs } from '../plain/time-units'
import { sizeWords } from '../plain/wording'

const gibibyte = 1024 ** 3

/**
 * The one table of prices: of DigitalOcean's Spaces and Functions, in US dollars a month, as its two lists
 * (digitalocean.com/pricing/spaces-object-storage and …/functions) were known in November 2026. Neither list
 * bears a date of its own: this is the month in which they were looked up. Spaces names no price of a request. Other
 * stores have other lists.
 */
export const prices = {
  asOf: 'November 2026',
  base: 5,
  includedBytes: 250 * gibibyte,
  perGibStored: 0.02,
  freeGibSeconds: 90_000,
  perGibSecond: 0.0000185,
  /** A call that is over sooner is paid for as if it took so long. */
  leastCallMs: secondMs / 10,
} as const

/** A bucket's month, all that stands in it together. */
export const monthlyPrice = (storedBytes: number): number =>
  prices.base + (Math.max(0, storedBytes - prices.includedBytes) / gibibyte) * prices.perGibStored

/** The free part is an account's: what else runs there takes of it too. */
export const functionsPrice = (gibSeconds: number): number =>
  Math.max(0, gibSeconds - prices.freeGibSeconds) * prices.perGibSecond

/** A call is paid for by the memory that it may take, whatever it took of it. */
export const gibSecondsOf = ({
  tookMs,
  memoryBytes,
}: {
  tookMs: number
  memoryBytes: number
}): number => (Math.max(tookMs, prices.leastCallMs) / secondMs) * (memoryBytes / gibibyte)

/** As a bill says it. */
export const dollars = (price: number): string => `$${price.toFixed(2)}`

/** Of all databases together: the base price is paid once. */
export const priceWords = (storedBytes: number): string =>
  `${dollars(monthlyPrice(storedBytes))} a month`

/** Behind a price: whose it is, and of when. */
export const pricesWords = `by DigitalOcean's list for storage of ${prices.asOf}`

/** What is stored, what that costs, and what it will come to; the latter only where it is known of all of it. */
export const costWords = ({
  sizeBytes,
  inAYearBytes,
}: {
  sizeBytes: number
  inAYearBytes?: number | undefined
}): string => {
  const inAYear =
    inAYearBytes === undefined
      ? ''
      : `; in a year about ${sizeWords(inAYearBytes)}, ${priceWords(inAYearBytes)}`
  return `Stored now: ${sizeWords(sizeBytes)}, ${priceWords(sizeBytes)} ${pricesWords}${inAYear}.`
}
