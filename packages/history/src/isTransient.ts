import { hasProperty } from "effect/Predicate"
import type { SqlError } from "effect/sql/SqlError"

/**
 * The server is going, gone or not yet there (`57P01` to `57P03`, `53300` too many connections, `25P03` an idle transaction
 * cut): `@effect/sql-pg` calls these unknown, and so not worth repeating.
 */
const passing = new Set(["57P01", "57P02", "57P03", "53300", "25P03"])

/** Whether the same transaction may succeed later without anybody's doing. */
export const isTransient = (error: SqlError): boolean => {
  const { cause } = error.reason
  return error.isRetryable || (hasProperty(cause, "code") && typeof cause.code === "string" && passing.has(cause.code))
}
