import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { SafeIntegers, SqlClient } from "effect/sql/SqlClient"
import { type Migrations, migrate } from "../src/migrate.ts"
import { storableText } from "../src/storableText.ts"
import { connect } from "./support/connect.ts"
import { databases } from "./support/databases.ts"
import { ended, start } from "./support/processes.ts"

const bigint = (sql: SqlClient) =>
  sql.onDialectOrElse({ pg: () => sql.literal("BIGINT"), orElse: () => sql.literal("INTEGER") })
const binary = (sql: SqlClient) =>
  sql.onDialectOrElse({ pg: () => sql.literal('COLLATE "C"'), orElse: () => sql.literal("") })

const migrations: Migrations = {
  "0001_tables": Effect.gen(function* () {
    const sql = yield* SqlClient
    yield* sql`CREATE TABLE entry (id TEXT ${binary(sql)} PRIMARY KEY, at ${bigint(sql)}, body TEXT, parent TEXT REFERENCES entry (id))`
    yield* sql`CREATE TABLE counter (n INTEGER NOT NULL)`
    yield* sql`INSERT INTO counter (n) VALUES (0)`
  })
}

const ids = Effect.gen(function* () {
  const sql = yield* SqlClient
  const rows = yield* sql<{ id: string }>`SELECT id FROM entry ORDER BY id`
  return rows.map(({ id }) => id)
})

const insert = (id: string) => Effect.flatMap(SqlClient, (sql) => sql`INSERT INTO entry ${sql.insert({ id })}`)
const transaction = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(SqlClient, (sql) => sql.withTransaction(effect))

describe.each(databases())("$name", ({ address, name }) => {
  /** A test on an empty database with the tables above; its own address, for other processes. */
  const onEmpty = (title: string, test: (at: string) => Effect.Effect<void, unknown, SqlClient>) =>
    it.live(title, () =>
      Effect.flatMap(Effect.promise(address), (at) =>
        Effect.andThen(migrate(migrations), test(at)).pipe(Effect.provide(connect(at)))
      )
    )

  onEmpty("commits a transaction that succeeds, whole", () =>
    Effect.gen(function* () {
      yield* transaction(Effect.andThen(insert("a"), insert("b")))
      assert.deepStrictEqual(yield* ids, ["a", "b"])
    })
  )

  onEmpty("rolls back a transaction that fails, dies or is interrupted, and goes on", () =>
    Effect.gen(function* () {
      yield* Effect.exit(transaction(Effect.andThen(insert("failed"), Effect.fail("no"))))
      yield* Effect.exit(transaction(Effect.andThen(insert("died"), Effect.die("no"))))
      const inserted = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        transaction(
          insert("interrupted").pipe(
            Effect.andThen(Deferred.succeed(inserted, undefined)),
            Effect.andThen(Effect.never)
          )
        )
      )
      yield* Deferred.await(inserted)
      yield* Fiber.interrupt(fiber)
      yield* insert("after")
      assert.deepStrictEqual(yield* ids, ["after"])
    })
  )

  onEmpty("rolls back to a savepoint and commits the rest", () =>
    Effect.gen(function* () {
      yield* transaction(
        Effect.gen(function* () {
          yield* insert("outer")
          yield* transaction(Effect.andThen(insert("kept"), transaction(insert("innermost"))))
          yield* Effect.exit(transaction(Effect.andThen(insert("undone"), Effect.fail("no"))))
          // PostgreSQL refuses everything after an error, save where a savepoint is behind it.
          yield* Effect.exit(transaction(insert("outer")))
        })
      )
      assert.deepStrictEqual(yield* ids, ["innermost", "kept", "outer"])
    })
  )

  onEmpty("keeps the transactions of concurrent fibers apart", () =>
    Effect.gen(function* () {
      const one = (index: number) =>
        transaction(
          insert(`${index}/a`).pipe(
            Effect.andThen(Effect.sleep("1 millis")),
            Effect.andThen(insert(`${index}/b`)),
            Effect.andThen(index % 2 === 0 ? Effect.void : Effect.fail("odd"))
          )
        )
      yield* Effect.forEach(
        Array.from({ length: 30 }, (_, index) => index),
        (index) => Effect.exit(one(index)),
        {
          concurrency: "unbounded"
        }
      )
      const kept = yield* ids
      assert.strictEqual(kept.length, 30)
      assert.isTrue(kept.every((id) => Number.parseInt(id, 10) % 2 === 0))
    })
  )

  onEmpty("takes the writes of four processes at once, each once", (at) =>
    Effect.gen(function* () {
      const writers = ["a", "b", "c", "d"].map((writer) => start("writer", at, "40", writer))
      assert.deepStrictEqual(yield* Effect.promise(() => Promise.all(writers.map(ended))), [0, 0, 0, 0])
      const sql = yield* SqlClient
      const [counter] = yield* sql<{ n: number }>`SELECT n FROM counter`
      assert.strictEqual(counter?.n, 160)
      assert.strictEqual((yield* ids).length, 1600)
    })
  )

  onEmpty("keeps whole transactions only of a process that is killed", (at) =>
    Effect.gen(function* () {
      const writer = start("writer", at, "100000", "victim")
      const end = ended(writer)
      yield* Effect.promise(() => new Promise((resolve) => writer.stdout?.once("data", resolve)))
      yield* Effect.sleep("50 millis")
      writer.kill("SIGKILL")
      assert.strictEqual(yield* Effect.promise(() => end), "SIGKILL")
      // Waits for the victim's own lock where there is one: PostgreSQL notices its end only then.
      yield* transaction(Effect.flatMap(SqlClient, (sql) => sql`UPDATE counter SET n = n`))
      const sql = yield* SqlClient
      const [counter] = yield* sql<{ n: number }>`SELECT n FROM counter`
      assert.strictEqual((yield* ids).length, (counter?.n ?? 0) * 10)
    })
  )

  onEmpty("keeps any text in JSON, and storable text as it is", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const hostile = [
        "nul \0",
        "half \ud83d",
        "\udfff",
        "Ünïcödé 😀 漢字",
        "'; DROP TABLE entry; --",
        "\u202e\u0000\ud800",
        ""
      ]
      for (const [index, text] of hostile.entries())
        yield* sql`INSERT INTO entry ${sql.insert({ id: storableText(`${index}${text}`), body: JSON.stringify({ text }) })}`
      const rows = yield* sql<{ id: string; body: string }>`SELECT id, body FROM entry ORDER BY id`
      assert.deepStrictEqual(
        rows.map(({ body }) => JSON.parse(body).text),
        hostile
      )
      assert.deepStrictEqual(
        rows.map(({ id }) => id),
        hostile.map((text, index) => storableText(`${index}${text}`))
      )
    })
  )

  onEmpty("sorts text by its bytes", () =>
    Effect.gen(function* () {
      const sorted = ["A", "B", "a", "b", "vm-10", "vm-2", "ä", "\uffee", "😀"]
      yield* Effect.forEach([...sorted].reverse(), insert)
      assert.deepStrictEqual(yield* ids, sorted)
    })
  )

  onEmpty("reads milliseconds as numbers that compare and sort, and refuses to round", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const times = [Date.UTC(1, 0), -1, 0, Date.UTC(2026, 10, 26), Date.UTC(9999, 11, 31)]
      for (const at of [...times].reverse()) yield* sql`INSERT INTO entry ${sql.insert({ id: String(at), at })}`
      const rows = yield* sql<{ at: number }>`SELECT at FROM entry WHERE at < ${Date.UTC(9999, 11, 31)} ORDER BY at`
      assert.deepStrictEqual(
        rows.map(({ at }) => at),
        times.slice(0, -1)
      )
      const [total] = yield* sql<{ n: number; last: number }>`SELECT COUNT(*) AS n, MAX(at) AS last FROM entry`
      assert.deepStrictEqual({ ...total }, { n: 5, last: Date.UTC(9999, 11, 31) })
      yield* sql`INSERT INTO entry ${sql.insert({ id: "big", at: 2n ** 53n + 1n })}`
      const [big] = yield* Effect.provideService(sql`SELECT at FROM entry WHERE id = 'big'`, SafeIntegers, true)
      assert.strictEqual(big?.at, 2n ** 53n + 1n)
    })
  )

  onEmpty("names a key that is taken and a reference to nothing", () =>
    Effect.gen(function* () {
      yield* insert("a")
      const taken = yield* Effect.flip(insert("a"))
      assert.strictEqual(taken.reason._tag, "UniqueViolation")
      const sql = yield* SqlClient
      const dangling = yield* Effect.flip(sql`INSERT INTO entry ${sql.insert({ id: "b", parent: "nobody" })}`)
      assert.strictEqual(dangling.reason._tag, "ConstraintError")
      assert.isFalse(taken.isRetryable || dangling.isRetryable)
    })
  )

  it.live("migrates once where several start at the same moment", () =>
    Effect.gen(function* () {
      const at = yield* Effect.promise(address)
      const starting = Effect.provide(migrate(migrations), connect(at))
      yield* Effect.all([starting, starting, starting, starting], { concurrency: "unbounded" })
      const counters = yield* Effect.provide(
        Effect.flatMap(SqlClient, (sql) => sql`SELECT n FROM counter`),
        connect(at)
      )
      assert.strictEqual(counters.length, 1)
    })
  )

  onEmpty("refuses the schema of a newer version, and leaves it as it is", () =>
    Effect.gen(function* () {
      yield* migrate({ ...migrations, "0002_later": insert("of the newer version") })
      const error = yield* Effect.flip(migrate(migrations))
      assert(error._tag === "DatabaseError")
      assert.strictEqual(error.problem, "newer_schema")
      assert.include(error.message, "number 2, this version knows 1")
      assert.deepStrictEqual(yield* ids, ["of the newer version"])
    })
  )

  onEmpty("leaves nothing of a migration that fails", () =>
    Effect.gen(function* () {
      yield* Effect.flip(migrate({ ...migrations, "0002_half": Effect.andThen(insert("half"), Effect.fail("broken")) }))
      assert.deepStrictEqual(yield* ids, [])
      yield* migrate({ ...migrations, "0002_half": insert("mended") })
      assert.deepStrictEqual(yield* ids, ["mended"])
    })
  )

  onEmpty("is the database it says", () =>
    Effect.flatMap(SqlClient, (sql) =>
      Effect.sync(() =>
        assert.strictEqual(sql.onDialectOrElse({ pg: () => "PostgreSQL", orElse: () => "SQLite" }), name)
      )
    )
  )
})
