import { execFileSync } from 'node:child_process'

const mark = 'SNAPPROOF_IS_BUILT_FOR_THE_TESTS'

/** The tests run what is deployed: everything is built once, before the first of them. */
export const setup = (): void => {
  // Each project of the settings calls this, in one process.
  if (process.env[mark] !== undefined) return
  process.env[mark] = 'yes'
  execFileSync('sh', ['lib/build.sh'], { stdio: ['ignore', 'ignore', 'inherit'] })
  execFileSync(process.execPath, ['lib/cli/launch.mjs', '--help'], { stdio: 'ignore' })
}
