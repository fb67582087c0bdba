import { defineConfig } from "vitest/config"

/** The tests that mutants of the exact modules are held against: all but the slow ones. */
export default defineConfig({
  test: {
    include: [
      "packages/core/test/{CloudBackup,Resource,RetryPolicy,Endpoints,strictJson,CircuitBreaker}.test.ts",
      "packages/emulator/test/{CloudBackup,ForeignAnswers,Secrets}.test.ts"
    ],
    testTimeout: 20_000
  }
})
