/**
 * What failures of a database mean for those who keep a history in it.
 */
import { hasProperty } from "effect/Predicate"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseError, DatabaseProblem } from "./DatabaseError.ts"
import { HistoryError } from "./HistoryError.ts"
import { resultCode } from "./sqliteErrors.ts"

type Reason = HistoryError["reason"]

const remedies: Readonly<Record<Reason, string>> = {
  unavailable:
    "Check that the database's server runs and can be reached; what was begun is tried again once it answers.",
  busy: "Another process holds the database for long: see what it does, then try again.",
  corrupt: "Stop what writes to it and restore the last backup; the database is left as it is.",
  not_a_database: "Name another file: this one was written by something else, and is left as it is.",
  read_only:
    "Give this user the right to write to the file and its directory; a PostgreSQL standby cannot be written to.",
  full: "Free space on its disk; nothing that was recorded is lost.",
  newer: "Start the version of Holdfast that wrote it, or a newer one.",
  denied: "Check the user, the password, the database's name and the user's rights.",
  invalid: "This is a mistake of Holdfast: report it with this message.",
  unknown_page: "Leave it out, to begin at the first part."
}

const problems: Readonly<Record<DatabaseProblem, Reason>> = {
  cannot_open: "unavailable",
  read_only: "read_only",
  not_a_database: "not_a_database",
  corrupt: "corrupt",
  no_space: "full",
  busy: "busy",
  newer_schema: "newer",
  exists: "invalid",
  unreachable: "unavailable",
  refused: "denied",
  invalid_address: "invalid"
}

/** By primary result code: https://sqlite.org/rescode.html. */
const sqliteReasons: Readonly<Record<number, Reason>> = {
  5: "busy",
  6: "busy",
  8: "read_only",
  // An I/O error, and a file that cannot be opened: the disk may come back.
  10: "unavailable",
  11: "corrupt",
  13: "full",
  14: "unavailable",
  26: "not_a_database"
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const postgresReasons: Readonly<Record<string, Reason>> = {
  "25006": "read_only",
  "25P03": "unavailable",
  "42501": "denied",
  "53100": "full",
  "53200": "unavailable",
  "53300": "unavailable",
  "57P01": "unavailable",
  "57P02": "unavailable",
  "57P03": "unavailable",
  "58030": "unavailable",
  XX001: "corrupt",
  XX002: "corrupt"
}

const tagReasons: Readonly<Record<SqlError["reason"]["_tag"], Reason>> = {
  AuthenticationError: "denied",
  AuthorizationError: "denied",
  ConnectionError: "unavailable",
  ConstraintError: "invalid",
  DeadlockError: "busy",
  LockTimeoutError: "busy",
  SerializationError: "busy",
  SqlSyntaxError: "invalid",
  StatementTimeoutError: "busy",
  UniqueViolation: "invalid",
  UnknownError: "invalid"
}

const reasonOf = ({ reason }: SqlError): Reason => {
  const { cause } = reason
  const sqlite = resultCode(cause)
  const postgres = hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : undefined
  const known =
    sqlite !== undefined ? sqliteReasons[sqlite & 0xff] : postgres === undefined ? undefined : postgresReasons[postgres]
  return known ?? tagReasons[reason._tag]
}

/** The database's own words, in one line. */
const detailOf = ({ message, reason: { cause } }: SqlError): string =>
  (cause instanceof Error && cause.message !== "" ? cause.message : message).replaceAll(/\s+/g, " ").trim()

/** What a failed statement means. */
export const ofSqlError =
  (database: string, action: string) =>
  (error: SqlError): HistoryError => {
    const reason = reasonOf(error)
    return new HistoryError({ reason, database, action, detail: detailOf(error), remedy: remedies[reason] })
  }

/** What a database that cannot be used means. */
export const ofDatabaseError =
  (action: string) =>
  ({ database, detail, problem, remedy }: DatabaseError): HistoryError =>
    new HistoryError({ reason: problems[problem], database, action, detail, remedy })

/** What was read is not what was written. */
export const corrupt = (database: string, action: string, detail: string): HistoryError =>
  new HistoryError({ reason: "corrupt", database, action, detail, remedy: remedies.corrupt })

/** What a page is asked for after, and none has named. */
export const unknownPage = (database: string): HistoryError =>
  new HistoryError({
    reason: "unknown_page",
    database,
    action: "read a page",
    detail: "`after` is none that a part of the list has named as `next`",
    remedy: remedies.unknown_page
  })

/** What was asked for is no such thing. */
export const invalid = (database: string, action: string, detail: string, remedy: string): HistoryError =>
  new HistoryError({ reason: "invalid", database, action, detail, remedy })
