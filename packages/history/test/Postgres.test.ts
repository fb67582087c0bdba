import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Fiber, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { isTransient } from "../src/isTransient.ts"
import * as Postgres from "../src/Postgres.ts"
import { parseAddress } from "../src/postgresAddress.ts"
import { postgresServer, temporaryDirectory } from "./support/databases.ts"

const secret = "hunter2-secret"
const layer = (url: string) => Postgres.layer({ url: Redacted.make(url) })
const refusal = (url: string) => Effect.flip(Effect.provide(Effect.void, layer(url)))

/** Everything that a careless log could print of a failure. */
const printed = (error: Error & { readonly remedy: string }) =>
  [
    String(error),
    error.remedy,
    JSON.stringify(error),
    inspect(error, { depth: 20, showHidden: true }),
    Cause.pretty(Cause.fail(error))
  ].join("\n")

const one = Effect.flatMap(SqlClient, (sql) => sql`SELECT 1 AS one`)

describe("Postgres", () => {
  const server = postgresServer()
  const directory = temporaryDirectory()

  it.live("says which server refused which database, and never the password", () =>
    Effect.gen(function* () {
      const good = new URL(server().url("postgres"))
      const at = good.host
      const refused = yield* refusal(`postgres://holdfast:${secret}@${at}/postgres`)
      assert.strictEqual(refused.problem, "refused")
      assert.include(refused.message, `${at}/postgres: `)
      assert.include(refused.message, "password authentication failed")
      assert.notInclude(printed(refused), secret)
      good.pathname = "/nowhere"
      const missing = yield* refusal(good.href)
      assert.strictEqual(missing.problem, "refused")
      assert.include(missing.message, 'database "nowhere" does not exist')
      assert.notInclude(printed(missing), good.password)
    })
  )

  it.live.each([
    `postgres://holdfast:${secret}@127.0.0.1:1/history`,
    `postgres://holdfast:${secret}@no-such-host.invalid/history?sslmode=disable`
  ])("says that it does not reach %s, and never the password", (url) =>
    Effect.gen(function* () {
      const error = yield* refusal(url)
      assert.strictEqual(error.problem, "unreachable")
      assert.isTrue(error.isRetryable)
      assert.include(error.message, `${new URL(url).hostname}:`)
      assert.notInclude(printed(error), secret)
    })
  )

  it.live.each([
    `not a url ${secret}`,
    `mysql://root:${secret}@db/history`,
    `postgres://u:${secret}%zz@db/history`,
    `postgres://u:${secret}@db:99999/history`,
    `postgres://u:${secret}@db/history?sslmode=maybe`,
    `postgres://u:${secret}@db/history?sslmode=verify-full&sslrootcert=/no/such/ca.pem`
  ])("refuses the address %s without repeating it", (url) =>
    Effect.gen(function* () {
      const error = yield* refusal(url)
      assert.strictEqual(error.problem, "invalid_address")
      assert.notInclude(printed(error), secret)
    })
  )

  it.live("demands encryption where the address does, and says that the server has none", () =>
    Effect.gen(function* () {
      const authority = join(directory(), "ca.pem")
      writeFileSync(authority, "")
      for (const query of ["?sslmode=require", `?sslmode=verify-full&sslrootcert=${authority}`]) {
        const error = yield* refusal(`${server().url("postgres")}${query}`)
        assert.strictEqual(error.problem, "unreachable")
        assert.match(error.message, /TLS|SSL/)
      }
    })
  )

  it.live("has sessions in UTC, under its own name, that do not hold a lock for ever", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const [row] = yield* sql`SELECT current_setting('timezone') AS zone, current_setting('application_name') AS name,
        current_setting('idle_in_transaction_session_timeout') AS idle`
      assert.deepStrictEqual(row, { zone: "UTC", name: "holdfast", idle: "5s" })
    }).pipe(Effect.provide(layer(server().url("postgres"))))
  )

  it.live("says that a restart passes, and goes on after it", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`CREATE TABLE survivor (id INTEGER PRIMARY KEY)`
      yield* sql`INSERT INTO survivor (id) VALUES (1)`
      const errors: Array<SqlError> = []
      const cut = yield* Effect.forkChild(Effect.flip(sql`SELECT pg_sleep(30)`), { startImmediately: true })
      yield* Effect.sleep("100 millis")
      yield* Effect.promise(() => server().stop())
      errors.push(yield* Fiber.join(cut))
      errors.push(yield* Effect.flip(one))
      yield* Effect.promise(() => server().start())
      assert.deepStrictEqual(errors.map(isTransient), [true, true])
      assert.deepStrictEqual(yield* sql`SELECT id FROM survivor`, [{ id: 1 }])
    }).pipe(Effect.provide(layer(server().url("postgres"))))
  )
})

describe("parseAddress", () => {
  const environment = {
    PGHOST: "db.example",
    PGPORT: "6432",
    PGUSER: "env",
    PGPASSWORD: "env-secret",
    PGDATABASE: "env-db",
    PGSSLMODE: "disable",
    PGSSLROOTCERT: "env.pem"
  }
  const parsed = (url: string, variables: Readonly<Record<string, string>> = {}) =>
    Result.getOrThrow(parseAddress(url, variables))

  it("takes what the address leaves out from libpq's variables", () => {
    assert.deepStrictEqual(parsed("postgres://", environment), {
      host: "db.example",
      port: 6432,
      username: "env",
      password: "env-secret",
      database: "env-db",
      tls: false,
      authority: "env.pem",
      shown: "db.example:6432/env-db"
    })
    assert.deepStrictEqual(
      parsed("postgres://u%40x:p%3A@[::1]:5/d%2F1?sslmode=require&sslrootcert=c.pem", environment),
      {
        host: "::1",
        port: 5,
        username: "u@x",
        password: "p:",
        database: "d/1",
        tls: true,
        authority: "c.pem",
        shown: "::1:5/d/1"
      }
    )
  })

  it.each([
    ["postgres://localhost/d", false],
    ["postgres://127.0.0.1/d", false],
    ["postgres://[::1]/d", false],
    ["postgres:///d?host=/run/postgresql", false],
    ["postgres://localhost/d?sslmode=verify-full", true],
    ["postgres://db.example/d", true],
    ["postgres://db.example/d?sslmode=prefer", true],
    ["postgres://db.example/d?sslmode=disable", false],
    ["postgres://localhost.example/d", true]
  ])("encrypts %s: %s", (url, tls) => {
    assert.strictEqual(parsed(url).tls, tls)
  })
})
