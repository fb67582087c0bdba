/**
 * Whether the database still has the schema that this program knows: a newer replica may have changed it meanwhile.
 */
import * as Effect from "effect/Effect"
import { Database } from "./Database.ts"
import type { HistoryError } from "./HistoryError.ts"
import { newestOf, table } from "./migrate.ts"
import { migrations } from "./migrations.ts"

/** Asks the database, which has to answer for that. */
export const isCurrent: Effect.Effect<boolean, HistoryError, Database> = Effect.gen(function* () {
  const { read, sql } = yield* Database
  const [row] = yield* read(
    "read the schema's number",
    sql<{ latest: number | null }>`SELECT MAX(migration_id) AS latest FROM ${sql(table)}`
  )
  return row?.latest === newestOf(migrations)
})
