// One configuration: files run in parallel processes, each test gets its own folders and databases.
import os from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/harness/global-postgres.ts'],
    pool: 'forks',
    // Half of the time a file waits for processes of its own: on two cores one at a time leaves one of them idle.
    maxWorkers: Math.max(2, os.availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
