/** What becomes of a history whose database cannot be used: a clear error, recovery where there is one, and never half a run. */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Database } from "../src/Database.ts"
import { History } from "../src/History.ts"
import { HistoryError } from "../src/HistoryError.ts"
import { inspectHistory } from "../src/inspectHistory.ts"
import { RunStore } from "../src/RunStore.ts"
import { databases, postgresServer, temporaryDirectory } from "./support/databases.ts"
import { drifted, report } from "./support/reports.ts"
import { hour, layerAt, onEmpty, silent } from "./support/store.ts"

/** Why the history at `address` cannot be opened. */
const refusal = (address: string): Effect.Effect<HistoryError, unknown> =>
  Effect.flip(Effect.provide(Effect.void, Database.layer(address)))

/** A night with much to write. */
const large = report(Array.from({ length: 2_000 }, (_, index) => drifted(`i${index}`)))

/** Begins a run, and gives its fence. */
const begun = Effect.fnUntraced(function* (store: RunStore["Service"]) {
  const fence = yield* store.begin(yield* store.addManual("nightly"), { timeLimitMillis: hour })
  return fence ?? (yield* Effect.die("it did not begin"))
})

describe("a history in a file", () => {
  const directory = temporaryDirectory()
  let made = 0
  const fresh = () => {
    const path = join(directory(), String(++made))
    mkdirSync(path)
    return join(path, "history.sqlite")
  }
  const unprivileged = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    process.getuid?.() !== 0
      ? effect
      : Effect.acquireUseRelease(
          Effect.sync(() => process.seteuid?.(65_534)),
          () => effect,
          () => Effect.sync(() => process.seteuid?.(0))
        )

  it.live("says what is wrong with a file that is none, is damaged, or is newer", () =>
    Effect.gen(function* () {
      const other = fresh()
      writeFileSync(other, "version: 1\n".repeat(1_000))
      assert.strictEqual((yield* refusal(other)).reason, "not_a_database")
      const damaged = fresh()
      yield* Effect.provide(Effect.flatMap(RunStore, begun), layerAt(damaged))
      const newer = fresh()
      copyFileSync(damaged, newer)
      yield* Effect.provide(
        Effect.flatMap(
          SqlClient,
          (sql) => sql`INSERT INTO holdfast_migrations (migration_id, name) VALUES (999, 'later')`
        ),
        layerAt(newer)
      )
      const error = yield* refusal(newer)
      assert.strictEqual(error.reason, "newer")
      assert.include(error.message, `Cannot open the history in ${newer}: `)
      assert.include(error.message, "999")
      writeFileSync(damaged, Buffer.alloc(5_000, "Z"), { flag: "r+" })
      assert.include(["corrupt", "not_a_database"], (yield* refusal(damaged)).reason)
    })
  )

  it.live("says that it may not write to the file or its directory", () =>
    Effect.gen(function* () {
      const path = fresh()
      yield* Effect.provide(Effect.flatMap(RunStore, begun), layerAt(path))
      const file = yield* unprivileged(refusal(path))
      assert.strictEqual(file.reason, "read_only")
      chmodSync(path, 0o666)
      chmodSync(join(path, ".."), 0o555)
      chmodSync(directory(), 0o755)
      const folder = yield* unprivileged(refusal(path))
      chmodSync(join(path, ".."), 0o755)
      assert.strictEqual(folder.reason, "read_only")
      const nowhere = yield* refusal(join(directory(), "no", "history.sqlite"))
      assert.strictEqual(nowhere.reason, "unavailable")
      assert.include(nowhere.remedy, "directory exists")
    })
  )

  it.live("closes no run by half on a full disk, and closes it once there is space", () =>
    Effect.provide(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const store = yield* RunStore
        const history = yield* History
        const fence = yield* begun(store)
        const [pages] = yield* sql<{ page_count: number }>`PRAGMA page_count`
        // SQLite's own limit stands for the disk: it fails with the same code at the same places, wherever those are.
        for (const more of [1, 20, 100, 300]) {
          yield* sql.unsafe(`PRAGMA max_page_count = ${(pages?.page_count ?? 0) + more}`)
          const error = yield* Effect.flip(store.finish(fence, large, silent))
          assert.strictEqual(error.reason, "full")
          assert.include(error.message, "Cannot close the run in ")
          assert.strictEqual((yield* history.run(fence.runId))?.state, "running")
          assert.strictEqual((yield* history.findings({ limit: 1 })).items.length, 0)
          assert.deepStrictEqual(yield* inspectHistory, [])
        }
        yield* sql.unsafe("PRAGMA max_page_count = 1000000000")
        assert.isTrue(yield* store.finish(fence, large, silent))
        assert.deepStrictEqual(yield* inspectHistory, [])
        assert.strictEqual((yield* Stream.runCollect(history.allFindings)).length, 2_000)
      }),
      layerAt(fresh())
    )
  )
})

describe("a history on a server", () => {
  const server = postgresServer()
  let made = 0
  const fresh = Effect.fnUntraced(function* () {
    const name = `faults_${++made}`
    yield* Effect.promise(() => server().createDatabase(name))
    return server().url(name)
  })

  it.live("names the server and never the password where it cannot be reached or refuses", () =>
    Effect.gen(function* () {
      const gone = yield* refusal("postgres://holdfast:hunter2@127.0.0.1:1/history")
      assert.strictEqual(gone.reason, "unavailable")
      assert.include(gone.message, "127.0.0.1:1/history")
      const url = new URL(yield* fresh())
      url.password = "hunter2"
      const refused = yield* refusal(url.href)
      assert.strictEqual(refused.reason, "denied")
      const invalid = yield* refusal("postgres://holdfast:hunter2@[/history")
      assert.strictEqual(invalid.reason, "invalid")
      for (const error of [gone, refused, invalid]) {
        assert.notInclude(`${error.message}${error.remedy}${JSON.stringify(error)}`, "hunter2")
      }
    })
  )

  it.live(
    "loses and invents nothing when the server is stopped in the middle of work, and goes on when it is back",
    () =>
      Effect.flatMap(fresh(), (address) =>
        Effect.provide(
          Effect.gen(function* () {
            const store = yield* RunStore
            const history = yield* History
            const done: Array<string> = []
            const errors: Array<HistoryError> = []
            const work = Effect.gen(function* () {
              const fence = yield* begun(store)
              // As a replica does: the same again until it is answered.
              for (;;) {
                const closed = yield* Effect.result(store.finish(fence, large, silent))
                if (closed._tag === "Success" && closed.success) break
                if (closed._tag === "Failure") errors.push(closed.failure)
                yield* Effect.sleep("100 millis")
              }
              done.push(fence.runId)
            })
            const worker = yield* Effect.forkChild(
              Effect.forever(
                Effect.catchIf(
                  work,
                  (error) => error instanceof HistoryError,
                  (error) =>
                    Effect.andThen(
                      Effect.sync(() => errors.push(error)),
                      Effect.sleep("100 millis")
                    )
                )
              )
            )
            for (const downMillis of [0, 6_500]) {
              const before = done.length
              yield* Effect.sleep("600 millis")
              yield* Effect.promise(() => server().stop())
              yield* Effect.sleep(downMillis)
              yield* Effect.promise(() => server().start())
              for (let tries = 0; done.length <= before + 1 && tries < 300; tries++) {
                yield* Effect.sleep("100 millis")
                // A beginning whose answer was lost has begun a run that nobody holds: others take it over.
                for (const { runId } of yield* Effect.orElseSucceed(store.open, () => [])) {
                  if (tries % 50 !== 49) continue
                  const left = yield* Effect.orElseSucceed(store.takeRun(runId), () => undefined)
                  if (left !== undefined) yield* Effect.ignore(store.finish(left, large, silent))
                }
              }
              assert.isAbove(done.length, before)
            }
            yield* Fiber.interrupt(worker)
            // A server that is gone for longer than a step is tried again is told of.
            assert.isAbove(errors.length, 0)
            assert.deepStrictEqual([...new Set(errors.map(({ reason }) => reason))], ["unavailable"])
            assert.deepStrictEqual(yield* inspectHistory, [])
            for (const runId of done) assert.strictEqual((yield* history.run(runId))?.state, "finished")
            const { items } = yield* history.findings({ limit: 1, isOpen: true })
            const finished = (yield* Stream.runCollect(history.allRuns)).filter(({ state }) => state === "finished")
            // Each closing was counted once, however often it was tried.
            assert.strictEqual(items[0]?.seen, finished.length)
          }),
          layerAt(address)
        )
      ),
    120_000
  )
})

describe.each(databases())("several replicas on $name", ({ address }) => {
  it.live("bring a new database to its schema at the same moment", () =>
    Effect.gen(function* () {
      const at = yield* Effect.promise(address)
      const stores = yield* Effect.all(
        Array.from({ length: 3 }, () => Layer.build(layerAt(at))),
        { concurrency: 3 }
      )
      assert.strictEqual(stores.length, 3)
    }).pipe(Effect.scoped)
  )

  onEmpty(address)("begin one run of a job at a time, and close each once", ({ address: at }) =>
    Effect.gen(function* () {
      const replica = Effect.gen(function* () {
        const store = yield* RunStore
        let closed = 0
        for (let index = 0; index < 10; index++) {
          const runId = yield* store.addManual("nightly")
          const fence = yield* store.begin(runId, { timeLimitMillis: hour })
          assert.isAtMost((yield* store.open).length, 1)
          if (fence !== undefined && (yield* store.finish(fence, report([drifted("a")]), silent))) closed += 1
        }
        return closed
      })
      const counts = yield* Effect.all(
        Array.from({ length: 3 }, () => Effect.provide(replica, layerAt(at))),
        { concurrency: 3 }
      )
      const closed = counts.reduce((a, b) => a + b, 0)
      assert.isAbove(closed, 0)
      const told = yield* Effect.provide(
        Effect.gen(function* () {
          const all = yield* Stream.runCollect((yield* History).allRuns)
          const [finding] = (yield* (yield* History).findings({ limit: 1 })).items
          return { finished: all.filter(({ state }) => state === "finished").length, seen: finding?.seen }
        }),
        layerAt(at)
      )
      assert.deepStrictEqual(told, { finished: closed, seen: closed })
    })
  )
})
