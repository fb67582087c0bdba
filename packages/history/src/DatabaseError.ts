/**
 * A database that cannot be used, whichever it is: what failed, on which database, why, and what to do next.
 *
 * Statements that fail later fail with `SqlError` of `effect/sql`; this error is of opening, migrating and backing up.
 */
import { Schema } from "effect"

/** What is wrong with the database. */
export const DatabaseProblem = Schema.Literals([
  "cannot_open",
  "read_only",
  "not_a_database",
  "corrupt",
  "no_space",
  "busy",
  "newer_schema",
  "exists",
  "unreachable",
  "refused",
  "invalid_address"
])
export type DatabaseProblem = typeof DatabaseProblem.Type

const remedies: Readonly<Record<DatabaseProblem, string>> = {
  cannot_open: "Check that the directory exists and that this user may write to it.",
  read_only: "Give this user the right to write to the file and to its directory: the write-ahead log lies beside it.",
  not_a_database: "Name another file: this one was written by something else, and is left as it is.",
  corrupt:
    "Restore the last backup, or recover what can be read with `sqlite3 FILE .recover`; the file is left as it is.",
  no_space: "Free space on its disk and start again; nothing that was recorded is lost.",
  busy: "Another process holds the database: wait for it or stop it, then try again.",
  newer_schema: "Start the version of Holdfast that wrote it, or a newer one; an older one would misread it.",
  exists: "Name a file that does not exist: a backup never replaces one.",
  unreachable: "Check the address, that the server runs, and that the network lets this machine reach it.",
  refused: "Check the user, the password and the database's name, and the rules of the server's pg_hba.conf.",
  invalid_address: "Write it as postgres://user@host:5432/database?sslmode=verify-full."
}

/** The database cannot be opened, migrated or backed up. */
export class DatabaseError extends Schema.TaggedError<DatabaseError>("@holdfast/history/DatabaseError")(
  "DatabaseError",
  {
    problem: DatabaseProblem,
    /** Which database: a file's path, or `host:port/name`; never a password. Untrusted: escape it for wherever it goes. */
    database: Schema.String,
    /** Why, in the database's own words where it sent some. Untrusted as well. */
    detail: Schema.String
  }
) {
  /** Whether the same may work later without anybody's doing. */
  get isRetryable() {
    return this.problem === "busy" || this.problem === "unreachable" || this.problem === "no_space"
  }
  get remedy() {
    return remedies[this.problem]
  }
  override get message() {
    return `${this.database}: ${this.detail}`
  }
}
