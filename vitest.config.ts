import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: ['test/support/check-answers.ts'],
    // They need a browser, real servers or minutes: `vitest.e2e.config.ts`.
    exclude: ['test/e2e/**', 'test/faults/**', 'test/flood/**'],
    // Whole-system tests start real processes; the unit tests take milliseconds.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
