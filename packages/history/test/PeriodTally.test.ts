import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { type DriftTally, PeriodReport } from "../src/PeriodReport.ts"
import type { Finding } from "../src/Run.ts"
import { data, jobs, type PeriodData, period, reportOf } from "./periodData.ts"

const run = (seed: string) => ({ arbitrary: { runs: 500, seed } })
const october = period("2026-10")
const seeds = Arbitrary.schema(Schema.Int)

/** The same items in another order. */
const shuffled = <A>(items: ReadonlyArray<A>, seed: number): ReadonlyArray<A> => {
  const all = [...items]
  let state = seed
  for (let index = all.length - 1; index > 0; index--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const other = state % (index + 1)
    const [a, b] = [all[index], all[other]] as [A, A]
    all[index] = b
    all[other] = a
  }
  return all
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0)

const finding = (of: Partial<Finding>): Finding => ({
  finding_id: "f",
  job: "nightly",
  kind: "drift",
  address: "billing-db",
  instance_id: "epd1",
  field: "maxBackupAge",
  reason_code: "HF010",
  severity: "high",
  owner: null,
  folder_id: null,
  groups: [],
  reason: "The last backup is too old.",
  change: null,
  first_seen: "2026-10-05T03:00:00.000Z",
  last_seen: "2026-10-06T03:00:00.000Z",
  began_at: "2026-10-05T01:00:00.000Z",
  seen: 2,
  unknown_since: null,
  resolved_at: "2026-10-07T03:00:00.000Z",
  resolution: "in_sync",
  waived: false,
  first_run: "a",
  last_run: "b",
  resolved_run: "c",
  ...of
})

const only = (findings: ReadonlyArray<Finding>, knownUntil = "2026-11-03T03:00:00.000Z"): PeriodData => ({
  runs: [],
  counts: [],
  findings,
  waivers: [],
  knownUntil: { nightly: Date.parse(knownUntil) }
})

describe("PeriodTally", () => {
  it.prop(
    "gives a report of its schema, the same whatever the order of its input",
    [data, seeds],
    ([given, seed]) => {
      const report = reportOf(given, october)
      assert.isTrue(Schema.is(PeriodReport)(report))
      const mixed: PeriodData = {
        runs: shuffled(given.runs, seed),
        counts: shuffled(given.counts, seed + 1),
        findings: shuffled(given.findings, seed + 2),
        waivers: shuffled(given.waivers, seed + 3),
        knownUntil: Object.fromEntries(Object.entries(given.knownUntil).toReversed())
      }
      assert.strictEqual(JSON.stringify(reportOf(mixed, october)), JSON.stringify(report))
    },
    run("order")
  )

  it.prop(
    "counts each run, each finding and each resource of a run once",
    [data],
    ([given]) => {
      const report = reportOf(given, october)
      const { runs } = report.summary
      const within = given.runs.filter(({ tick }) => tick >= "2026-10-01" && tick < "2026-11-01")
      assert.strictEqual(runs.finished + runs.failed + runs.missed + runs.skipped + runs.open, within.length)
      assert.strictEqual(runs.in_sync + runs.drifted + runs.could_not_tell + runs.error, runs.finished)
      const { over_period } = report.summary
      assert.strictEqual(over_period.total, sum(within.map(({ summary }) => summary?.total ?? 0)))
      assert.strictEqual(
        over_period.total,
        over_period.not_compared +
          over_period.in_sync +
          over_period.drifted +
          over_period.missing +
          over_period.pending +
          over_period.waived
      )
      assert.strictEqual(new Set(report.findings.map(({ address }) => address)).size, report.findings.length)
      assert.strictEqual(new Set(report.gaps.map(({ run_id }) => run_id)).size, report.gaps.length)
      for (const { drift } of [{ drift: report.summary.drift }, { drift: report.summary.could_not_tell }]) {
        assert.strictEqual(drift.open_at_start + drift.opened - drift.closed, drift.open_at_end)
        assert.strictEqual(drift.closed, drift.repaired + drift.undeclared + drift.changed)
      }
    },
    run("once")
  )

  it.prop(
    "never counts as protected what was not compared",
    [data],
    ([given]) => {
      const { jobs, parts, summary } = reportOf(given, october)
      const all = [
        summary.over_period,
        summary.at_end,
        ...jobs.flatMap(({ at_end, over_period }) => [over_period, at_end ?? []].flat()),
        ...parts.map(({ over_period }) => over_period)
      ]
      for (const { coverage, in_sync_share, not_compared, protected_share, total } of all) {
        if (total === 0) assert.deepStrictEqual([coverage, in_sync_share, protected_share], [null, null, null])
        else assert.isAtMost(protected_share ?? 0, 1 - not_compared / total + 1e-9)
        assert.isAtMost(protected_share ?? 0, in_sync_share ?? 0)
      }
    },
    run("protected")
  )

  it.prop(
    "splits: two parts of a period add up to it",
    [data, Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 31 })))],
    ([given, day]) => {
      const two = (number: number) => String(number).padStart(2, "0")
      const whole = reportOf(given, october)
      const first = reportOf(given, period(`2026-10-01..2026-10-${two(day - 1)}`))
      const second = reportOf(given, period(`2026-10-${two(day)}..2026-10-31`))
      const parts = [first, second]
      for (const name of ["finished", "failed", "missed", "skipped", "open", "in_sync", "could_not_tell"] as const) {
        assert.strictEqual(sum(parts.map(({ summary }) => summary.runs[name])), whole.summary.runs[name], name)
      }
      for (const name of ["total", "compared", "in_sync", "drifted", "not_compared", "waived"] as const) {
        const of = sum(parts.map(({ summary }) => summary.over_period[name]))
        assert.strictEqual(of, whole.summary.over_period[name], name)
      }
      for (const name of ["opened", "closed", "repaired", "undeclared", "changed"] as const) {
        assert.strictEqual(sum(parts.map(({ summary }) => summary.drift[name])), whole.summary.drift[name], name)
      }
      for (const name of ["seconds", "unknown_seconds"] as const) {
        assert.strictEqual(sum(parts.map(({ summary }) => summary.rpo[name])), whole.summary.rpo[name], name)
      }
      assert.strictEqual(first.summary.drift.open_at_end, second.summary.drift.open_at_start)
      assert.strictEqual(first.summary.drift.open_at_start, whole.summary.drift.open_at_start)
      assert.strictEqual(second.summary.drift.open_at_end, whole.summary.drift.open_at_end)
      assert.strictEqual(sum(parts.map(({ summary }) => summary.repairs.count)), whole.summary.repairs.count)
      assert.strictEqual(sum(parts.map(({ gaps }) => gaps.length)), whole.gaps.length)
      const days = ({ jobs }: PeriodReport) => sum(jobs.flatMap((job) => job.days_without_run.map(({ days }) => days)))
      assert.strictEqual(sum(parts.map(days)), days(whole))
      assert.strictEqual(sum(parts.flatMap(runsUsed)), sum(runsUsed(whole)))
    },
    run("split")
  )

  it.prop(
    "adds up by job, by kind of finding and by finding",
    [data],
    ([given]) => {
      const whole = reportOf(given, october)
      const each = jobs.map((job) => reportOf(given, october, job))
      assert.strictEqual(sum(each.map(({ findings }) => findings.length)), whole.findings.length)
      assert.strictEqual(sum(each.map(({ summary }) => summary.runs.finished)), whole.summary.runs.finished)
      const total = (name: keyof DriftTally) => whole.summary.drift[name] + whole.summary.could_not_tell[name]
      for (const name of ["opened", "closed", "open_at_end"] as const) {
        assert.strictEqual(sum(whole.drift.map((drift) => drift[name])), total(name), name)
      }
      const breaches = whole.findings.filter(({ is_rpo_breach }) => is_rpo_breach)
      assert.strictEqual(whole.summary.rpo.breaches, breaches.length)
      assert.strictEqual(whole.summary.rpo.seconds, sum(breaches.map(({ seconds }) => seconds)))
      for (const { seconds, unknown_seconds } of whole.findings) {
        assert.isAtMost(unknown_seconds, seconds)
        assert.isAtMost(seconds, 31 * 86_400)
      }
    },
    run("parts")
  )

  it.prop(
    "of a period that is over is not changed by what follows it",
    [data],
    ([given]) => {
      const end = october.to
      const before: PeriodData = {
        ...given,
        runs: given.runs.filter(({ tick }) => Date.parse(tick) < end),
        findings: given.findings.flatMap((each) => {
          if (Date.parse(each.first_seen) >= end) return []
          const isLater = each.resolved_at !== null && Date.parse(each.resolved_at) >= end
          return [isLater ? { ...each, resolved_at: null, resolution: null } : each]
        }),
        knownUntil: Object.fromEntries(jobs.map((job) => [job, end]))
      }
      const after: PeriodData = {
        ...before,
        runs: given.runs,
        findings: given.findings.filter(({ began_at, first_seen }) => first_seen < "2026-11" || began_at >= "2026-11"),
        knownUntil: before.knownUntil
      }
      assert.deepStrictEqual(reportOf(after, october), reportOf(before, october))
    },
    run("later")
  )

  it("gives a breach its time from when the backup became too old", () => {
    const { findings, summary } = reportOf(only([finding({})]), october)
    assert.deepStrictEqual(summary.rpo, {
      breaches: 1,
      open_at_end: 0,
      waived: 0,
      seconds: 50 * 3600,
      unknown_seconds: 0,
      longest_seconds: 50 * 3600
    })
    assert.deepStrictEqual(summary.repairs, { count: 1, mean_seconds: 50 * 3600, median_seconds: 50 * 3600 })
    assert.deepInclude(findings[0], { state: "repaired", ended_at: "2026-10-07T03:00:00.000Z" })
  })

  it("clips a breach that is open to the period, or to what is known", () => {
    const open = finding({ resolved_at: null, resolution: null, resolved_run: null })
    const over = reportOf(only([open]), period("2026-10-01..2026-10-06"))
    assert.deepInclude(over.summary.rpo, { open_at_end: 1, seconds: 47 * 3600 })
    assert.isTrue(over.is_over)
    const running = reportOf(only([open], "2026-10-06T03:00:00.000Z"), october)
    assert.deepInclude(running.summary.rpo, { open_at_end: 1, seconds: 26 * 3600 })
    assert.isFalse(running.is_over)
    assert.strictEqual(running.known_until, "2026-10-06T03:00:00.000Z")
  })

  it("says for how long nobody could tell", () => {
    const unknown = finding({ resolved_at: null, resolution: null, unknown_since: "2026-10-30T00:00:00.000Z" })
    const { findings, summary } = reportOf(only([unknown]), october)
    assert.strictEqual(summary.rpo.unknown_seconds, 48 * 3600)
    assert.deepInclude(findings[0], { state: "open", unknown_seconds: 48 * 3600 })
  })

  it("counts a breach that was found after the period, for its time within it", () => {
    const late = finding({
      began_at: "2026-10-31T20:00:00.000Z",
      first_seen: "2026-11-01T03:00:00.000Z",
      resolved_at: "2026-11-02T03:00:00.000Z"
    })
    const { summary } = reportOf(only([late]), october)
    assert.deepInclude(summary.rpo, { breaches: 1, open_at_end: 1, seconds: 4 * 3600 })
    assert.strictEqual(summary.drift.opened, 0)
  })

  it("does not take for repaired what is declared no more", () => {
    const { findings, summary } = reportOf(only([finding({ resolution: "undeclared" })]), october)
    assert.strictEqual(summary.repairs.count, 0)
    assert.deepInclude(summary.drift, { closed: 1, repaired: 0, undeclared: 1 })
    assert.strictEqual(findings[0]?.state, "undeclared")
  })

  it("names the days on which nothing ran, of those that are over", () => {
    const at = (day: string) => ({ ...runAt(`2026-10-${day}T03:00:00.000Z`) })
    const given: PeriodData = {
      ...only([], "2026-10-09T03:00:00.000Z"),
      runs: ["01", "02", "05", "09"].map(at)
    }
    assert.deepStrictEqual(reportOf(given, october).jobs[0]?.days_without_run, [
      { first: "2026-10-03", last: "2026-10-04", days: 2 },
      { first: "2026-10-06", last: "2026-10-08", days: 3 }
    ])
  })
})

const runsUsed = ({ waivers }: PeriodReport): ReadonlyArray<number> =>
  waivers.map(({ runs_expired, runs_unused, runs_used }) => runs_used + runs_unused + runs_expired)

const runAt = (tick: string): PeriodData["runs"][number] => ({
  run_id: `run of ${tick}`,
  job: "nightly",
  tick,
  trigger: "schedule",
  state: "finished",
  verdict: "in_sync",
  why: "",
  started_at: tick,
  finished_at: tick,
  exit_code: 0,
  complete: true,
  failing: 0,
  summary: null,
  requests: null,
  tool_version: null,
  manifest_sha256: null
})
