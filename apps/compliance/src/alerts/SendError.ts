/**
 * Why a message did not arrive. No part of it holds a secret: neither addresses of webhooks, nor what a server answered, are repeated.
 */
import * as Schema from "effect/Schema"

export class SendError extends Schema.TaggedError<SendError>("@holdfast/compliance/SendError")("SendError", {
  channel: Schema.String,
  detail: Schema.String,
  /** The server asks for so long a pause. */
  retryAfterMillis: Schema.optionalKey(Schema.Finite)
}) {
  readonly remedy = "Check the channel in the section `alerts`, and try it with `compliance alerts test`."
  override get message() {
    return `The alert could not be sent to ${this.channel}: ${this.detail}`
  }
}

/** The code of what Node and its libraries throw, such as `ECONNREFUSED`; their messages may hold addresses. */
export const codeOf = (cause: unknown): string => {
  for (let error = cause, depth = 0; depth < 5 && typeof error === "object" && error !== null; depth++) {
    if ("code" in error && typeof error.code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(error.code))
      return error.code
    error = "cause" in error ? error.cause : undefined
  }
  return "unknown error"
}
