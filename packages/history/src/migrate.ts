import { Effect } from "effect"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { DatabaseError } from "./DatabaseError.ts"

/** By `0001_name`, each run once and in order of its number; a released one never changes. */
export type Migrations = Readonly<Record<string, Effect.Effect<unknown, unknown, SqlClient.SqlClient>>>

/** Which migrations a database has. */
export const table = "holdfast_migrations"

/** The number of the last of `migrations`. */
export const newestOf = (migrations: Migrations): number =>
  Math.max(0, ...Object.keys(migrations).map((name) => Number.parseInt(name, 10)))

/**
 * Brings the database to the schema of this version, in one transaction, and refuses one that a newer version has changed.
 * Any number of processes may do it at once.
 */
export const migrate = Effect.fn("history.migrate")(function* (
  migrations: Migrations
): Effect.fn.Return<void, DatabaseError | Migrator.MigrationError | SqlError, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  // Runs nothing where the database is ahead of us.
  yield* Migrator.make({})({ loader: Migrator.fromRecord(migrations), table })
  const [row] = yield* sql<{ latest: number | null }>`SELECT MAX(migration_id) AS latest FROM ${sql(table)}`
  const newest = newestOf(migrations)
  const latest = row?.latest ?? 0
  if (latest > newest)
    return yield* new DatabaseError({
      problem: "newer_schema",
      database: "the history",
      detail: `its schema is number ${latest}, this version knows ${newest} at most`
    })
})
