/**
 * Reads a secret from where the configuration says that it is, each time that it is needed: one that was replaced is taken up.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Redacted from "effect/Redacted"
import type { Secret } from "./AlertsConfig.ts"
import { SendError } from "./SendError.ts"

/** The secret, for the channel that needs it. */
export const readSecret = Effect.fnUntraced(function* (channel: string, secret: Secret) {
  const refuse = (detail: string) => new SendError({ channel, detail })
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
