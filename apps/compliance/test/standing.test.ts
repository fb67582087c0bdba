import { assert, describe, it } from "@effect/vitest"
import type { JobState } from "@holdfast/history/History"
import type { Run } from "@holdfast/history/Run"
import { denied, disabled, drifted, report, row, unread } from "../../../packages/report/test/reports.ts"
import { jobViews } from "../src/dashboard/standing.ts"
import { job } from "./support/dashboard.ts"
import { day, hour } from "./support/months.ts"
import { nothing, now, runOf as runAgo } from "./support/values.ts"

/** At noon the tick of the day is twelve hours past. */
const midnight = now - 12 * hour

const time = (millis: number): string => new Date(millis).toISOString()

const runOf = (tick: number, of: ReturnType<typeof report>, fields: Partial<Run> = {}): Run =>
  runAgo(of, (now - tick) / hour, fields)

const unended = (tick: number, state: Run["state"], why = ""): Run =>
  runOf(tick, report([]), { ...nothing, state, verdict: null, why })

const stateOf = (fields: Partial<JobState>): JobState => ({
  job: "nightly",
  last: null,
  latest: null,
  lastInSync: null,
  running: null,
  openFindings: 0,
  ...fields
})

const good = report([row("a"), row("b")])

/** How the job `nightly` stands. */
const standing = (state: Partial<JobState> | undefined, scheduled = [job("nightly")], at = now) =>
  jobViews(scheduled, state === undefined ? [] : [stateOf(state)], at)[0]?.standing

const both = (run: Run) => ({ last: run, latest: run })

describe("the standing of a job", () => {
  it("is good where its last tick is in sync, and no other is due", () => {
    assert.deepInclude(standing(both(runOf(midnight, good))), { tone: "good", words: "In sync: all 2 as declared" })
  })

  it.each<[string, Partial<JobState> | undefined, "unsure" | "bad", RegExp]>([
    ["never ran", undefined, "unsure", /^It has not run yet/],
    ["is new to history, too", {}, "unsure", /^It has not run yet/],
    ["has its first run under way", { running: unended(midnight, "running") }, "unsure", /^Its first run is under way/],
    [
      "was missed after a good run",
      { last: runOf(midnight - day, good), latest: unended(midnight, "missed", "nobody was there") },
      "bad",
      /^Missed: nobody ran the tick of 2026-11-26 00:00 UTC: nobody was there$/
    ],
    [
      "is overdue",
      both(runOf(midnight - day, good)),
      "bad",
      /^Overdue: the tick of 2026-11-26 00:00 UTC has no result/
    ],
    [
      "is overdue though it was skipped before",
      { last: runOf(midnight - 2 * day, good), latest: unended(midnight - day, "skipped") },
      "bad",
      /^Overdue/
    ],
    ["failed", both({ ...unended(midnight, "failed", "no token"), verdict: "error" }), "bad", /^Failed: no token$/],
    ["compared nothing", both(runOf(midnight, report([unread("a", denied)]))), "bad", /^Nothing could be compared/],
    ["selected nothing", both(runOf(midnight, report([], { allowEmpty: true }))), "unsure", /^Nothing was selected$/],
    ["could not tell", both(runOf(midnight, report([row("a"), unread("b", denied)]))), "unsure", /^Could not tell/],
    ["drifted", both(runOf(midnight, report([drifted("a", [disabled])]))), "bad", /^Drift: 0 of 1 in sync, 1 drifted$/],
    [
      "drifted less than it fails on",
      both(runOf(midnight, report([drifted("a", [disabled], { severity: "low" })], { fail_on: "high" }))),
      "unsure",
      /^Drift, none of it as bad/
    ],
    ["has an error for a verdict", both(runOf(midnight, good, { verdict: "error", why: "x" })), "bad", /^Error: x/],
    ["has no verdict", both(runOf(midnight, good, { verdict: null })), "bad", /^Error/]
  ])("is not good where it %s", (_, state, tone, words) => {
    const found = standing(state)
    assert.strictEqual(found?.tone, tone)
    assert.match(found?.words ?? "", words)
  })

  it("is overdue only after the time that a run may take", () => {
    const last = both(runOf(midnight - day, good))
    const limit = midnight + 600_000 + hour + 5 * 60_000
    assert.strictEqual(standing(last, undefined, limit)?.tone, "good")
    assert.match(standing(last, undefined, limit + 1)?.words ?? "", /^Overdue/)
    // A run that is under way is not late, whatever it takes.
    assert.strictEqual(standing({ ...last, running: unended(midnight, "running") })?.tone, "good")
  })

  it("is unsure where the configuration names it no more, and counts nothing", () => {
    const found = standing(both(runOf(midnight, good)), [])
    assert.deepInclude(found, { tone: "unsure", summary: undefined })
    assert.match(found?.words ?? "", /^Scheduled no more. In sync: all 2 as declared, 12h ago$/)
  })

  it("comes with the worst first, and with the next tick", () => {
    const views = jobViews(
      [job("nightly"), job("new"), job("weekly", "0 0 * * 1")],
      [stateOf(both(runOf(midnight, good))), stateOf({ ...both(runOf(midnight - 30 * day, good)), job: "weekly" })],
      now
    )
    assert.deepStrictEqual(
      views.map(({ job, next, standing }) => [job, standing.tone, next === undefined ? undefined : time(next)]),
      [
        ["weekly", "bad", "2026-11-30T00:00:00.000Z"],
        ["new", "unsure", "2026-11-27T00:00:00.000Z"],
        ["nightly", "good", "2026-11-27T00:00:00.000Z"]
      ]
    )
  })
})
