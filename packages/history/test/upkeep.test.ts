import { rmSync } from "node:fs"
import { assert, describe } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { backupHistory } from "../src/backupHistory.ts"
import { toNdjson, toTable } from "../src/exportHistory.ts"
import { History } from "../src/History.ts"
import { inspectHistory } from "../src/inspectHistory.ts"
import { retain } from "../src/retain.ts"
import { databases } from "./support/databases.ts"
import { drifted, missing, report, row } from "./support/reports.ts"
import { day, hour, type Kit, layerAt, october, onEmpty } from "./support/store.ts"

/** Thirty nights, of which the first five have drift. */
const month = ({ run }: Kit, job = "nightly") =>
  Effect.forEach(
    Array.from({ length: 30 }, (_, night) => night),
    (night) => run(october + night * day, report([night < 5 ? drifted("a") : row("a"), missing("b")]), job),
    { discard: true }
  )

describe.each(databases())("the upkeep of a history on $name", ({ address, name }) => {
  const on = onEmpty(address)

  on("throws away by age, runs after their rows", (kit) =>
    Effect.gen(function* () {
      const { hands, history } = kit
      yield* month(kit)
      hands.time = october + 30 * day
      const before = yield* history.version
      assert.deepStrictEqual(yield* retain({}), { runs: 0, runsWithoutRows: 0, findings: 0, messages: 0 })
      assert.strictEqual(yield* history.version, before)
      const thrown = yield* retain({ runsMillis: 24 * day, rowsMillis: 10 * day })
      assert.deepStrictEqual(thrown, { runs: 6, runsWithoutRows: 14, findings: 1, messages: 0 })
      assert.notStrictEqual(yield* history.version, before)
      const { items } = yield* history.runs({ limit: 100 })
      assert.strictEqual(items.length, 24)
      const [newest] = items
      const oldest = items.at(-1)
      assert.isDefined(yield* history.report(newest?.run_id ?? ""))
      assert.isUndefined(yield* history.report(oldest?.run_id ?? ""))
      // Its counts are still there.
      assert.strictEqual((yield* history.counts(oldest?.run_id ?? "")).length, 3)
      assert.deepStrictEqual(
        (yield* history.findings({ limit: 10 })).items.map(({ instance_id, seen }) => [instance_id, seen]),
        [["b", 30]]
      )
      assert.deepStrictEqual(yield* inspectHistory, [])
    })
  )

  on("throws away by number, and never what tells how a job is", (kit) =>
    Effect.gen(function* () {
      const { hands, history, run, store } = kit
      yield* run(october, report([row("a")]), "idle")
      yield* run(october + hour, report([drifted("a")]), "idle")
      yield* store.addTicks("idle", [{ tick: october + day, state: "due", why: "" }], october + day)
      yield* month(kit)
      yield* retain({ maxRuns: 5 })
      assert.strictEqual((yield* history.runs({ limit: 100, job: "nightly" })).items.length, 5)
      hands.time = october + 4_000 * day
      yield* retain({ runsMillis: day, rowsMillis: day })
      const left = (yield* history.runs({ limit: 100 })).items
      assert.deepStrictEqual(
        left.map(({ job, state, verdict }) => [job, state, verdict]),
        [
          ["nightly", "finished", "drifted"],
          ["idle", "due", null],
          ["idle", "finished", "drifted"],
          ["idle", "finished", "in_sync"]
        ]
      )
      for (const { run_id, state } of left) {
        assert.strictEqual((yield* history.report(run_id)) !== undefined, state === "finished")
      }
      assert.deepStrictEqual((yield* history.findings({ limit: 10, isOpen: false })).items, [])
      assert.strictEqual((yield* history.findings({ limit: 10, isOpen: true })).items.length, 2)
    })
  )

  on("throws away alerts that are done with, and none that is to be sent", ({ hands, store }) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const runId = yield* store.addManual("nightly")
      const fence = yield* store.begin(runId, { timeLimitMillis: hour })
      const message = { channel: "ops", job: "nightly", event: "opened", payload: {}, notBefore: 0 }
      if (fence !== undefined)
        yield* store.finish(fence, report([row("a")]), () => [
          { ...message, id: "1" },
          { ...message, id: "2" }
        ])
      yield* sql`UPDATE outbox SET sent_at = 5 WHERE outbox_id = '1'`
      hands.time += 10 * day
      assert.strictEqual((yield* retain({ rowsMillis: day })).messages, 1)
      assert.deepStrictEqual(
        (yield* sql<{ id: string }>`SELECT outbox_id AS id FROM outbox`).map(({ id }) => id),
        ["2"]
      )
    })
  )

  on("exports every run and finding, as lines and as tables", (kit) =>
    Effect.gen(function* () {
      const { history, store } = kit
      yield* month(kit)
      // More than are read at a time.
      const ticks = Array.from({ length: 2_500 }, (_, index) => ({ tick: index, state: "missed" as const, why: "" }))
      yield* store.addTicks("other", ticks, 2_500)
      const lines = [...(yield* Stream.runCollect(toNdjson(history, ["runs", "findings"])))]
      assert.isTrue(lines.every((line) => line.endsWith("\n") && line.indexOf("\n") === line.length - 1))
      const values = lines.map((line): { type: string; run_id?: string } => JSON.parse(line))
      assert.strictEqual(values.filter(({ type }) => type === "run").length, 2_530)
      assert.strictEqual(new Set(values.map(({ run_id }) => run_id)).size, 2_531)
      assert.strictEqual(values.filter(({ type }) => type === "finding").length, 2)
      const runs = toTable(history, "runs")
      const cells = [...(yield* Stream.runCollect(runs.rows))].at(-1)
      assert.strictEqual(cells?.[runs.columns.indexOf("total")], 2)
      const findings = toTable(history, "findings")
      const [first] = yield* Stream.runCollect(findings.rows)
      assert.strictEqual(first?.length, findings.columns.length)
      assert.strictEqual(first?.[findings.columns.indexOf("groups")], "[]")
    })
  )

  on("says what is not whole", (kit) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const runId = yield* kit.run(october, report([row("a"), row("b")]))
      assert.deepStrictEqual(yield* inspectHistory, [])
      yield* sql`DELETE FROM run_rows WHERE number = 1`
      assert.deepStrictEqual(yield* inspectHistory, [`The run ${runId} is finished with 2 rows, and 1 are kept.`])
      yield* sql`UPDATE runs SET state = 'running'`
      assert.deepStrictEqual(yield* inspectHistory, [`The run ${runId} is not finished, and rows of it are kept.`])
    })
  )

  on("is backed up while it is written, or says how", (kit) =>
    Effect.gen(function* () {
      const { address, store } = kit
      if (name === "PostgreSQL") {
        const error = yield* Effect.flip(backupHistory(address, "/tmp/never"))
        assert.include(error.remedy, "pg_dump")
        assert.notInclude(JSON.stringify(error), "p%40ss")
        return
      }
      yield* month(kit)
      const copies = Array.from({ length: 5 }, (_, index) => `${address}.copy${index}`)
      const writing = Effect.forever(Effect.andThen(store.addManual("nightly"), Effect.sleep(1)))
      const backups = Effect.forEach(copies, (copy) => backupHistory(address, copy), { discard: true })
      yield* Effect.raceFirst(backups, writing)
      const counts: Array<number> = []
      for (const copy of copies) {
        const checked = Effect.gen(function* () {
          assert.deepStrictEqual(yield* inspectHistory, [])
          counts.push((yield* Stream.runCollect((yield* History).allRuns)).length)
        })
        yield* Effect.provide(checked, layerAt(copy))
        rmSync(copy)
      }
      assert.isAtLeast(counts[0] ?? 0, 30)
      assert.deepStrictEqual(
        counts,
        counts.toSorted((a, b) => a - b)
      )
      assert.strictEqual((yield* Effect.flip(backupHistory(address, address))).reason, "invalid")
    })
  )
})
