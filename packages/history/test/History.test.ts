import { assert, describe } from "@effect/vitest"
import type { WaiverReport } from "@holdfast/check/CheckReport"
import { Effect, Stream } from "effect"
import type { Page, Paging } from "../src/History.ts"
import type { HistoryError } from "../src/HistoryError.ts"
import { databases } from "./support/databases.ts"
import { drifted, missing, notCompared, report, row, unlisted } from "./support/reports.ts"
import { day, hour, october, onEmpty, silent } from "./support/store.ts"

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** All pages of a few items. */
const allPages = <A>(read: (paging: Paging) => Effect.Effect<Page<A>, HistoryError>, limit: number) =>
  Effect.gen(function* () {
    const items: Array<A> = []
    for (let after: string | undefined; ; ) {
      const page: Page<A> = yield* read({ after, limit })
      items.push(...page.items)
      if (page.next === null) return items
      assert.strictEqual(page.items.length, limit)
      after = page.next
    }
  })

const waiver = (target: string, more: Partial<WaiverReport> = {}): WaiverReport => ({
  kind: "resource",
  target,
  fields: null,
  until: "2026-10-31",
  reason: "being moved",
  approved_by: null,
  ticket: null,
  accepts: [target],
  source: { path: "backup.yaml", line: 1, column: 1 },
  ...more
})

describe.each(databases())("History on $name", ({ address }) => {
  const on = onEmpty(address)

  on("gives back the report of a run as it was", ({ history, run }) =>
    Effect.gen(function* () {
      const hostile = { ...drifted("b"), address: "\0\ud800", owner: "\0" }
      const of = report([notCompared("c"), row("a"), hostile], {
        unlisted: [unlisted("u")],
        waivers: { used: [waiver("a")], unused: [], expired: [] }
      })
      const runId = yield* run(october, of)
      assert.deepStrictEqual(yield* history.report(runId), of)
      assert.isUndefined(yield* history.report("no such run\0"))
      assert.isUndefined(yield* history.run("no such run\0"))
    })
  )

  on("tells how each job is", ({ hands, history, run, store }) =>
    Effect.gen(function* () {
      yield* store.consideredUntil("never")
      yield* run(october, report([row("a")]))
      // Content with drift that is not as bad as its `failOn`.
      yield* run(october + hour, report([drifted("a")], { exit_code: 0, failing: 0, fail_on: "critical" }))
      const second = yield* run(october + day, report([drifted("a"), missing("b")]))
      const missed = october + 2 * day
      yield* store.addTicks("nightly", [{ tick: missed, state: "missed", why: "nobody was there" }], missed)
      hands.time = october + 3 * day
      const manual = yield* store.addManual("nightly")
      yield* store.begin(manual, { timeLimitMillis: hour })
      const [never, nightly] = yield* history.jobs
      assert.deepStrictEqual(never, {
        job: "never",
        last: null,
        latest: null,
        lastInSync: null,
        running: null,
        openFindings: 0
      })
      assert.strictEqual(nightly?.last?.run_id, second)
      assert.strictEqual(nightly?.last?.verdict, "drifted")
      assert.strictEqual(nightly?.last?.tick, "2026-10-02T00:00:00.000Z")
      assert.strictEqual(nightly?.last?.finished_at, "2026-10-02T00:01:00.000Z")
      assert.deepStrictEqual(nightly?.last?.summary, report([drifted("a"), missing("b")]).summary)
      assert.strictEqual(nightly?.latest?.state, "missed")
      assert.strictEqual(nightly?.lastInSync?.tick, "2026-10-01T00:00:00.000Z")
      assert.strictEqual(nightly?.running?.run_id, manual)
      assert.strictEqual(nightly?.running?.trigger, "manual")
      assert.strictEqual(nightly?.openFindings, 2)
    })
  )

  on("pages runs, newest first, and filters them", ({ history, run }) =>
    Effect.gen(function* () {
      for (let index = 0; index < 7; index++) {
        yield* run(october + index * hour, report([index % 2 === 0 ? row("a") : drifted("a")]))
        yield* run(october + index * hour, report([notCompared("a"), row("b")]), "other")
      }
      const all = yield* allPages((paging) => history.runs(paging), 3)
      assert.strictEqual(all.length, 14)
      assert.deepStrictEqual(
        all.map(({ tick }) => tick),
        all
          .map(({ tick }) => tick)
          .toSorted()
          .toReversed()
      )
      const some = yield* allPages((paging) => history.runs({ ...paging, job: "nightly", verdict: "drifted" }), 2)
      assert.deepStrictEqual(
        some.map(({ job, verdict }) => [job, verdict]),
        Array(3).fill(["nightly", "drifted"])
      )
      assert.strictEqual((yield* history.runs({ limit: 100, verdict: "could_not_tell" })).items.length, 7)
      assert.strictEqual((yield* history.runs({ limit: 100, state: "failed" })).items.length, 0)
      const streamed = yield* Stream.runCollect(history.allRuns)
      assert.deepStrictEqual(
        [...streamed].map(({ run_id }) => run_id).toSorted(),
        all.map(({ run_id }) => run_id).toSorted()
      )
      for (const text of ["x", '[1,"\\u0000"]', '[1,"\\ud800"]', '[1e300,"a"]', "[1.5]", "{}"]) {
        const after = Buffer.from(text).toString("base64url")
        const error = yield* Effect.flip(history.runs({ limit: 1, after }))
        assert.strictEqual(error.reason, "unknown_page", text)
        assert.strictEqual((yield* Effect.flip(history.findings({ limit: 1, after }))).reason, "unknown_page", text)
      }
    })
  )

  on("pages the rows of a run as its report has them, and takes filters by the letter", ({ history, run }) =>
    Effect.gen(function* () {
      const rows = [
        { ...drifted("1"), address: "a%b", owner: "ops" },
        { ...row("2"), address: "a_b" },
        { ...row("3"), address: "a\\b", owner: "ops" },
        { ...row("4"), address: "AxB" }
      ]
      const runId = yield* run(october, report(rows))
      assert.deepStrictEqual(yield* allPages((paging) => history.rows(runId, paging), 3), rows)
      const found = (text: string) =>
        Effect.map(history.rows(runId, { limit: 10, text }), ({ items }) => items.map(({ instance_id }) => instance_id))
      assert.deepStrictEqual(yield* found("a%"), ["1"])
      assert.deepStrictEqual(yield* found("a_"), ["2"])
      assert.deepStrictEqual(yield* found("a\\"), ["3"])
      assert.deepStrictEqual(yield* found("axb"), ["4"])
      assert.deepStrictEqual(yield* found("3"), ["3"])
      assert.deepStrictEqual(yield* found("'; DROP TABLE runs; --"), [])
      assert.deepStrictEqual(yield* found("\0"), [])
      assert.strictEqual((yield* history.rows(runId, { limit: 10, owner: "ops", state: "in_sync" })).items.length, 1)
    })
  )

  on("counts a run by group, owner and folder", ({ history, run }) =>
    Effect.gen(function* () {
      const runId = yield* run(
        october,
        report([
          { ...drifted("1"), groups: ["db", "web"], owner: "ops", folder_id: "b1g" },
          { ...notCompared("2"), groups: ["web"] },
          row("3")
        ])
      )
      const counts = yield* history.counts(runId)
      assert.deepStrictEqual(
        counts.map(({ compared, drifted, kind, name, total }) => [kind, name, total, compared, drifted]),
        [
          ["folder", "", 2, 1, 0],
          ["folder", "b1g", 1, 1, 1],
          ["group", "", 1, 1, 0],
          ["group", "db", 1, 1, 1],
          ["group", "web", 2, 1, 1],
          ["owner", "", 2, 1, 0],
          ["owner", "ops", 1, 1, 1]
        ]
      )
    })
  )

  on("follows findings from run to run", ({ history, run }) =>
    Effect.gen(function* () {
      const old = drifted("a", {
        field: "maxBackupAge",
        reason_code: "HF010",
        age_seconds: 10_800,
        limit_seconds: 7_200
      })
      const first = yield* run(october, report([{ ...old, groups: ["web"], owner: "ops" }, missing("b")]))
      yield* run(october + day, report([notCompared("a"), row("b")]))
      const third = yield* run(october + 2 * day, report([row("a"), row("b")]))
      const { items } = yield* history.findings({ limit: 10, instance: "a", kind: "drift" })
      assert.deepStrictEqual(plain(items.map(({ finding_id: _, ...finding }) => finding)), [
        {
          job: "nightly",
          kind: "drift",
          address: "web-a",
          instance_id: "a",
          field: "maxBackupAge",
          reason_code: "HF010",
          severity: "high",
          owner: "ops",
          folder_id: null,
          groups: ["web"],
          reason: "The backup is not enabled.",
          change: plain(old.changes[0]),
          first_seen: "2026-10-01T00:00:00.000Z",
          last_seen: "2026-10-01T00:00:00.000Z",
          began_at: "2026-09-30T23:00:00.000Z",
          seen: 1,
          unknown_since: null,
          resolved_at: "2026-10-03T00:00:00.000Z",
          resolution: "in_sync",
          waived: false,
          first_run: first,
          last_run: first,
          resolved_run: third
        }
      ])
      const all = yield* allPages((paging) => history.findings(paging), 2)
      assert.deepStrictEqual(all.map(({ kind, resolution }) => `${kind} ${resolution}`).toSorted(), [
        "drift in_sync",
        "missing in_sync",
        "not_compared changed"
      ])
      assert.strictEqual((yield* history.findings({ limit: 10, isOpen: true })).items.length, 0)
      assert.strictEqual(
        (yield* history.findings({ limit: 10, during: { from: october + 3 * day, to: october + 9 * day } })).items
          .length,
        0
      )
      assert.strictEqual((yield* history.findings({ limit: 10, severity: "low" })).items.length, 0)
      assert.strictEqual((yield* history.findings({ limit: 10, waived: true })).items.length, 0)
      assert.strictEqual((yield* Stream.runCollect(history.allFindings)).length, 3)
      const figures = yield* history.figures({ from: october, to: october + 9 * day })
      assert.deepStrictEqual(figures, { open: [], repaired: 2, repaired_ms: 2 * day + hour + day })
    })
  )

  on("tells an instance's whole story", ({ history, run }) =>
    Effect.gen(function* () {
      yield* run(october, report([drifted("a"), row("b")]))
      yield* run(october + day, report([row("a"), row("b")]))
      yield* run(october + day, report([missing("a")]), "other")
      const story = yield* history.instance("a")
      assert.deepStrictEqual(
        story?.rows.map(({ row, run }) => [run.job, row.state]),
        [
          ["nightly", "in_sync"],
          ["other", "missing"]
        ]
      )
      assert.strictEqual(story?.runs.length, 3)
      assert.strictEqual(story?.runs.at(-1)?.state, "drifted")
      assert.deepStrictEqual(
        story?.findings.map(({ kind }) => kind),
        ["missing", "drift"]
      )
      assert.isUndefined(yield* history.instance("c"))
    })
  )

  on("tells of the waivers that the last run of each job saw", ({ history, run }) =>
    Effect.gen(function* () {
      const waivers = (used: ReadonlyArray<WaiverReport>, unused: ReadonlyArray<WaiverReport> = []) => ({
        waivers: { used, unused, expired: [] }
      })
      yield* run(october, report([row("a")], waivers([waiver("a"), waiver("b")])))
      yield* run(
        october + day,
        report([row("a")], waivers([], [waiver("b", { accepts: [] }), waiver("c", { until: "2026-10-05T10:00:00Z" })]))
      )
      const seen = yield* history.waivers({})
      assert.deepStrictEqual(
        seen.map(({ first_seen, state, until_at, used, waiver }) => [
          waiver.target,
          state,
          used,
          first_seen.slice(0, 10),
          until_at
        ]),
        [
          ["c", "unused", 0, "2026-10-02", "2026-10-05T10:00:00.000Z"],
          ["b", "unused", 1, "2026-10-01", "2026-11-01T00:00:00.000Z"]
        ]
      )
      yield* run(october + 2 * day, report([row("a")]))
      assert.deepStrictEqual(yield* history.waivers({ job: "nightly" }), [])
    })
  )

  on("draws the trend by days, each job by its last run of the day", ({ history, run }) =>
    Effect.gen(function* () {
      yield* run(october + hour, report([drifted("a")]))
      yield* run(october + 2 * hour, report([row("a")]))
      yield* run(october + 2 * hour, report([missing("b"), notCompared("c")]), "other")
      yield* run(october + day, report([row("a")]))
      const trend = yield* history.trend({ from: october, to: october + 2 * day })
      assert.deepStrictEqual(
        trend.map(({ compared, day, drifted, in_sync, missing, runs, total }) => [
          day,
          runs,
          total,
          compared,
          in_sync,
          drifted,
          missing
        ]),
        [
          ["2026-10-01", 3, 3, 2, 1, 0, 1],
          ["2026-10-02", 1, 1, 1, 1, 0, 0]
        ]
      )
      assert.strictEqual((yield* history.trend({ job: "other", from: october, to: october + day })).length, 1)
    })
  )

  on("has another version after each change, and the same without one", ({ history, run, store }) =>
    Effect.gen(function* () {
      const versions = [yield* history.version]
      yield* run(october, report([drifted("a")]))
      versions.push(yield* history.version)
      assert.strictEqual(yield* history.version, versions[1])
      const manual = yield* store.addManual("nightly")
      versions.push(yield* history.version)
      const fence = yield* store.begin(manual, { timeLimitMillis: hour })
      versions.push(yield* history.version)
      if (fence !== undefined) yield* store.fail(fence, [], silent)
      versions.push(yield* history.version)
      assert.strictEqual(new Set(versions).size, 5)
      const [open] = (yield* history.findings({ limit: 1 })).items
      assert.isNotNull(open?.unknown_since)
    })
  )
})
