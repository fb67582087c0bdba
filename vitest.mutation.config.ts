import { defineConfig } from "vitest/config"

/** The tests that mutants of the exact modules are held against: all but the slow ones. */
export default defineConfig({
  test: {
    include: [
      "packages/core/test/{CircuitBreaker,CloudBackup,Endpoints,Resource,RetryPolicy,classify,protoJson,quick,strictJson}.test.ts"
    ],
    testTimeout: 20_000
  }
})
