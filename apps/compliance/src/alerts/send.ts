/**
 * Sends an alert by its channel, once.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Redacted from "effect/Redacted"
import type { Alert } from "./Alert.ts"
import type { Alerts, Channel } from "./AlertsConfig.ts"
import { emailOf } from "./email.ts"
import { post } from "./post.ts"
import { SendError } from "./SendError.ts"
import { readSecret } from "./secrets.ts"
import { sendEmail } from "./sendEmail.ts"
import { signatureHeaders } from "./signature.ts"
import { slackBody } from "./slack.ts"

/** Succeeds where the receiver has it. */
export const send = (
  { smtp }: Alerts,
  { name, target }: Channel,
  alert: Alert
): Effect.Effect<void, SendError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    switch (target.kind) {
      case "slack": {
        const url = yield* readSecret(name, target.url)
        return yield* post({ channel: name, url, headers: {}, body: slackBody(alert) })
      }
      case "webhook": {
        const secret = yield* readSecret(name, target.secret)
        const body = JSON.stringify(alert)
        const now = yield* Clock.currentTimeMillis
        const headers = signatureHeaders({ id: alert.id, event: alert.event, body }, Redacted.value(secret), now)
        return yield* post({ channel: name, url: Redacted.make(target.url), headers, body })
      }
      case "email": {
        if (smtp === undefined) return yield* new SendError({ channel: name, detail: "there is no `smtp` to send by" })
        return yield* sendEmail(smtp, { channel: name, to: target.to, id: alert.id, ...emailOf(alert) })
      }
    }
  })
