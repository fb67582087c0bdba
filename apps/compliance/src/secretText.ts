/**
 * Reads a secret from where the configuration says that it is.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Secret } from "./alerts/AlertsConfig.ts"

/** A secret is not where it should be. */
export class SecretError extends Schema.TaggedError<SecretError>("@holdfast/compliance/SecretError")("SecretError", {
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** The secret. The end of its file's line is no part of it. */
export const secretText = Effect.fnUntraced(function* (secret: Secret) {
  const refuse = (detail: string) => new SecretError({ detail })
  if ("env" in secret) {
    const value = process.env[secret.env]
    if (value === undefined || value === "") return yield* refuse(`the environment variable ${secret.env} is not set`)
    return Redacted.make(value)
  }
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(fs.readFileString(secret.file), ({ reason }) =>
    refuse(`its secret cannot be read from ${secret.file} (${reason._tag})`)
  )
  const value = text.replace(/\r?\n$/, "")
  if (value === "") return yield* refuse(`the file ${secret.file} is empty`)
  return Redacted.make(value)
})
