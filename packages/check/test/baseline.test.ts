import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { compareWithBaseline } from "../src/baseline.ts"
import { failed } from "../src/Check.ts"
import type { Change, ResourceReport, Unlisted } from "../src/CheckReport.ts"
import { compare } from "../src/compare.ts"
import { failingOf } from "../src/ExitCode.ts"
import { desired, found, now } from "./fleet.ts"

const row = (address: string, live: Parameters<typeof found>[0] = {}): ResourceReport =>
  compare(desired({ enabled: true, online: true }, { address, instance: `i-${address}` }), found(live), now)

const waivedChange = (change: Change): Change => ({ ...change, waived: true })

const stray: Unlisted = {
  kind: "instance",
  instance_id: "epd9",
  name: "stray",
  folder_id: "b1g",
  mode: "fail",
  waived: false,
  severity: "high",
  reason_code: "HF023",
  reason: "",
  remedy: ""
}

const earlier = (resources: ReadonlyArray<ResourceReport>, unlisted: ReadonlyArray<Unlisted> = []) =>
  Effect.map(failed("1.0.0", []), (report) => ({ ...report, timestamp: "2026-03-04T00:00:00Z", resources, unlisted }))

describe("a baseline", () => {
  it.effect("tells drift that is new from drift that it knew, by the rules that found it", () =>
    Effect.gen(function* () {
      const off = { enabled: false }
      const baseline = yield* earlier([
        row("known", off),
        { ...row("long", off), since: "2026-01-01T00:00:00Z" },
        row("worse", off),
        { ...row("waived", off), state: "waived", changes: row("waived", off).changes.map(waivedChange) }
      ])
      const { resources } = compareWithBaseline(
        baseline,
        {
          resources: [
            row("known", off),
            row("long", off),
            row("worse", { enabled: false, online: false }),
            row("waived", off),
            row("other", off),
            row("fine")
          ],
          unlisted: []
        },
        "2026-03-05T00:00:00Z"
      )
      assert.deepStrictEqual(
        resources.map(({ address, baseline, since }) => [address, baseline, since]),
        [
          ["known", "unchanged", "2026-03-04T00:00:00Z"],
          ["long", "unchanged", "2026-01-01T00:00:00Z"],
          ["worse", "new", "2026-03-04T00:00:00Z"],
          ["waived", "new", "2026-03-05T00:00:00Z"],
          ["other", "new", "2026-03-05T00:00:00Z"],
          ["fine", undefined, undefined]
        ]
      )
      assert.strictEqual(failingOf({ resources, unlisted: [] }, "new"), 3)
    })
  )

  it.effect("has another finding of a rule that it knew for new", () =>
    Effect.gen(function* () {
      const one = row("one", { enabled: false })
      const twice = { ...one, changes: one.changes.flatMap((change) => [change, change]) }
      const marksOf = (before: ResourceReport, now: ResourceReport) =>
        Effect.map(earlier([before]), (baseline) => {
          const { resources } = compareWithBaseline(
            baseline,
            { resources: [now], unlisted: [] },
            "2026-03-05T00:00:00Z"
          )
          return resources.map(({ baseline }) => baseline)
        })
      assert.deepStrictEqual(yield* marksOf(one, twice), ["new"])
      assert.deepStrictEqual(yield* marksOf(twice, twice), ["unchanged"])
      assert.deepStrictEqual(yield* marksOf(twice, one), ["unchanged"])
    })
  )

  it.effect("has resolved what is in sync, and nothing that was not read", () =>
    Effect.gen(function* () {
      const off = { enabled: false }
      const of = (address: string, state: ResourceReport["state"]) => ({ ...row(address, off), state })
      const names = ["mended", "gone", "unread", "left", "pending", "waived"]
      const baseline = yield* earlier(names.map((name) => row(name, off)))
      const resources = [
        row("mended"),
        of("unread", "not_compared"),
        row("left", off),
        of("pending", "pending"),
        of("waived", "waived"),
        // Its members are not known: "gone" may be one of them.
        { ...of("a folder", "not_compared"), instance_id: "" }
      ]
      const compared = compareWithBaseline(baseline, { resources, unlisted: [] }, "2026-03-05T00:00:00Z")
      assert.deepStrictEqual(compared.baseline.resolved, [
        { address: "mended", instance_id: "i-mended", reason_codes: ["HF001"] }
      ])
    })
  )

  it.effect("knows what nobody listed", () =>
    Effect.gen(function* () {
      const baseline = yield* earlier([], [stray])
      const other = { ...stray, instance_id: "epd8" }
      const { unlisted } = compareWithBaseline(
        baseline,
        { resources: [], unlisted: [stray, other] },
        "2026-03-05T00:00:00Z"
      )
      assert.deepStrictEqual(
        unlisted.map(({ baseline }) => baseline),
        ["unchanged", "new"]
      )
      assert.strictEqual(failingOf({ resources: [], unlisted }, "new"), 1)
      assert.strictEqual(failingOf({ resources: [], unlisted }, "info"), 2)
    })
  )

  it.effect("knows no drift of what was only reported, or waived until now", () =>
    Effect.gen(function* () {
      const reported = { ...stray, instance_id: "epd8", mode: "report" as const }
      const waived = { ...stray, instance_id: "epd7", waived: true }
      const compared = (before: ReadonlyArray<Unlisted>, now: ReadonlyArray<Unlisted>) =>
        Effect.map(earlier([], before), (baseline) => {
          const findings = { resources: [], unlisted: now }
          const { unlisted } = compareWithBaseline(baseline, findings, "2026-03-05T00:00:00Z")
          assert.isTrue(unlisted.every(({ since }) => since === "2026-03-04T00:00:00Z"))
          return [failingOf({ resources: [], unlisted }, "new"), ...unlisted.map(({ baseline }) => baseline)]
        })
      const fails = [
        { ...reported, mode: "fail" as const },
        { ...waived, waived: false }
      ]
      assert.deepStrictEqual(yield* compared([reported, waived], fails), [2, "new", "new"])
      assert.deepStrictEqual(yield* compared(fails, [reported, waived]), [0, "unchanged", "unchanged"])
    })
  )
})
