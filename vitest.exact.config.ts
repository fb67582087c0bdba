import { defineConfig } from "vitest/config"

/** The modules of core that classify, retry and decode: every branch of theirs is to be tested, and no mutant to survive. */
export const exact = [
  "classify",
  "rpcStatus",
  "strictJson",
  "protoJson",
  "quick",
  "transportFailure",
  "Admission",
  "CircuitBreaker",
  "Pacer",
  "RetryBudget",
  "paging",
  "folderResources"
].map((name) => `packages/core/src/internal/${name}.ts`)

/** `pnpm coverage`: the tests of these modules, wherever they stand, with the branches that they miss. */
export default defineConfig({
  test: {
    include: ["packages/{core,emulator}/test/**/*.test.ts"],
    exclude: ["**/CredentialsChain.test.ts", "**/Contract.test.ts"],
    testTimeout: 60_000,
    coverage: {
      enabled: true,
      provider: "v8",
      include: [...exact, "packages/core/src/{RetryPolicy,Resource,Timestamp,Task,Policy,Instance}.ts"],
      reporter: ["text"],
      thresholds: { branches: 100 }
    }
  }
})
