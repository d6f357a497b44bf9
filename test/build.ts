import { execFileSync } from 'node:child_process'

/** The tests run what is deployed: everything is built once, before the first of them. */
export const setup = (): void => {
  // Whoever runs a few tests over and over has built it: mutate/trial.ts.
  if (process.env['SNAPPROOF_IS_BUILT'] === 'yes') return
  execFileSync('sh', ['lib/build.sh'], { stdio: ['ignore', 'ignore', 'inherit'] })
  execFileSync(process.execPath, ['lib/cli/launch.mjs', '--help'], { stdio: 'ignore' })
}
