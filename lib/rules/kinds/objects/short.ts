/**
 * How is told what may be the name of a customer? By its first signs: enough to find it, too little to know it.
 */
const signsAtMost = 4

export const short = (value: string): string =>
  value.length > signsAtMost ? `${value.slice(0, signsAtMost)}…` : value
