import { defineConfig } from 'vitest/config'

const gateway = process.env['S3_ENDPOINT']
const alone = gateway === undefined ? ['test/*.test.ts'] : []

/** The top level is closed to this file's usual place. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    // A real gateway is not everywhere: with the address of one, its tests are the ones that run.
    include: [
      gateway === undefined ? 'test/!(ceph)/**/*.test.ts' : 'test/ceph/*.test.ts',
      ...alone,
    ],
    // Most tests wait for processes they started, so that more of them than there are cores gain time.
    maxWorkers: 3,
    globalSetup: ['test/build.ts'],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['lib/rules/**'],
      thresholds: { 'lib/rules/**': { branches: 100, functions: 100, lines: 100 } },
    },
  },
})
