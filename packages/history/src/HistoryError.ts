/**
 * What can go wrong with a history: each says what failed, on what, why, and what to do.
 */
import * as Schema from "effect/Schema"

/** The database cannot be used, or could not just now. */
export class HistoryError extends Schema.TaggedError<HistoryError>("@holdfast/history/HistoryError")("HistoryError", {
  /** `unavailable`: it may work later. `unknown_page`: whoever asked is wrong. */
  reason: Schema.Literals([
    "unavailable",
    "busy",
    "corrupt",
    "not_a_database",
    "read_only",
    "full",
    "newer",
    "denied",
    "invalid",
    "unknown_page"
  ]),
  /** The database, without secrets: a path, or host and name. */
  database: Schema.String,
  /** What was done, such as `open the history` or `close the run`. */
  action: Schema.String,
  /** What the database says, without the statement's values. */
  detail: Schema.String,
  remedy: Schema.String
}) {
  /** Whether the same may work later without anybody's doing. */
  get isRetryable() {
    return this.reason === "unavailable" || this.reason === "busy" || this.reason === "full"
  }
  override get message() {
    return `Cannot ${this.action} in ${this.database}: ${this.detail}`
  }
}
