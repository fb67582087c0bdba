import { assert, describe, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Database } from "../src/Database.ts"
import type { HistoryError } from "../src/HistoryError.ts"
import { type Announce, type Fence, type RunChanges, RunStore } from "../src/RunStore.ts"
import * as SqlRunStore from "../src/SqlRunStore.ts"
import { databases } from "./support/databases.ts"
import { drifted, notCompared, report, row } from "./support/reports.ts"

const silent: Announce = () => []
const hour = 3_600_000
const due = (tick: number) => ({ tick, state: "due", why: "" }) as const

/** Gives what must be there. */
const there = <A, E, R>(effect: Effect.Effect<A | undefined, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(effect, (value) => (value === undefined ? Effect.die("it is not there") : Effect.succeed(value)))

describe.each(databases())("RunStore on $name", ({ address, name }) => {
  const on = (
    title: string,
    test: (store: RunStore["Service"], at: string) => Effect.Effect<void, unknown, SqlClient>
  ) =>
    it.live(title, () =>
      Effect.flatMap(Effect.promise(address), (at) =>
        Effect.flatMap(RunStore, (store) => test(store, at)).pipe(
          Effect.provide(SqlRunStore.layer.pipe(Layer.provideMerge(Database.layer(at))))
        )
      )
    )

  /** A run of `job` that has begun. */
  const begun = (store: RunStore["Service"], job = "nightly", tick = 1): Effect.Effect<Fence, HistoryError> =>
    Effect.gen(function* () {
      yield* store.addTicks(job, [due(tick)], tick)
      const run = (yield* store.due).find((one) => one.job === job)
      return yield* there(store.begin(run?.runId ?? "", { timeLimitMillis: hour }))
    })

  const finished = (store: RunStore["Service"], of: CheckReport, tick: number) =>
    Effect.flatMap(begun(store, "nightly", tick), (fence) => store.finish(fence, of, silent))

  on("tells the time of the database, in milliseconds", (store) =>
    Effect.gen(function* () {
      const before = Date.now()
      assert.approximately(yield* store.now, before, 5_000)
      assert.isTrue(Number.isInteger(yield* store.now))
    })
  )

  on("records each tick once, whoever records it", (store) =>
    Effect.gen(function* () {
      const since = yield* store.consideredUntil("nightly")
      assert.strictEqual(yield* store.consideredUntil("nightly"), since)
      const ticks = Array.from({ length: 1_200 }, (_, index) => due(since + index))
      const added = yield* Effect.all(
        Array.from({ length: 4 }, () => store.addTicks("nightly", ticks, since + 1_200)),
        { concurrency: 4 }
      )
      assert.strictEqual(
        added.reduce((a, b) => a + b, 0),
        1_200
      )
      assert.strictEqual(yield* store.consideredUntil("nightly"), since + 1_200)
      yield* store.addTicks("nightly", [], since)
      assert.strictEqual(yield* store.consideredUntil("nightly"), since + 1_200)
    })
  )

  on("says of each job which run is due first, and of none that has one running", (store) =>
    Effect.gen(function* () {
      yield* store.addTicks("a", [due(2), due(1), { tick: 0, state: "missed", why: "nobody was there" }], 2)
      yield* store.addTicks("b", [due(3)], 3)
      const first = yield* store.due
      assert.deepStrictEqual(
        first.map(({ job, tick }) => [job, tick]),
        [
          ["a", 1],
          ["b", 3]
        ]
      )
      yield* there(store.begin(first[0]?.runId ?? "", { timeLimitMillis: hour }))
      assert.deepStrictEqual(
        (yield* store.due).map(({ job }) => job),
        ["b"]
      )
    })
  )

  on("begins one run of a job at a time, however many try at once", (store) =>
    Effect.gen(function* () {
      const ids = yield* Effect.all([
        store.addManual("nightly"),
        store.addManual("nightly"),
        store.addManual("nightly")
      ])
      const fences = yield* Effect.all(
        [...ids, ...ids, ...ids].map((runId) => store.begin(runId, { timeLimitMillis: hour })),
        { concurrency: 9 }
      )
      assert.strictEqual(fences.filter((fence) => fence !== undefined).length, 1)
      const [open, ...others] = yield* store.open
      assert.strictEqual(others.length, 0)
      assert.strictEqual(open?.deadline, (open?.startedAt ?? 0) + hour)
    })
  )

  on("lets a chunk be answered by who took it last, and by nobody else", (store) =>
    Effect.gen(function* () {
      const fence = yield* begun(store)
      assert.isTrue(yield* store.plan(fence, 0, [{ folder: "a" }, { folder: "b" }]))
      const zombie = yield* there(store.takeChunk(fence.runId, 0, "one"))
      const worker = yield* there(store.takeChunk(fence.runId, 0, "two"))
      assert.deepStrictEqual(worker.content, { folder: "a" })
      assert.isFalse(yield* store.answerChunk(zombie, "of a zombie"))
      assert.isTrue(yield* store.answerChunk(worker, "answer\0\ud800"))
      assert.isFalse(yield* store.answerChunk(zombie, "of a zombie"))
      // The same once more, as when the answer of the first attempt is lost.
      assert.isTrue(yield* store.answerChunk(worker, "answer\0\ud800"))
      assert.isUndefined(yield* store.takeChunk(fence.runId, 0, "three"))
      assert.deepStrictEqual(yield* store.answers(fence.runId), [{ number: 0, answer: "answer\0\ud800" }])
      const [left, ...others] = yield* store.unanswered(fence.runId)
      assert.strictEqual(others.length, 0)
      assert.deepStrictEqual({ ...left }, { number: 1, content: { folder: "b" }, takenAt: undefined })
      assert.deepStrictEqual(
        (yield* store.open).map(({ done, planned }) => [planned, done]),
        [[2, 1]]
      )
    })
  )

  on("adds to a plan what follows, once, and under no fence that was passed on", (store) =>
    Effect.gen(function* () {
      const first = yield* begun(store)
      assert.isTrue(yield* store.plan(first, 0, ["a"]))
      const second = yield* there(store.takeRun(first.runId))
      assert.isFalse(yield* store.plan(first, 1, ["b"]))
      assert.isFalse(yield* store.plan(second, 0, ["b", "c"]))
      assert.isTrue(yield* store.plan(second, 1, ["b", "c"]))
      // The same once more, as when the answer of the first attempt is lost.
      assert.isTrue(yield* store.plan(second, 1, ["b", "c"]))
      const left = yield* store.unanswered(first.runId)
      assert.deepStrictEqual(
        left.map(({ content, number }) => [number, content]),
        [
          [0, "a"],
          [1, "b"],
          [2, "c"]
        ]
      )
    })
  )

  on("plans within a transaction of others, with which it stands or falls", (store) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const fence = yield* begun(store)
      const failing = Effect.andThen(store.plan(fence, 0, ["a"]), Effect.fail("no"))
      yield* Effect.exit(sql.withTransaction(failing))
      assert.strictEqual((yield* store.unanswered(fence.runId)).length, 0)
      yield* sql.withTransaction(store.plan(fence, 0, ["a"]))
      assert.strictEqual((yield* store.unanswered(fence.runId)).length, 1)
    })
  )

  on("closes a run once: by who holds its fence, all at once, and again without effect", (store) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const zombie = yield* begun(store)
      yield* store.plan(zombie, 0, ["a"])
      const chunk = yield* there(store.takeChunk(zombie.runId, 0, "one"))
      const fence = yield* there(store.takeRun(zombie.runId))
      const of = report([drifted("a"), row("b")])
      assert.isFalse(yield* store.finish(zombie, of, silent))
      assert.isFalse(yield* store.fail(zombie, [], silent))
      const message = { channel: "ops", job: "nightly", event: "opened", payload: { a: 1 }, notBefore: 5 }
      const announce: Announce = ({ opened }) => opened.map(({ finding_id }) => ({ ...message, id: finding_id }))
      assert.isTrue(yield* store.finish(fence, of, announce))
      assert.isTrue(yield* store.finish(fence, of, announce))
      assert.isFalse(yield* store.fail(fence, [], silent))
      assert.isFalse(yield* store.finish(zombie, of, silent))
      assert.isFalse(yield* store.answerChunk(chunk, "late"))
      assert.isUndefined(yield* store.takeRun(fence.runId))
      assert.isUndefined(yield* store.takeChunk(fence.runId, 0, "late"))
      const counted = yield* sql`
        SELECT (SELECT COUNT(*) FROM run_rows) AS "rows", (SELECT COUNT(*) FROM findings) AS findings,
          (SELECT COUNT(*) FROM outbox) AS messages, (SELECT COUNT(*) FROM chunks) AS chunks`
      assert.deepStrictEqual({ ...counted[0] }, { rows: 2, findings: 1, messages: 1, chunks: 0 })
    })
  )

  on("tells whoever announces what a run changed", (store) =>
    Effect.gen(function* () {
      yield* finished(store, report([drifted("a")]), 1)
      yield* Effect.sleep(2)
      const second = yield* begun(store, "nightly", 2)
      const told: Array<RunChanges> = []
      const listen: Announce = (changes) => {
        told.push(changes)
        return []
      }
      yield* store.fail(second, [{ severity: "error", summary: "No such file", path: "a.yaml" }], listen)
      yield* Effect.sleep(2)
      const third = yield* begun(store, "nightly", 3)
      yield* store.finish(third, report([row("a"), drifted("b")]), listen)
      const [failure = assert.fail(), after = assert.fail()] = told
      assert.strictEqual(failure.run.state, "failed")
      assert.strictEqual(failure.run.verdict, "error")
      assert.strictEqual(failure.run.why, "a.yaml: No such file")
      assert.strictEqual(failure.previous?.verdict, "drifted")
      assert.strictEqual(failure.couldNotTell, 1)
      assert.deepStrictEqual(
        after.resolved.map(({ instance_id, resolution }) => [instance_id, resolution]),
        [["a", "in_sync"]]
      )
      assert.deepStrictEqual(
        after.opened.map(({ instance_id, seen }) => [instance_id, seen]),
        [["b", 1]]
      )
      assert.deepStrictEqual([after.couldNotTell, after.couldNotTellBefore, after.failedBefore], [0, 1, 1])
    })
  )

  on("counts runs that did not compare all among those that could not tell, also where drift hides it", (store) =>
    Effect.gen(function* () {
      const streaks: Array<ReadonlyArray<number>> = []
      const of = [
        report([drifted("a"), notCompared("b")]),
        // A group without a member.
        report([drifted("a")], { complete: false }),
        report([drifted("a"), row("b")])
      ]
      for (const [index, one] of of.entries()) {
        yield* Effect.sleep(2)
        const fence = yield* begun(store, "nightly", index + 1)
        yield* store.finish(fence, one, ({ couldNotTell, couldNotTellBefore, failedBefore }) => {
          streaks.push([couldNotTell, couldNotTellBefore, failedBefore])
          return []
        })
      }
      assert.deepStrictEqual(streaks, [
        [1, 0, 0],
        [2, 1, 0],
        [0, 2, 0]
      ])
    })
  )

  on("closes a run of which nobody can be told", (store) =>
    Effect.gen(function* () {
      const broken: Announce = () => {
        throw new RangeError("Invalid time value")
      }
      assert.isTrue(yield* store.finish(yield* begun(store), report([drifted("a")]), broken))
      assert.isTrue(yield* store.fail(yield* begun(store, "nightly", 2), [], broken))
      assert.deepStrictEqual(yield* store.open, [])
    })
  )

  if (name === "PostgreSQL") {
    on("closes a run of many resources, between whose statements much is worked out", (store) =>
      Effect.gen(function* () {
        const fence = yield* begun(store)
        const slow: Announce = () => {
          const end = performance.now() + 5_500
          while (performance.now() < end);
          return []
        }
        const many = report(Array.from({ length: 10_000 }, (_, index) => row(`epd${index}`)))
        assert.isTrue(yield* store.finish(fence, many, slow))
        assert.deepStrictEqual(yield* store.open, [])
      })
    )
  }

  on("records hostile names", (store) =>
    Effect.gen(function* () {
      const hostile = "\0\ud800'; DROP TABLE runs; --".repeat(500)
      const fence = yield* begun(store)
      const of = {
        ...drifted(hostile, { reason: hostile }),
        owner: hostile,
        groups: [hostile],
        folder_id: hostile,
        address: hostile
      }
      assert.isTrue(yield* store.finish(fence, report([of]), silent))
    })
  )
})
