import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"

/**
 * Whether a run has told how all of its resources are. Drift wins over what could not be compared in an exit code, and hides it there.
 */
export const couldTell = (sql: SqlClient): Fragment =>
  sql`(state = 'finished' AND exit_code IN (0, 2) AND not_compared = 0)`
