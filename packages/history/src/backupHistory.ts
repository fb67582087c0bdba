import * as Effect from "effect/Effect"
import { backupSqlite } from "./backupSqlite.ts"
import { fileOf, type Location } from "./Database.ts"
import { invalid, ofDatabaseError } from "./failures.ts"
import type { HistoryError } from "./HistoryError.ts"

/**
 * Copies the history at `location`, as it is at one moment, into the new file `to`, while others go on writing it. A server's
 * is copied by its own tools.
 */
export const backupHistory = (location: Location, to: string): Effect.Effect<void, HistoryError> => {
  const file = fileOf(location)
  return file === undefined
    ? Effect.fail(
        invalid(
          "PostgreSQL",
          "back up the history",
          "a server's database is copied by its own tools",
          "Run pg_dump --format=custom."
        )
      )
    : Effect.mapError(backupSqlite(file, to), ofDatabaseError("back up the history"))
}
