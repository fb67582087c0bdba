import { assert, describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { directory, drift, manifestOf, transcript } from "./drift.ts"

const faulty = `version: 1
defaults:
  protectd: true
resources:
  web-1: {instance: epd1}
  база-1:
    instance: epd1
    maxBackupAge: 2 hours
    online: yes
  web-1: {instance: epd2, severity: hgih}
  "##vso[task.setvariable variable=x]y": {instance: UPPER}
`

describe("drift validate", () => {
  it.live("says that a manifest is valid, without credentials or network", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifestOf(3) })
      const { code, stderr, stdout } = yield* drift(["validate"], { cwd })
      assert.deepStrictEqual([code, stdout, stderr], [0, "backup.yaml: valid, 3 resources\n", ""])
    })
  )

  it.live("reports every mistake with its place, the line and what was meant", () =>
    Effect.gen(function* () {
      const result = yield* drift(["validate", "backup.yaml"], { cwd: directory({ "backup.yaml": faulty }) })
      assert.strictEqual(result.code, 1)
      yield* Effect.promise(() =>
        expect(transcript("drift validate backup.yaml", result)).toMatchFileSnapshot("snapshots/validate.txt")
      )
    })
  )

  it.live("reports as JSON", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* drift(["validate", "-", "--format", "json"], { stdin: faulty })
      const report = JSON.parse(stdout)
      assert.deepStrictEqual([code, stderr], [1, ""])
      assert.deepInclude(report, { format_version: "1.1", valid: false, error_count: report.diagnostics.length })
      assert.notInclude(stdout, "##vso[")
      assert.deepInclude(report.diagnostics[0], { path: "<stdin>", line: 3, column: 3, suggestion: "protected" })
    })
  )
})
