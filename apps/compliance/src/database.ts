/**
 * The database of a configuration: its address, with the password from where secrets are kept.
 */
import { Database } from "@holdfast/history/Database"
import type { History } from "@holdfast/history/History"
import type { HistoryError } from "@holdfast/history/HistoryError"
import type { Outbox } from "@holdfast/history/Outbox"
import type { RunStore } from "@holdfast/history/RunStore"
import * as SqlHistory from "@holdfast/history/SqlHistory"
import * as SqlOutbox from "@holdfast/history/SqlOutbox"
import * as SqlRunStore from "@holdfast/history/SqlRunStore"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Database as Place } from "./config/ComplianceConfig.ts"

/** The file with the database's password cannot be used. */
export class PasswordError extends Schema.TaggedError<PasswordError>("@holdfast/compliance/PasswordError")(
  "PasswordError",
  { path: Schema.String, detail: Schema.String }
) {
  readonly remedy = "Check HOLDFAST_DATABASE_PASSWORD_FILE, and the permissions of the file that it names."
  override get message() {
    return `The database's password cannot be read from ${this.path}: ${this.detail}`
  }
}

/** The password, where one is given for us; the PG* variables are read where the address is. */
const passwordOf = Effect.fnUntraced(function* (env: Readonly<Record<string, string | undefined>>) {
  const { HOLDFAST_DATABASE_PASSWORD: given, HOLDFAST_DATABASE_PASSWORD_FILE: path } = env
  if (given !== undefined && given !== "") return given
  if (path === undefined || path === "") return undefined
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    fs.readFileString(path),
    ({ reason }) => new PasswordError({ path, detail: reason._tag })
  )
  const password = text.replace(/\r?\n$/, "")
  return password === "" ? yield* new PasswordError({ path, detail: "the file is empty" }) : password
})

/** Where the database is; secret, where it holds a password. */
export const locationOf = Effect.fnUntraced(function* (place: Place) {
  if (place.kind === "sqlite") return place.path
  const password = yield* passwordOf(process.env)
  if (password === undefined) return place.url
  const url = new URL(place.url)
  url.password = encodeURIComponent(password)
  return Redacted.make(url.href)
})

/** The history at `place`, opened, and what writes to it. */
export const layer = (
  place: Place
): Layer.Layer<
  Database | SqlClient | RunStore | History | Outbox,
  HistoryError | PasswordError,
  FileSystem.FileSystem
> =>
  Layer.mergeAll(SqlRunStore.layer, SqlHistory.layer, SqlOutbox.layer).pipe(
    Layer.provideMerge(Layer.unwrap(Effect.map(locationOf(place), (location) => Database.layer(location))))
  )
