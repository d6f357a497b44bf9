/**
 * Settings into `.env`, one by one as they are known, so that whoever is interrupted goes on from there. What
 * stands there besides stays as it is; nobody but its owner may read it.
 */
import {
  chmodSync,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'

import { Fault } from '../../faults'

const fileIn = (root: string): string => {
  const file = path.join(root, '.env')
  // A link to where secrets are kept must go on being one.
  return existsSync(file) ? realpathSync(file) : file
}

const uncarried = (name: string): Fault =>
  new Fault({
    code: 'settings',
    why: `The value of ${name} cannot be written into .env so that it is read as it is: it holds an end of a line, or every sort of quotes.`,
    mend: 'Take another value. A key of a Space holds none of these: look at how it was copied.',
  })

/** One line that is read back as exactly this value, or nothing is written. */
const lineOf = (name: string, value: string): string => {
  const isPlain = /^[\w@%+=:,./-]+$/.test(value)
  const marks = isPlain ? ['', '"'] : ["'", '"', '`']
  const lines = marks.map((mark) => `${name}=${mark}${value}${mark}`)
  const line = lines.find((one) => !/[\n\r]/.test(one) && parseEnv(one)[name] === value)
  if (line === undefined) throw uncarried(name)
  return line
}

/** The same text with these values in it: in their own lines where they have one, else at its end. */
export const withValues = (text: string, values: Readonly<Record<string, string>>): string => {
  const before = parseEnv(text)
  let after = text
  for (const [name, value] of Object.entries(values)) {
    const line = lineOf(name, value)
    const own = new RegExp(`^[^\\S\\n]*(export[^\\S\\n]+)?${name}[^\\S\\n]*=.*$`, 'm')
    after = own.test(after)
      ? after.replace(own, () => line)
      : `${after}${after === '' || after.endsWith('\n') ? '' : '\n'}${line}\n`
  }
  const read: Record<string, unknown> = parseEnv(after)
  for (const [name, value] of Object.entries({ ...before, ...values }))
    if (read[name] !== value) throw uncarried(name)
  return after
}

/** `.env` as it stands, or, where there is none yet, the example that explains every line. */
const textIn = (root: string): string => {
  const file = fileIn(root)
  if (existsSync(file)) return readFileSync(file, 'utf8')
  return readFileSync(path.join(root, '.env.example'), 'utf8').replace(
    '# Copy to .env and fill in. Write off',
    '# Made by "npx snapproof setup". Write off',
  )
}

export const writeEnv = (root: string, values: Readonly<Record<string, string>>): void => {
  const file = fileIn(root)
  const text = withValues(textIn(root), values)
  const fresh = `${file}.new`
  try {
    writeFileSync(fresh, text, { mode: 0o600, flush: true })
    chmodSync(fresh, 0o600)
    renameSync(fresh, file)
  } finally {
    rmSync(fresh, { force: true })
  }
}
