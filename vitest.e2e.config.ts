import { defineConfig } from 'vitest/config';

/** With real servers and a real browser, or killing what runs; `.ci/run` installs what they need. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts', 'test/faults/**/*.test.ts', 'test/flood/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 600_000,
    // Real servers on few cores: side by side they would only measure each other.
    fileParallelism: false,
  },
});
