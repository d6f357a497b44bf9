/**
 * Which build is it that runs? Read from what lib/build.sh left beside the function; where nothing
 * was left, the sources themselves are run.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'

import * as z from 'zod'

import { version } from '../../package.json'
import type { Build } from '../ports'

/** As lib/build.sh writes it beside every function. */
const BuildInfo = z.object({ version: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })

/** What lies in this folder: a command that runs from the sources was not built for the cloud. */
export const buildAt = (folder: string): Build => {
  try {
    return BuildInfo.parse(JSON.parse(readFileSync(path.join(folder, 'build-info.json'), 'utf8')))
  } catch {
    return { version, sha256: undefined }
  }
}
