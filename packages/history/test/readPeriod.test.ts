import { assert, describe } from "@effect/vitest"
import type { CheckReport, ResourceReport, WaiverReport } from "@holdfast/check/CheckReport"
import { Effect } from "effect"
import { PeriodTally } from "../src/PeriodTally.ts"
import { readPeriod } from "../src/readPeriod.ts"
import { retain } from "../src/retain.ts"
import { period, tool } from "./periodData.ts"
import { databases } from "./support/databases.ts"
import { drifted, notCompared, report, row } from "./support/reports.ts"
import { day, hour, type Kit, october, onEmpty, silent } from "./support/store.ts"

const tooOld = (hours: number): ResourceReport => ({
  ...drifted("epd1", {
    field: "maxBackupAge",
    reason_code: "HF010",
    reason: "The last backup is too old.",
    age_seconds: hours * 3600,
    limit_seconds: 24 * 3600
  }),
  groups: ["production"],
  owner: "platform"
})

const good = (id: string): ResourceReport => row(id, { groups: ["production"], owner: "platform" })

const waiver: WaiverReport = {
  kind: "resource",
  target: "web-epd2",
  fields: null,
  until: "2026-10-04",
  reason: "known",
  approved_by: "cto",
  ticket: "OPS-7",
  accepts: ["web-epd2"],
  source: { path: "backup.yaml", line: 3, column: 5 }
}

const used: Partial<CheckReport> = { waivers: { used: [waiver], unused: [], expired: [] } }
const expired: Partial<CheckReport> = { waivers: { used: [], unused: [], expired: [waiver] } }

/** Nights of October at three o'clock. */
const night = (number: number): number => october + (number - 1) * day + 3 * hour

/** A breach from the third night to the fifth, a night missed, a night that could not tell, and the next month. */
const month = ({ hands, run, store }: Kit) =>
  Effect.gen(function* () {
    yield* run(night(1), report([good("epd1"), good("epd2")], used))
    yield* run(night(2), report([good("epd1"), good("epd2")], used))
    yield* run(night(3), report([tooOld(26), good("epd2")], used))
    yield* run(night(4), report([tooOld(50), good("epd2")], used))
    yield* run(night(5), report([good("epd1"), good("epd2")], expired))
    hands.time = night(7)
    yield* store.addTicks("nightly", [{ tick: night(6), state: "missed", why: "nobody was running" }], night(6))
    yield* run(night(7), report([notCompared("epd1", { groups: ["production"], owner: "platform" }), good("epd2")]))
    yield* store.addTicks("nightly", [{ tick: night(8), state: "due", why: "" }], night(8))
    const due = (yield* store.due)[0]
    const fence = yield* store.begin(due?.runId ?? "", { timeLimitMillis: hour })
    hands.time = night(8) + 1000
    if (fence !== undefined) yield* store.fail(fence, [{ severity: "error", summary: "No credentials" }], silent)
    for (let number = 9; number <= 33; number++) yield* run(night(number), report([good("epd1"), good("epd2")]))
  })

describe.each(databases())("readPeriod on $name", ({ address }) => {
  const on = onEmpty(address)

  on("tells what a month came to", (kit) =>
    Effect.gen(function* () {
      yield* month(kit)
      const told = yield* readPeriod({ period: period("2026-10"), tool })
      assert.isTrue(told.is_over)
      assert.strictEqual(told.known_from, "2026-10-01T03:00:00.000Z")
      assert.deepInclude(told.summary.runs, { finished: 29, failed: 1, missed: 1, skipped: 0, could_not_tell: 1 })
      assert.deepInclude(told.summary.over_period, { total: 58, in_sync: 55, drifted: 2, not_compared: 1 })
      // From when the backup became 24 hours old to the run that found it new.
      assert.deepInclude(told.summary.rpo, { breaches: 1, open_at_end: 0, seconds: 50 * 3600 })
      assert.deepInclude(told.summary.repairs, { count: 1, mean_seconds: 50 * 3600 })
      assert.deepInclude(told.summary.could_not_tell, { opened: 1, closed: 1 })
      assert.deepStrictEqual(
        told.gaps.map(({ state, tick, verdict }) => [tick.slice(0, 10), state, verdict]),
        [
          ["2026-10-06", "missed", null],
          ["2026-10-07", "finished", "could_not_tell"],
          ["2026-10-08", "failed", "error"]
        ]
      )
      assert.deepStrictEqual(told.jobs[0]?.days_without_run, [
        { first: "2026-10-06", last: "2026-10-06", days: 1 },
        { first: "2026-10-08", last: "2026-10-08", days: 1 }
      ])
      const [part] = told.parts.filter(({ kind, name }) => kind === "owner" && name === "platform")
      assert.deepInclude(part?.over_period, { total: 58, compared: 57, not_compared: 1 })
      assert.deepInclude(part?.at_end, { total: 2, protected_share: 1 })
      assert.deepInclude(told.waivers[0], { state: "expired", runs_used: 4, runs_expired: 1, ends_in_period: true })
      assert.strictEqual(told.evidence.manifests[0]?.runs, 29)
    })
  )

  on("says what was thrown away of it, and takes the last good run for no more than one", (kit) =>
    Effect.gen(function* () {
      yield* kit.run(night(1), report([good("epd1")], used))
      for (let number = 2; number <= 33; number++) yield* kit.run(night(number), report([tooOld(24 * number)], used))
      kit.hands.time = night(40)
      yield* retain({ rowsMillis: 20 * day })
      const question = { period: period("2026-10"), tool }
      const before = yield* readPeriod(question)
      assert.strictEqual(before.summary.without_rows, 18)
      assert.strictEqual(before.known_from, "2026-10-01T03:00:00.000Z")
      yield* retain({ runsMillis: 10 * day, rowsMillis: 20 * day })
      const after = yield* readPeriod(question)
      // The first night was the last that was in sync, and is kept: it tells nothing of those between.
      assert.strictEqual(after.summary.runs.finished, 3)
      assert.strictEqual(after.known_from, "2026-10-30T03:00:00.000Z")
      assert.isEmpty(after.jobs[0]?.days_without_run ?? [])
    })
  )

  on("has days without a run of a job that went silent while another went on", (kit) =>
    Effect.gen(function* () {
      for (let number = 1; number <= 33; number++) {
        yield* kit.run(night(number), report([good("epd1")]))
        if (number <= 10) yield* kit.run(night(number) + hour, report([good("epd2")]), "weekly")
      }
      const told = yield* readPeriod({ period: period("2026-10"), tool })
      assert.deepStrictEqual(told.jobs[1]?.days_without_run, [{ first: "2026-10-11", last: "2026-10-31", days: 21 }])
      const later = yield* readPeriod({ period: period("2026-11-01"), tool })
      assert.deepStrictEqual(later.jobs[1]?.days_without_run, [{ first: "2026-11-01", last: "2026-11-01", days: 1 }])
    })
  )

  on("answers the same again, and of a job alone, and nothing of a month that it does not know", (kit) =>
    Effect.gen(function* () {
      yield* month(kit)
      yield* kit.run(night(34), report([tooOld(26)]), "hourly")
      const question = { period: period("2026-10"), tool }
      const told = yield* readPeriod(question)
      assert.strictEqual(JSON.stringify(yield* readPeriod(question)), JSON.stringify(told))
      const alone = yield* readPeriod({ ...question, job: "nightly" })
      assert.deepStrictEqual(alone.summary, told.summary)
      assert.deepStrictEqual(
        alone.jobs.map(({ job }) => job),
        ["nightly"]
      )
      const before = yield* readPeriod({ period: period("2025-10"), tool, job: "nightly" })
      assert.deepInclude(before.summary.runs, { finished: 0 })
      assert.isEmpty(before.findings)
      const none = yield* readPeriod({ period: period("2026-10"), tool, job: "nobody's" })
      assert.deepStrictEqual(
        none,
        new PeriodTally({ period: period("2026-10"), job: "nobody's", tool, jobs: [] }).report()
      )
    })
  )
})
