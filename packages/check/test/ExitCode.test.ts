import { assert, describe, it } from "@effect/vitest"
import type { Severity } from "@holdfast/manifest/Expectations"
import { Schema } from "effect"
import { summarize } from "../src/Check.ts"
import { type ResourceReport, type ResourceState, severities, states } from "../src/CheckReport.ts"
import { compare } from "../src/compare.ts"
import { exitCodeOf, failingOf, meanings } from "../src/ExitCode.ts"
import { notRead } from "../src/Live.ts"
import { desired, now } from "./fleet.ts"

const unread = compare(desired({ enabled: true }), notRead("Interrupted", "x", "y"), now)

/** The summary of a run that ended with resources in these states. */
const summaryOf = (all: ReadonlyArray<ResourceState>) =>
  summarize(
    all.map((state) => ({ ...unread, state })),
    0
  )

/** The exit code of such a run. */
const codeOf = (
  all: ReadonlyArray<ResourceState>,
  run: { readonly interrupted: boolean; readonly allowEmpty: boolean }
) => {
  const resources = all.map((state) => ({ ...unread, state }))
  const failing = failingOf({ resources, unlisted: [] }, "info")
  return exitCodeOf(summarize(resources, 0), { ...run, failing, emptyGroups: 0 })
}

/** The exit code by the design's table, in terms of the resources rather than of their counts. */
const byDesign = (all: ReadonlyArray<ResourceState>, interrupted: boolean, allowEmpty: boolean): number => {
  const seen = new Set(all)
  const settled = all.every((state) => state === "in_sync" || state === "waived")
  const nothingRead = all.every((state) => state === "not_compared")
  const table: ReadonlyArray<readonly [boolean, number]> = [
    [interrupted, 130],
    [seen.has("drifted") || seen.has("missing"), 2],
    [all.length > 0 && settled, 0],
    [all.length === 0 && allowEmpty, 0],
    [nothingRead, 1],
    [true, 3]
  ]
  return (table.find(([applies]) => applies) as readonly [boolean, number])[1]
}

const bools = [false, true]

/** Every set of states, each with as many resources as `count` says. */
const combinations = (count: (index: number) => number): ReadonlyArray<ReadonlyArray<ResourceState>> =>
  Array.from({ length: 2 ** states.length }, (_, bits) =>
    states.flatMap((state, index) =>
      (bits >> index) % 2 === 1 ? Array.from({ length: count(index) }, () => state) : []
    )
  )

describe("exitCodeOf", () => {
  const examples: ReadonlyArray<readonly [ReadonlyArray<ResourceState>, number]> = [
    [["in_sync"], 0],
    [["waived"], 0],
    [["in_sync", "waived"], 0],
    [["drifted"], 2],
    [["missing"], 2],
    [["missing", "not_compared"], 2],
    [["drifted", "pending", "not_compared", "in_sync"], 2],
    [["not_compared", "in_sync"], 3],
    [["pending"], 3],
    [["pending", "not_compared"], 3],
    [["not_compared"], 1],
    [[], 1]
  ]
  it.each(examples as Array<(typeof examples)[number]>)("of %j is %i", (all, code) => {
    assert.strictEqual(codeOf(all, { interrupted: false, allowEmpty: false }), code)
  })

  it("follows the design for every combination of states, interruption and --allow-empty", () => {
    let count = 0
    for (const all of [...combinations(() => 1), ...combinations((index) => index + 2)]) {
      for (const interrupted of bools) {
        for (const allowEmpty of bools) {
          const expected = byDesign(all, interrupted, allowEmpty)
          const actual = codeOf(all, { interrupted, allowEmpty })
          assert.strictEqual(actual, expected, JSON.stringify({ all, interrupted, allowEmpty }))
          count += 1
        }
      }
    }
    assert.strictEqual(count, 2 * 64 * 4)
  })

  it("gives no code that has no meaning, and every meaning can occur", () => {
    const codes = new Set<number>()
    for (const all of combinations(() => 1)) {
      for (const interrupted of bools) codes.add(codeOf(all, { interrupted, allowEmpty: false }))
    }
    assert.deepStrictEqual(
      [...codes].toSorted((a, b) => a - b),
      Object.keys(meanings).map(Number)
    )
  })

  const run = Schema.Struct({
    all: Schema.Array(Schema.Literals(states)),
    interrupted: Schema.Boolean,
    allowEmpty: Schema.Boolean
  })
  it.prop(
    "is 0 only where every resource was compared and is in sync or waived, or none is an allowed selection",
    [run],
    ([{ all, allowEmpty, interrupted }]) => {
      const isGreen = codeOf(all, { interrupted, allowEmpty }) === 0
      const settled = all.filter((state) => state === "in_sync" || state === "waived").length
      assert.strictEqual(isGreen, !interrupted && settled === all.length && (settled > 0 || allowEmpty))
    },
    { arbitrary: { runs: 1000, seed: "exit codes" } }
  )

  it.prop(
    "does not depend on the order of the resources, and drift is never outweighed",
    [run],
    ([{ all, allowEmpty }]) => {
      const options = { interrupted: false, allowEmpty }
      assert.strictEqual(codeOf(all.toReversed(), options), codeOf(all, options))
      assert.strictEqual(codeOf([...all, "drifted"], options), 2)
      assert.strictEqual(codeOf([...all, "missing"], options), 2)
    },
    { arbitrary: { runs: 300, seed: "order" } }
  )
})

describe("summarize", () => {
  it("counts each state, what was compared and how much of the whole that is", () => {
    assert.deepStrictEqual(
      summaryOf(["in_sync", "in_sync", "drifted", "missing", "pending", "not_compared", "waived", "waived"]),
      {
        total: 8,
        compared: 7,
        in_sync: 2,
        drifted: 1,
        missing: 1,
        pending: 1,
        not_compared: 1,
        waived: 2,
        unlisted: 0,
        coverage: 7 / 8
      }
    )
  })

  it("covers nothing of an empty selection", () => {
    assert.strictEqual(summaryOf([]).coverage, 0)
  })
})

describe("the exit code of a run", () => {
  it("lets drift pass that is not as bad as is asked for, but not before what could not be told", () => {
    const drift = { ...unread, state: "drifted" as const, error: null }
    const codeBy = (failOn: Severity, rows: ReadonlyArray<ResourceReport>) =>
      exitCodeOf(summarize(rows, 0), {
        interrupted: false,
        allowEmpty: false,
        emptyGroups: 0,
        failing: failingOf({ resources: rows, unlisted: [] }, failOn)
      })
    assert.deepStrictEqual(
      severities.map((failOn) => codeBy(failOn, [{ ...drift, severity: "medium" }])),
      [0, 0, 2, 2, 2]
    )
    assert.strictEqual(codeBy("critical", [{ ...drift, severity: "high" }, unread]), 3)
  })

  it("takes what nobody listed for drift only where that fails and no waiver accepts it", () => {
    const row = {
      kind: "instance" as const,
      instance_id: "epd1",
      name: "web",
      folder_id: "b1g",
      mode: "fail" as const,
      waived: false,
      severity: "low" as const,
      reason_code: "HF023",
      reason: "",
      remedy: ""
    }
    const unlisted = [
      row,
      { ...row, waived: true },
      { ...row, mode: "report" as const },
      { ...row, severity: "info" as const }
    ]
    assert.strictEqual(failingOf({ resources: [], unlisted }, "low"), 1)
  })

  it("is an error where a group has no member, unless there is drift", () => {
    const run = { interrupted: false, allowEmpty: false, emptyGroups: 1 }
    const rows = [{ ...unread, state: "in_sync" as const }]
    assert.strictEqual(exitCodeOf(summarize(rows, 0), { ...run, failing: 0 }), 1)
    assert.strictEqual(exitCodeOf(summarize(rows, 0), { ...run, failing: 1 }), 2)
  })
})
