import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { summarize } from "../src/Check.ts"
import { type ResourceState, states } from "../src/CheckReport.ts"
import { compare } from "../src/compare.ts"
import { exitCodeOf, meanings } from "../src/ExitCode.ts"
import { notRead } from "../src/Live.ts"
import { desired, now } from "./fleet.ts"

const unread = compare(desired({ enabled: true }), notRead("Interrupted", "x", "y"), now)

/** The summary of a run that ended with resources in these states. */
const summaryOf = (all: ReadonlyArray<ResourceState>) => summarize(all.map((state) => ({ ...unread, state })))

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
    assert.strictEqual(exitCodeOf(summaryOf(all), { interrupted: false, allowEmpty: false }), code)
  })

  it("follows the design for every combination of states, interruption and --allow-empty", () => {
    let count = 0
    for (const all of [...combinations(() => 1), ...combinations((index) => index + 2)]) {
      for (const interrupted of bools) {
        for (const allowEmpty of bools) {
          const expected = byDesign(all, interrupted, allowEmpty)
          const actual = exitCodeOf(summaryOf(all), { interrupted, allowEmpty })
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
      for (const interrupted of bools) codes.add(exitCodeOf(summaryOf(all), { interrupted, allowEmpty: false }))
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
      const isGreen = exitCodeOf(summaryOf(all), { interrupted, allowEmpty }) === 0
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
      assert.strictEqual(exitCodeOf(summaryOf(all.toReversed()), options), exitCodeOf(summaryOf(all), options))
      assert.strictEqual(exitCodeOf(summaryOf([...all, "drifted"]), options), 2)
      assert.strictEqual(exitCodeOf(summaryOf([...all, "missing"]), options), 2)
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
