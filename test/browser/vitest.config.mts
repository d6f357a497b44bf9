/** Pages in a real browser: apart from the other tests, since one has to be installed. */
import { defineConfig } from 'vitest/config'

// Vitest takes the settings from the default export and nowhere else.
// oxlint-disable-next-line import/no-default-export
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/browser/*.browser.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
})
