import { assert, describe, it } from "@effect/vitest"
import { conclusion } from "../src/conclusion.ts"
import { everything } from "./fullReport.ts"
import { denied, report, row, unread } from "./reports.ts"

describe("the verdict of a run without resources", () => {
  it("is bad, unless that is allowed", () => {
    assert.strictEqual(conclusion(report([])).tone, "bad")
    assert.strictEqual(conclusion(report([], { allowEmpty: true })).tone, "neutral")
  })
})

describe("the verdict of a run that --fail-on lets pass", () => {
  const unlisted = everything.unlisted.map((each) => ({
    ...each,
    severity: "high" as const,
    baseline: "unchanged" as const
  }))
  const [drift, ...others] = unlisted

  it.each([
    ["critical", "Drift, none of it as bad as critical: 0 drifted, 0 missing, 0 not compared of 1; 3 unlisted"],
    ["new", "Drift, none of it new: 0 drifted, 0 missing, 0 not compared of 1; 3 unlisted"]
  ] as const)("is not in sync over what nobody listed (%s)", (fail_on, text) => {
    const of = report([row("app")], { fail_on, unlisted })
    assert.strictEqual(of.exit_code, 0)
    assert.deepStrictEqual(conclusion(of), { tone: "unsure", text })
  })

  it("tells that drift from none, where not all could be read", () => {
    const seen = (rows: typeof unlisted) =>
      conclusion(report([row("app"), unread("api", denied)], { fail_on: "new", unlisted: rows })).text
    assert.match(seen(unlisted), /^Could not tell: no new drift seen/)
    assert.match(seen(others), /^Could not tell: no drift seen/)
    assert.strictEqual(drift?.mode, "fail")
  })

  it("is in sync over what is waived, or only reported", () => {
    assert.strictEqual(conclusion(report([row("app")], { unlisted: others })).tone, "good")
  })
})
