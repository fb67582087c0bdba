/**
 * The database that holds a history: opened by its location, checked, brought to this version's schema, and used in transactions
 * that are tried again where that is safe.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as SqlClient from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { DatabaseError } from "./DatabaseError.ts"
import { ofDatabaseError, ofSqlError } from "./failures.ts"
import type { HistoryError } from "./HistoryError.ts"
import { isTransient } from "./isTransient.ts"
import { migrate } from "./migrate.ts"
import { migrations } from "./migrations.ts"
import * as NodeSqlite from "./NodeSqlite.ts"
import * as Postgres from "./Postgres.ts"
import { parseAddress } from "./postgresAddress.ts"

/** Where a history is: the path of an SQLite file, or `postgres://…`. */
export type Location = string | Redacted.Redacted

/** Does something with the database; `action` completes "Cannot … in it". */
type InHistory = <A>(
  action: string,
  effect: Effect.Effect<A, SqlError | HistoryError>
) => Effect.Effect<A, HistoryError>

export class Database extends Context.Service<
  Database,
  {
    readonly sql: SqlClient.SqlClient
    /** The database as messages name it: a path, or host and name. */
    readonly shown: string
    /** Milliseconds since 1970, by the database's clock. */
    readonly now: Effect.Effect<number, SqlError>
    readonly read: InHistory
    /**
     * Does all or nothing. It is done again where it failed for a reason that passes, which may be after it was committed: a
     * connection can be lost before the answer came. So `effect` must bear being done twice.
     */
    readonly transact: InHistory
  }
>()("@holdfast/history/Database") {
  /**
   * The database at `location`, made where there is none. `now` stands for the database's clock, to write a history of past months.
   */
  static readonly layer = (
    location: Location,
    options: { readonly now?: Effect.Effect<number> } = {}
  ): Layer.Layer<Database | SqlClient.SqlClient, HistoryError> => {
    const { client, shown } = at(location)
    return Layer.effect(Database, make(shown, options.now)).pipe(
      Layer.provideMerge(client),
      Layer.catch((error) =>
        failing(error instanceof DatabaseError ? ofDatabaseError("open the history")(error) : error)
      )
    )
  }
}

const failing = (error: HistoryError): Layer.Layer<Database | SqlClient.SqlClient, HistoryError> => {
  const failed: Effect.Effect<Context.Context<Database | SqlClient.SqlClient>, HistoryError> = Effect.fail(error)
  return Layer.effectContext(failed)
}

/** The path of the file at `location`; `undefined` where it is a server. */
export const fileOf = (location: Location): string | undefined => {
  const text = textOf(location)
  return /^postgres(ql)?:/.test(text) ? undefined : text
}

const textOf = (location: Location): string => (Redacted.isRedacted(location) ? Redacted.value(location) : location)

const at = (location: Location) => {
  const text = textOf(location)
  if (fileOf(location) !== undefined) return { shown: text, client: NodeSqlite.layer(text) }
  const address = Result.getOrUndefined(parseAddress(text, process.env))
  return { shown: address?.shown ?? "PostgreSQL", client: Postgres.layer({ url: Redacted.make(text) }) }
}

/** How long, in all, something is tried again that fails for a reason that passes. */
const patience = Duration.seconds(5)

const whileItPasses = Schedule.min([Schedule.exponential("20 millis"), Schedule.spaced("500 millis")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ duration: patience })
)

const passes = (error: SqlError | HistoryError): boolean => isSqlError(error) && isTransient(error)

/** A connection that is lost within a transaction cannot be rolled back either, which `effect/sql` holds for a defect. */
const withoutDefects = <A, E>(effect: Effect.Effect<A, E | SqlError>): Effect.Effect<A, E | SqlError> =>
  Effect.catchCause(effect, (cause): Effect.Effect<never, E | SqlError> => {
    const [lost] = cause.reasons.flatMap((reason) =>
      Cause.isDieReason(reason) && isSqlError(reason.defect) ? [reason.defect] : []
    )
    return lost === undefined ? Effect.failCause(cause) : Effect.fail(lost)
  })

const make = Effect.fnUntraced(function* (shown: string, clock: Effect.Effect<number> | undefined) {
  const sql = yield* SqlClient.SqlClient
  const read: InHistory = (action, effect) =>
    Effect.flatMap(Effect.serviceOption(sql.transactionService), (outer) =>
      // What has failed within a transaction of others is theirs to do again, as a whole.
      outer._tag === "Some" ? effect : Effect.retry(withoutDefects(effect), { while: passes, schedule: whileItPasses })
    ).pipe(Effect.mapError((error) => (isSqlError(error) ? ofSqlError(shown, action)(error) : error)))
  yield* migrate(migrations).pipe(
    Effect.mapError((error) => (error._tag === "MigrationError" && isSqlError(error.cause) ? error.cause : error)),
    Effect.catchTag("MigrationError", (error) => Effect.die(error)),
    Effect.catchTag("DatabaseError", ({ detail, problem }) =>
      Effect.fail(ofDatabaseError("open the history")(new DatabaseError({ problem, database: shown, detail })))
    ),
    Effect.provideService(SqlClient.SqlClient, sql),
    (effect) => read("open the history", effect)
  )
  const ofDatabase = sql
    .onDialectOrElse({
      sqlite: () => sql<{ now: number }>`SELECT CAST(ROUND(unixepoch('subsec') * 1000) AS INTEGER) AS now`,
      orElse: () => sql<{ now: number }>`SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now`
    })
    .pipe(Effect.map(([row]) => row?.now ?? 0))
  return Database.of({
    sql,
    shown,
    now: clock ?? ofDatabase,
    read,
    transact: (action, effect) => read(action, sql.withTransaction(effect))
  })
})
