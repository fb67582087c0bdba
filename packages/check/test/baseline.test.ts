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

  it.effect("has resolved what has drifted no more, but not what could not be read", () =>
    Effect.gen(function* () {
      const off = { enabled: false }
      const unread = { ...row("unread"), state: "not_compared" as const }
      const baseline = yield* earlier([row("mended", off), row("gone", off), row("unread", off), row("left", off)])
      const compared = compareWithBaseline(
        baseline,
        { resources: [row("mended"), unread, row("left", off)], unlisted: [] },
        "2026-03-05T00:00:00Z"
      )
      assert.deepStrictEqual(compared.baseline.resolved, [
        { address: "mended", instance_id: "i-mended", reason_codes: ["HF001"] },
        { address: "gone", instance_id: "i-gone", reason_codes: ["HF001"] }
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
})
