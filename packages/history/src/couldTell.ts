import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"

/**
 * Whether a run has told how all of its resources are. In an exit code drift wins over what could not be compared, and over groups
 * without a member, and hides them; what is pending was read.
 */
export const couldTell = (sql: SqlClient): Fragment =>
  sql`(state = 'finished' AND exit_code IN (0, 2) AND not_compared = 0 AND (complete = 1 OR pending > 0))`
