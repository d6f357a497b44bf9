import { execFileSync } from 'node:child_process'

/** The tests run what is deployed: everything is built once, before the first of them. */
export const setup = (): void => {
  execFileSync('sh', ['lib/build.sh'], { stdio: ['ignore', 'ignore', 'inherit'] })
  execFileSync(process.execPath, ['lib/cli/launch.mjs', '--help'], { stdio: 'ignore' })
}
