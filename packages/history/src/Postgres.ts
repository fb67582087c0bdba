/**
 * `SqlClient` of `effect/sql` on PostgreSQL, for a history that several machines share.
 *
 * It makes a server behave as the file of `NodeSqlite` does: `BIGINT` reads as a number where a number holds it exactly, and
 * the session's time zone is UTC, as Effect's own queue stores `NOW()` without a zone.
 * A connection to another machine is encrypted, and its certificate checked, unless the address says `sslmode=disable`.
 */
import { readFileSync } from "node:fs"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Context, Duration, Effect, Layer, Redacted, Result } from "effect"
import { hasProperty } from "effect/Predicate"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { DatabaseError } from "./DatabaseError.ts"
import { type Address, parseAddress } from "./postgresAddress.ts"

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database?sslmode=verify-full&sslrootcert=ca.pem`. */
  readonly url: Redacted.Redacted
  /** The most connections that this process opens; 10 unless said otherwise. */
  readonly maxConnections?: number
}

/** `BIGINT` as a number where that loses nothing, else as a bigint. */
const types = (() => {
  const registry = PgTypes.makeRegistry()
  registry.register<number | bigint>(PgTypes.OID.int8, {
    encode: (value) => {
      const bytes = new DataView(new ArrayBuffer(8))
      bytes.setBigInt64(0, BigInt(value))
      return Result.succeed(new Uint8Array(bytes.buffer))
    },
    decode: (bytes) => {
      const value = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigInt64(0)
      const number = Number(value)
      return Result.succeed(Number.isSafeInteger(number) ? number : value)
    }
  })
  return registry
})()

/** What the session of a process that was stopped in the middle of a transaction may hold back, and for how long. */
const startupParameters = { timezone: "UTC", idle_in_transaction_session_timeout: "5s" }

/** The authority's certificate, read here so that a missing file is named. */
const tlsOptions = (address: Address): Effect.Effect<boolean | { readonly ca: Buffer }, DatabaseError> => {
  const { authority, tls } = address
  if (!tls || authority === undefined || authority === "system") return Effect.succeed(tls)
  return Effect.try({
    try: () => ({ ca: readFileSync(authority) }),
    catch: (cause) =>
      new DatabaseError({
        problem: "invalid_address",
        database: address.shown,
        detail: `sslrootcert cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`
      })
  })
}

/** The cause's own words: the outer message says only that connecting failed. */
const detailOf = ({ message, reason: { cause } }: SqlError): string =>
  cause instanceof Error && cause.message !== "" ? `${message}: ${cause.message}` : message

/** `3D000`: the database does not exist; `28…` and `42501` have reasons of their own. */
const isRefusal = ({ reason }: SqlError): boolean =>
  reason._tag === "AuthenticationError" ||
  reason._tag === "AuthorizationError" ||
  (hasProperty(reason.cause, "code") && reason.cause.code === "3D000")

const connectionError = (address: Address) => (error: SqlError) =>
  new DatabaseError({
    problem: isRefusal(error) ? "refused" : "unreachable",
    database: address.shown,
    detail: detailOf(error)
  })

const make = Effect.fnUntraced(function* (options: PostgresOptions) {
  const raw = Redacted.value(options.url)
  const address = yield* Effect.fromResult(parseAddress(raw, process.env))
  const client = yield* PgClient.make({
    url: options.url,
    host: address.host,
    port: address.port,
    username: address.username,
    database: address.database,
    password: address.password === undefined ? undefined : Redacted.make(address.password),
    ssl: yield* tlsOptions(address),
    applicationName: "holdfast",
    connectTimeout: Duration.seconds(5),
    keepAlive: Duration.seconds(10),
    maxConnections: options.maxConnections ?? 10,
    startupParameters,
    types
  }).pipe(Effect.mapError(connectionError(address)))
  // The pool connects when it is first asked: fail now, and with the server's name, rather than in the first run.
  yield* Effect.mapError(client`SELECT 1`, connectionError(address))
  return Context.make(PgClient.PgClient, client).pipe(Context.add(SqlClient.SqlClient, client))
})

/** The database at `options.url`, reached once before the layer is ready. */
export const layer = (options: PostgresOptions): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, DatabaseError> =>
  Layer.effectContext(make(options)).pipe(Layer.provide(Reactivity.layer))
