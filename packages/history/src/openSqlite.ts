import { accessSync, closeSync, constants, openSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Effect, type Scope } from "effect"
import { DatabaseError } from "./DatabaseError.ts"
import { blockingMillis, databaseError, isBusy, whileBusy } from "./sqliteErrors.ts"

const ownerOnly = 0o600
/** A run of 10,000 rows touches most indexes of a large history all over: SQLite's own 2 MB would read their pages again and again. */
const cacheKibibytes = 65_536

/** Makes the file where there is none, with the mode that SQLite then gives its log and index beside it. */
const ensureFile = (path: string): void => {
  try {
    closeSync(openSync(path, "wx", ownerOnly))
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause
  }
  // SQLite opens for reading only, without a word, what it may not write.
  accessSync(path, constants.R_OK | constants.W_OK)
  accessSync(dirname(path), constants.W_OK)
}

/** The first complaint of SQLite's own check, which reads the whole file. */
const complaint = (database: DatabaseSync): string | undefined => {
  const result = database.prepare("PRAGMA quick_check(1)").get()?.quick_check
  return result === "ok" ? undefined : String(result)
}

/** Settings of one connection; only the journal's mode is kept in the file. */
const configure = (path: string, database: DatabaseSync): void => {
  database.exec("PRAGMA trusted_schema = OFF")
  const mode = database.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode
  if (mode !== "wal")
    throw new DatabaseError({
      problem: "cannot_open",
      database: path,
      detail: "opening: its file system has no shared memory for SQLite's write-ahead log (a network disk?)"
    })
  database.exec("PRAGMA synchronous = FULL")
  database.exec(`PRAGMA cache_size = ${-cacheKibibytes}`)
  const found = complaint(database)
  if (found !== undefined) throw new DatabaseError({ problem: "corrupt", database: path, detail: `checking: ${found}` })
}

const open = (path: string): DatabaseSync => {
  ensureFile(path)
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: blockingMillis })
  try {
    configure(path, database)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** The checked database in the file at `path`, closed with the scope. */
export const openSqlite = (path: string): Effect.Effect<DatabaseSync, DatabaseError, Scope.Scope> => {
  // An absolute path cannot be taken for `:memory:` or a `file:` address.
  const absolute = resolve(path)
  return Effect.acquireRelease(
    Effect.try({ try: () => open(absolute), catch: (cause) => cause }).pipe(
      // Two processes that make the same database at once: SQLite does not wait for the change of the journal's mode.
      Effect.retry({ while: isBusy, schedule: whileBusy }),
      Effect.mapError((cause) => (cause instanceof DatabaseError ? cause : databaseError(absolute, "opening", cause)))
    ),
    (database) => Effect.sync(() => database.close())
  )
}
