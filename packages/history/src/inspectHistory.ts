/**
 * Whether a history is whole: SQLite's own check of its file, and what no crash and no other program may have broken.
 */
import * as Effect from "effect/Effect"
import { Database } from "./Database.ts"
import type { HistoryError } from "./HistoryError.ts"

/** What is wrong, a sentence each; empty of a history that is whole. It reads all of it. */
export const inspectHistory: Effect.Effect<ReadonlyArray<string>, HistoryError, Database> = Effect.gen(function* () {
  const { read, sql } = yield* Database
  const action = "check what is kept"
  const ofFile = sql.onDialectOrElse({
    sqlite: () =>
      Effect.gen(function* () {
        const found = yield* sql<{ integrity_check: string }>`PRAGMA integrity_check`
        const dangling = yield* sql<{ table: string; parent: string }>`PRAGMA foreign_key_check`
        return [
          ...found.map(({ integrity_check }) => integrity_check).filter((text) => text !== "ok"),
          ...dangling.map(({ parent, table }) => `A row of ${table} is of no row of ${parent}.`)
        ]
      }),
    // A server checks its pages itself, with pg_amcheck.
    orElse: () => Effect.succeed<ReadonlyArray<string>>([])
  })
  const halves = sql<{ run_id: string; total: number; rows: number }>`
    SELECT run_id, total, (SELECT COUNT(*) FROM run_rows WHERE run_rows.run_id = runs.run_id) AS "rows"
    FROM runs
    WHERE state = 'finished' AND EXISTS (SELECT 1 FROM run_reports WHERE run_reports.run_id = runs.run_id)
      AND total <> (SELECT COUNT(*) FROM run_rows WHERE run_rows.run_id = runs.run_id)`
  const strays = sql<{ run_id: string }>`
    SELECT run_id FROM runs
    WHERE state NOT IN ('finished')
      AND (EXISTS (SELECT 1 FROM run_rows WHERE run_rows.run_id = runs.run_id)
        OR EXISTS (SELECT 1 FROM run_reports WHERE run_reports.run_id = runs.run_id))`
  const step = Effect.gen(function* () {
    return [
      ...(yield* ofFile),
      ...(yield* halves).map(
        ({ rows, run_id, total }) => `The run ${run_id} is finished with ${total} rows, and ${rows} are kept.`
      ),
      ...(yield* strays).map(({ run_id }) => `The run ${run_id} is not finished, and rows of it are kept.`)
    ]
  })
  return yield* read(action, step)
})
