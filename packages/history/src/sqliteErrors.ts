import { Duration, Schedule } from "effect"
import { hasProperty } from "effect/Predicate"
import { DatabaseError, type DatabaseProblem } from "./DatabaseError.ts"

/** SQLite's extended result code, where the failure is SQLite's own. */
export const resultCode = (cause: unknown): number | undefined =>
  hasProperty(cause, "errcode") && typeof cause.errcode === "number" ? cause.errcode : undefined

const BUSY = 5
/** A transaction that began by reading and finds that another has written since: waiting does not help it. */
const BUSY_SNAPSHOT = 517

/** Whether another process holds the lock, so that the same statement can succeed later. */
export const isBusy = (cause: unknown): boolean => {
  const code = resultCode(cause)
  return code !== undefined && (code & 0xff) === BUSY && code !== BUSY_SNAPSHOT
}

/** How long SQLite itself waits for a lock, which stops the whole process; the longer waits are `whileBusy`'s. */
export const blockingMillis = 100

/** Waits for another process for ten seconds in all, with jitter so that processes do not wake together. */
export const whileBusy = Schedule.min([Schedule.exponential("5 millis", 1.5), Schedule.spaced("100 millis")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ duration: Duration.seconds(10) })
)

/** By primary result code: https://sqlite.org/rescode.html. */
const problems: Readonly<Record<number, DatabaseProblem>> = {
  3: "read_only",
  [BUSY]: "busy",
  6: "busy",
  8: "read_only",
  11: "corrupt",
  13: "no_space",
  26: "not_a_database"
}

const systemProblems: Readonly<Record<string, DatabaseProblem>> = {
  EACCES: "read_only",
  EDQUOT: "no_space",
  EEXIST: "exists",
  ENOSPC: "no_space",
  EPERM: "read_only",
  EROFS: "read_only"
}

const problemOf = (cause: unknown): DatabaseProblem => {
  const code = resultCode(cause)
  if (code !== undefined) return problems[code & 0xff] ?? "cannot_open"
  if (hasProperty(cause, "code") && typeof cause.code === "string") return systemProblems[cause.code] ?? "cannot_open"
  return "cannot_open"
}

/** What a failure of SQLite or of the file system means for the database at `path`. */
export const databaseError = (path: string, doing: string, cause: unknown): DatabaseError =>
  new DatabaseError({
    problem: problemOf(cause),
    database: path,
    detail: `${doing}: ${cause instanceof Error ? cause.message : String(cause)}`
  })
