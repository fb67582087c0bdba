/**
 * Hands a message to the mail server. Encryption is demanded, not tried, but on this machine.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Smtp } from "./AlertsConfig.ts"
import type { Email } from "./email.ts"
import { codeOf, SendError } from "./SendError.ts"
import { readSecret } from "./secrets.ts"

/** How long each step of the server may take, and all of them, in milliseconds. */
const timeoutMillis = 15_000
const wholeMillis = 40_000

/** What is sent, to whom. */
export interface Letter extends Email {
  readonly channel: string
  readonly to: ReadonlyArray<string>
  /** What tells the message apart; one that arrives twice has the same. */
  readonly id: string
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

/** The status of the server's answer, without its words: they may repeat what it was told. */
const statusOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "responseCode" in cause && typeof cause.responseCode === "number"
    ? `, status ${cause.responseCode}`
    : ""

/** Sends it once: the server has it, or it fails. */
export const sendEmail = Effect.fn("alerts.sendEmail")(function* (
  { from, host, password, port, security, user }: Smtp,
  { channel, html, id, subject, text, to }: Letter
) {
  if (security === "none" && !loopback.test(host)) {
    return yield* new SendError({ channel, detail: "mail in the clear is for this machine only" })
  }
  const secret = password === undefined ? undefined : yield* readSecret(channel, password)
  // Loaded only where mail is sent.
  const { createTransport } = yield* Effect.promise(() => import("nodemailer"))
  const domain = from.slice(from.indexOf("@") + 1)
  yield* Effect.tryPromise({
    try: async () => {
      const transport = createTransport({
        host,
        port,
        secure: security === "tls",
        requireTLS: security === "starttls",
        ignoreTLS: security === "none",
        ...(user === undefined || secret === undefined ? {} : { auth: { user, pass: Redacted.value(secret) } }),
        connectionTimeout: timeoutMillis,
        greetingTimeout: timeoutMillis,
        socketTimeout: timeoutMillis,
        disableFileAccess: true,
        disableUrlAccess: true,
        logger: false
      })
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject,
          text,
          html,
          messageId: `<${id}@${domain}>`,
          // Nobody's holiday is to answer.
          headers: { "Auto-Submitted": "auto-generated", "X-Holdfast-Id": id }
        })
      } finally {
        transport.close()
      }
    },
    catch: (cause) =>
      new SendError({
        channel,
        detail: `the mail server ${host}:${port} did not take it (${codeOf(cause)}${statusOf(cause)})`
      })
  }).pipe(
    Effect.timeoutOrElse({
      duration: wholeMillis,
      orElse: () => Effect.fail(new SendError({ channel, detail: `the mail server ${host}:${port} took too long` }))
    })
  )
})
