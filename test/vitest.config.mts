import { defineConfig } from 'vitest/config'

/** With SNAPPROOF_CASES=2 everything: cases.ts tells what is left out else. */
const isThorough = Number(process.env['SNAPPROOF_CASES'] ?? 1) > 1

/** A real gateway is not everywhere: with the address of one, its tests are the ones that run. */
const gateway = process.env['S3_ENDPOINT']
const all =
  gateway === undefined ? ['test/*.test.ts', 'test/!(ceph)/**/*.test.ts'] : ['test/ceph/*.test.ts']

/** The top level is closed to this file's usual place. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: all,
    // No test changes what another one reads, so that modules are loaded once and not 150 times.
    isolate: false,
    // What a file becomes is kept by its content for the next run: .build/ is what may be thrown away.
    experimental: { fsModuleCache: true, fsModuleCachePath: '.build/vitest' },
    tags: [{ name: 'slow', description: 'left to CI and to `npm run test:all`: see cases.ts' }],
    ...(isThorough ? {} : { tagsFilter: ['!slow'] }),
    // Most tests wait for processes they started, so that more of them than there are cores gain time.
    maxWorkers: 3,
    globalSetup: ['test/needs.ts', 'test/build.ts'],
    setupFiles: ['test/shared.ts'],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // No test is red because the machine is busy: what hangs is ended all the same.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    coverage: {
      provider: 'v8',
      include: ['lib/{rules,show}/**'],
      thresholds: { 'lib/{rules,show}/**': { branches: 100, functions: 100, lines: 100 } },
    },
  },
})
