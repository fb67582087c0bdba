import { defineConfig } from "vitest/config"

/** One configuration for every package; the JSON report is what `scripts/test.ts` counts. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", "json"],
    outputFile: { json: ".results/vitest.json" },
    testTimeout: 30_000
  }
})
