import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { backupSqlite } from "../src/backupSqlite.ts"
import * as NodeSqlite from "../src/NodeSqlite.ts"
import { connect } from "./support/connect.ts"
import { temporaryDirectory } from "./support/databases.ts"
import { ended, start } from "./support/processes.ts"

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
const pragma = (name: string) =>
  Effect.flatMap(SqlClient, (sql) => Effect.map(sql.unsafe(`PRAGMA ${name}`).values, (rows) => rows[0]?.[0]))
const fill = (rows: number) =>
  Effect.flatMap(SqlClient, (sql) =>
    sql.withTransaction(
      Effect.gen(function* () {
        yield* sql`CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, body TEXT) STRICT`
        yield* sql`INSERT INTO entry (body)
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT hex(randomblob(200)) FROM n`
      })
    )
  )
const count = Effect.flatMap(SqlClient, (sql) =>
  Effect.map(sql<{ n: number }>`SELECT COUNT(*) AS n FROM entry`, ([row]) => row?.n)
)
/** Why the database at `path` cannot be opened. */
const refusal = (path: string) => Effect.flip(Effect.provide(Effect.void, NodeSqlite.layer(path)))

/** Runs `effect` as a user who may not write where only the owner may; root may everywhere. */
const unprivileged = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  process.getuid?.() !== 0
    ? effect
    : Effect.acquireUseRelease(
        Effect.sync(() => process.seteuid?.(65_534)),
        () => effect,
        () => Effect.sync(() => process.seteuid?.(0))
      )

describe("NodeSqlite", () => {
  const directory = temporaryDirectory()
  let made = 0
  const fresh = (name = "history.db") => {
    const path = join(directory(), String(++made))
    mkdirSync(path)
    return join(path, name)
  }

  it.live("makes the file, its log and its index for their owner alone", () =>
    Effect.gen(function* () {
      const path = fresh()
      yield* Effect.gen(function* () {
        yield* fill(1)
        assert.deepStrictEqual([path, `${path}-wal`, `${path}-shm`].map(mode), ["600", "600", "600"])
      }).pipe(Effect.provide(connect(path)))
    })
  )

  it.live("syncs each commit, keeps a write-ahead log and checks references", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* pragma("journal_mode"), "wal")
      assert.strictEqual(yield* pragma("synchronous"), 2)
      assert.strictEqual(yield* pragma("foreign_keys"), 1)
      assert.strictEqual(yield* pragma("trusted_schema"), 0)
    }).pipe(Effect.provide(connect(fresh())))
  )

  it.live.each([":memory:", "file:x.db?mode=memory", "Ünïcödé ' \" 😀.db", "-x.db"])(
    "takes %s for a file's name",
    (name) =>
      Effect.gen(function* () {
        const path = fresh(name)
        yield* Effect.provide(fill(3), connect(path))
        assert.strictEqual(yield* Effect.provide(count, connect(path)), 3)
        assert.deepStrictEqual(readdirSync(join(path, "..")), [name])
      })
  )

  it.live("refuses a file of something else, and leaves it as it is", () =>
    Effect.gen(function* () {
      const path = fresh("manifest.yaml")
      const text = "version: 1\n".repeat(1000)
      writeFileSync(path, text)
      const error = yield* refusal(path)
      assert.strictEqual(error.problem, "not_a_database")
      assert.include(error.message, path)
      assert.include(error.remedy, "Name another file")
      assert.strictEqual(readFileSync(path, "utf8"), text)
    })
  )

  it.live.each([
    ["a page is overwritten", (bytes: Buffer) => bytes.fill(0x5a, bytes.length / 2, bytes.length / 2 + 4096)],
    ["its end is cut off", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ["its header says another size", (bytes: Buffer) => bytes.fill(0xff, 28, 32)]
  ] as const)("refuses a database of which %s", ([, damage]) =>
    Effect.gen(function* () {
      const path = fresh()
      yield* Effect.provide(fill(2000), connect(path))
      writeFileSync(path, damage(readFileSync(path)))
      const error = yield* refusal(path)
      assert.strictEqual(error.problem, "corrupt")
      assert.include(error.remedy, "Restore the last backup")
    })
  )

  it.live("refuses a file, a directory and a missing directory that it may not write to", () =>
    Effect.gen(function* () {
      const path = fresh()
      yield* Effect.provide(fill(1), connect(path))
      const missing = yield* refusal(join(directory(), "no", "history.db"))
      assert.strictEqual(missing.problem, "cannot_open")
      assert.include(missing.remedy, "directory exists")
      const isDirectory = yield* refusal(directory())
      assert.strictEqual(isDirectory.problem, "cannot_open")
      const readOnly = yield* unprivileged(refusal(path))
      assert.strictEqual(readOnly.problem, "read_only")
      assert.include(readOnly.remedy, "write to the file and to its directory")
    })
  )

  it.live("keeps what is committed when there is no more space, and goes on when there is", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* fill(10)
      // SQLite's own limit stands for the disk: the same code, at the same places.
      yield* pragma("max_page_count = 20")
      const error = yield* Effect.flip(fill(10_000))
      assert.include(error.message, "database or disk is full")
      assert.strictEqual(yield* count, 10)
      yield* pragma("max_page_count = 1000000")
      yield* fill(5)
      assert.strictEqual(yield* count, 15)
      assert.strictEqual((yield* sql`PRAGMA integrity_check`)[0]?.integrity_check, "ok")
    }).pipe(Effect.provide(connect(fresh())))
  )

  it.live("waits for another process's lock without stopping this one", () =>
    Effect.gen(function* () {
      const path = fresh()
      yield* Effect.provide(fill(1), connect(path))
      const other = new DatabaseSync(path)
      other.exec("BEGIN IMMEDIATE")
      yield* Effect.gen(function* () {
        const writing = yield* Effect.forkChild(fill(1))
        const beats: Array<number> = []
        const beating = yield* Effect.sync(() => beats.push(performance.now())).pipe(
          Effect.andThen(Effect.sleep("10 millis")),
          Effect.forever,
          Effect.forkChild
        )
        yield* Effect.sleep("1 second")
        other.exec("COMMIT")
        other.close()
        yield* Fiber.join(writing)
        yield* Fiber.interrupt(beating)
        const longest = Math.max(...beats.slice(1).map((beat, index) => beat - (beats[index] ?? beat)))
        assert.isBelow(longest, 900)
        assert.strictEqual(yield* count, 2)
      }).pipe(Effect.provide(connect(path)))
    })
  )

  it.live("opens one new file in many processes at once", () =>
    Effect.gen(function* () {
      const path = fresh()
      const writers = ["a", "b", "c", "d", "e", "f"].map(() => start("opener", path))
      assert.deepStrictEqual(yield* Effect.promise(() => Promise.all(writers.map(ended))), [0, 0, 0, 0, 0, 0])
    })
  )

  it.live("says which parameter SQLite does not take", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const error = yield* Effect.flip(sql`SELECT ${1} AS a, ${true} AS b`)
      assert.include(error.message, "parameter 2 is boolean")
    }).pipe(Effect.provide(connect(fresh())))
  )

  describe("backup", () => {
    it.live("copies the database while others write, for its owner alone, and the copy opens", () =>
      Effect.gen(function* () {
        const path = fresh()
        const copy = join(path, "..", "copy.db")
        yield* Effect.gen(function* () {
          yield* fill(5000)
          const writing = yield* Effect.forkChild(Effect.forever(Effect.andThen(fill(10), Effect.yieldNow)))
          yield* backupSqlite(path, copy)
          yield* Fiber.interrupt(writing)
        }).pipe(Effect.provide(connect(path)))
        const rows = yield* Effect.provide(count, connect(copy))
        assert.isTrue(rows !== undefined && rows >= 5000 && rows % 10 === 0)
        assert.strictEqual(mode(copy), "600")
        assert.deepStrictEqual(readdirSync(join(path, "..")).sort(), ["copy.db", "history.db"])
      })
    )

    it.live("replaces no file, and leaves none behind", () =>
      Effect.gen(function* () {
        const path = fresh()
        yield* Effect.provide(fill(1), connect(path))
        const target = join(path, "..", "taken.db")
        copyFileSync(path, target)
        const error = yield* Effect.flip(backupSqlite(path, target))
        assert.strictEqual(error.problem, "exists")
        assert.include(error.message, target)
        const missing = yield* Effect.flip(backupSqlite(join(path, "..", "none.db"), join(path, "..", "new.db")))
        assert.strictEqual(missing.problem, "cannot_open")
        assert.include(missing.message, "none.db")
        const names = readdirSync(join(path, "..")).filter((name) => !name.startsWith("history.db"))
        assert.deepStrictEqual(names, ["taken.db"])
      })
    )
  })
})
