import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/**
 * Lets those who wait know that something has changed. The last step of a transaction: others wait for it until that has ended.
 */
export const announceNews = (sql: SqlClient): Effect.Effect<void, SqlError> =>
  Effect.suspend(() => Effect.asVoid(sql`UPDATE news SET version = ${randomUUID()}`))
