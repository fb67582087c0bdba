/**
 * `SqlClient` of `effect/sql` on `node:sqlite`, for a history in a file on one machine.
 *
 * It is ours because no release of `@effect/sql-sqlite-node` works with effect 4.1: those in the registry (November 2026)
 * are for effect 3, or betas that import `effect/unstable`. Replace it when one does.
 *
 * One connection a process, behind a semaphore: SQLite has one writer anyway. Several processes may share the file:
 * - a transaction takes the write lock when it begins (`BEGIN IMMEDIATE`): of two that read first and then want to write, one
 *   would fail at once, however long it may wait;
 * - `node:sqlite` is synchronous, so waiting inside SQLite would stop the process, its lease renewals included. SQLite waits
 *   for `blockingWait`; then the fiber sleeps and tries again, for `patience` in all;
 * - `synchronous` is FULL: with NORMAL the last commits are lost when the power goes, and a recorded run or a sent alert must
 *   not be forgotten. It costs one `fsync` a commit, so write a chunk in one transaction.
 *
 * Integers beyond 2^53 are an error on reading, not a rounded number, unless `SqlClient.SafeIntegers` asks for bigints.
 * Booleans and dates are refused: store 0 or 1, and milliseconds. There is no streaming, which would hold the connection:
 * read page by page, by key.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"
import { Effect, identity, Layer, Semaphore, Stream } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as SqlClient from "effect/sql/SqlClient"
import type * as Connection from "effect/sql/SqlConnection"
import { classifySqliteError, SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import type { DatabaseError } from "./DatabaseError.ts"
import { openSqlite } from "./openSqlite.ts"
import { isBusy, resultCode, whileBusy } from "./sqliteErrors.ts"

const statementsKept = 200

/** `SQLITE_CONSTRAINT_PRIMARYKEY` and `_ROWID`: a key that is taken, as `_UNIQUE` is. */
const takenKeys = new Set([1555, 2579])
const UNIQUE = 2067

/** The failure with SQLite's code by the name that Effect's classifier looks for. */
const numbered = (cause: unknown): unknown => {
  const code = resultCode(cause)
  if (!(cause instanceof Error) || code === undefined) return cause
  return Object.assign(cause, { errno: takenKeys.has(code) ? UNIQUE : code })
}

const sqlError = (cause: unknown): SqlError =>
  new SqlError({
    reason: classifySqliteError(numbered(cause), {
      message: `SQLite: ${cause instanceof Error ? cause.message : String(cause)}`,
      operation: "execute"
    })
  })

type Params = ReadonlyArray<unknown>

const isBindable = (value: unknown): value is SQLInputValue =>
  value === null ||
  typeof value === "string" ||
  typeof value === "number" ||
  typeof value === "bigint" ||
  ArrayBuffer.isView(value)

/** Parameters as SQLite takes them; it would name only the position of one that it refuses. */
const bindable = (params: Params): Array<SQLInputValue> =>
  params.map((value, index) => {
    if (isBindable(value)) return value
    throw new TypeError(`parameter ${index + 1} is ${typeof value}: pass text, a number, a bigint, bytes or null`)
  })

/** Keeps the statements run last prepared, and drops the least recently used. */
const statementCache = (database: DatabaseSync) => {
  const kept = new Map<string, StatementSync>()
  return (sql: string): StatementSync => {
    const statement = kept.get(sql) ?? database.prepare(sql)
    kept.delete(sql)
    kept.set(sql, statement)
    const [oldest] = kept.keys()
    if (kept.size > statementsKept && oldest !== undefined) kept.delete(oldest)
    return statement
  }
}

type Read<A> = (statement: StatementSync, params: Array<SQLInputValue>) => A

const rows: Read<ReadonlyArray<Connection.Row>> = (statement, params) => {
  if (statement.columns().length > 0) return statement.all(...params)
  statement.run(...params)
  return []
}

/** Each row as the array that `setReturnArrays` makes of it. */
const values: Read<ReadonlyArray<ReadonlyArray<unknown>>> = (statement, params) => {
  statement.setReturnArrays(true)
  try {
    return rows(statement, params).map((row) => Object.values(row))
  } finally {
    statement.setReturnArrays(false)
  }
}

const raw: Read<unknown> = (statement, params) =>
  statement.columns().length > 0 ? statement.all(...params) : statement.run(...params)

const connect = (database: DatabaseSync) => {
  const cached = statementCache(database)
  const fresh = (sql: string) => database.prepare(sql)

  const run = <A>(prepare: (sql: string) => StatementSync, sql: string, params: Params, read: Read<A>) =>
    Effect.flatMap(SqlClient.SafeIntegers, (bigints) =>
      Effect.try({
        try: () => {
          const statement = prepare(sql)
          statement.setReadBigInts(bigints)
          return read(statement, bindable(params))
        },
        catch: sqlError
      })
    ).pipe(Effect.retry({ while: (error) => isBusy(error.reason.cause), schedule: whileBusy }))

  const connection: Connection.Connection & { readonly inTransaction: () => boolean } = {
    inTransaction: () => database.isTransaction,
    execute: (sql, params, transform) => Effect.map(run(cached, sql, params, rows), transform ?? identity),
    executeRaw: (sql, params) => run(cached, sql, params, raw),
    executeValues: (sql, params) => run(cached, sql, params, values),
    executeUnprepared: (sql, params, transform) => Effect.map(run(fresh, sql, params, rows), transform ?? identity),
    executeValuesUnprepared: (sql, params) => run(fresh, sql, params, values),
    executeStream: () => Stream.die(new Error("NodeSqlite has no streams: read page by page, by key"))
  }
  return connection
}

const make = Effect.fnUntraced(function* (path: string) {
  const connection = connect(yield* openSqlite(path))
  const { acquirer, borrower, transactionAcquirer, onCommitFailure, isTransaction } = SqlClient.makeSqliteAcquirers({
    connection: Effect.succeed(connection),
    semaphore: yield* Semaphore.make(1),
    isTransaction: (one) => one.inTransaction()
  })
  return yield* SqlClient.make({
    acquirer,
    borrower,
    transactionAcquirer,
    onCommitFailure,
    isTransaction,
    beginTransaction: "BEGIN IMMEDIATE",
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    compiler: Statement.makeCompilerSqlite(),
    driver: "sqlite-node",
    spanAttributes: [["db.system.name", "sqlite"]]
  })
})

/** The database in the file at `path`, which is made, for its owner alone, where it does not exist. */
export const layer = (path: string): Layer.Layer<SqlClient.SqlClient, DatabaseError> =>
  Layer.effect(SqlClient.SqlClient, make(path)).pipe(Layer.provide(Reactivity.layer))
