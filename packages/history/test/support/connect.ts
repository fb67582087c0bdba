import { type Layer, Redacted } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { DatabaseError } from "../../src/DatabaseError.ts"
import * as NodeSqlite from "../../src/NodeSqlite.ts"
import * as Postgres from "../../src/Postgres.ts"

/** The client of the database at `address`, as a process of the service makes it. */
export const connect = (address: string): Layer.Layer<SqlClient, DatabaseError> =>
  address.startsWith("postgres://") ? Postgres.layer({ url: Redacted.make(address) }) : NodeSqlite.layer(address)
