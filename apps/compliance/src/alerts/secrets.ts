/**
 * Reads a secret each time that it is needed: one that was replaced is taken up.
 */
import * as Effect from "effect/Effect"
import { secretText } from "../secretText.ts"
import type { Secret } from "./AlertsConfig.ts"
import { SendError } from "./SendError.ts"

/** The secret, for the channel that needs it. */
export const readSecret = (channel: string, secret: Secret) =>
  Effect.mapError(secretText(secret), ({ detail }) => new SendError({ channel, detail }))
