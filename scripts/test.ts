/**
 * Runs every package's tests through turbo, then says in one line how many passed and failed in all.
 */
import { spawnSync } from "node:child_process"
import { globSync, readFileSync, rmSync } from "node:fs"

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: ReadonlyArray<{ readonly status: string; readonly assertionResults: ReadonlyArray<unknown> }>
}

const results = "{packages,apps,examples}/*/.results"

// A count of an earlier run must not pass for one of this run; turbo brings back those that it has cached.
for (const directory of globSync(results)) rmSync(directory, { recursive: true })

const { status } = spawnSync(
  "turbo",
  ["run", "test", "--continue", "--output-logs=new-only", ...process.argv.slice(2)],
  {
    stdio: "inherit",
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" }
  }
)

let passed = 0
let failed = 0
for (const path of globSync(`${results}/vitest.json`)) {
  const report: VitestReport = JSON.parse(readFileSync(path, "utf8"))
  passed += report.numPassedTests
  failed += report.numFailedTests
  // A file that could not be loaded has failed, though no test of it has.
  failed += report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length
}
const isBroken = status !== 0 && failed === 0
process.stdout.write(`\n${passed} passed, ${failed + (isBroken ? 1 : 0)} failed\n`)
process.exitCode = status === 0 && failed === 0 && passed > 0 ? 0 : 1
