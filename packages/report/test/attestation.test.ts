import { assert, describe, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { statementOf } from "../src/attestation.ts"
import { everything } from "./fullReport.ts"
import { disabled, drifted, pending, report, row } from "./reports.ts"

const stated = (of: CheckReport) => statementOf(of, { name: "report.json", sha256: "0".repeat(64) })

/** The result, then how many tests have passed, are warned of, and have failed. */
const countsOf = (of: CheckReport) => {
  const { failedTests, passedTests, result, warnedTests } = stated(of).predicate
  return [result, passedTests.length, warnedTests.length, failedTests.length]
}

describe("the statement about a report", () => {
  it("has each resource as a test, and what nobody listed but was not only reported", () => {
    assert.deepStrictEqual(stated(everything).predicate, {
      result: "FAILED",
      configuration: everything.manifest.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
      passedTests: ["app-1", "app-2"],
      warnedTests: ["scratch", "epdwaived00000000001"],
      failedTests: ["billing-db", "cache", "new-vm", "api-1", "api-2", "queue", "web-1", "epdforgotten00000001"]
    })
  })

  it("has passed only where no drift was let pass, and the cloud itself was asked", () => {
    const low = drifted("b", [disabled], { severity: "low" })
    const snapshot = { path: "live.json", timestamp: "2026-03-04T03:00:00.000Z" }
    assert.deepStrictEqual(countsOf(report([row("a")])), ["PASSED", 1, 0, 0])
    assert.deepStrictEqual(countsOf(report([row("a"), low], { fail_on: "high" })), ["WARNED", 1, 1, 0])
    assert.deepStrictEqual(countsOf(report([row("a")], { emulator: "fleet.yaml" })), ["WARNED", 1, 0, 0])
    assert.deepStrictEqual(countsOf(report([row("a")], { snapshot })), ["WARNED", 1, 0, 0])
    assert.deepStrictEqual(countsOf(report([row("a"), pending("b")])), ["FAILED", 1, 0, 1])
  })

  it("says what answered in the place of the cloud", () => {
    const snapshot = { path: "live.json", timestamp: "2026-03-04T03:00:00.000Z" }
    const resumed = { run_id: "r", timestamp: "2026-03-04T03:00:00.000Z", carried: 1 }
    const { compared_with, caveats } = stated(report([row("a")], { emulator: "fleet.yaml", resumed, snapshot }))
      .subject[0].annotations
    assert.strictEqual(compared_with, "the snapshot live.json of 2026-03-04T03:00:00.000Z of an emulator of fleet.yaml")
    assert.lengthOf(caveats, 3)
  })
})
