import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Whole-system tests start real processes; the unit tests take milliseconds.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
