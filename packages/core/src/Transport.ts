/**
 * The seam between the client and the network: one request out, one whole answer back. Everything above it (retrying,
 * classifying, decoding) is the same whatever carries the bytes.
 *
 * `NodeTransport` is the fast one; `HttpClientTransport` works on any `HttpClient`, and so on every runtime.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { connectionFailures } from "./CloudBackupError.ts"

/** A request, complete but for the headers that every request of ours carries. */
export interface TransportRequest {
  readonly method: "GET" | "POST"
  /** Absolute; never holds a secret. */
  readonly url: string
  /** The `X-Client-Request-ID` to send. */
  readonly clientRequestId: string
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: Redacted.Redacted
  /** Sent as JSON; may hold a secret (the JWT of a key file). */
  readonly json?: Redacted.Redacted<unknown>
  /** Sent as `application/x-www-form-urlencoded`; may hold a secret (the token of an OIDC provider). */
  readonly form?: Redacted.Redacted<Readonly<Record<string, string>>>
  /** Further headers, names in lower case; no secret is among them. */
  readonly headers?: Readonly<Record<string, string>>
  /** An answer with a longer body fails with the reason `too_large`, in bytes. */
  readonly maxBodyBytes: number
  /** How long the whole answer may take, in milliseconds; later it fails with the reason `late`. */
  readonly timeoutMillis: number
}

/** An answer whose body has arrived whole. */
export interface TransportResponse {
  readonly status: number
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** No whole answer came: the connection failed, the time was up, or the body is cut short, too large or not UTF-8. */
export class TransportError extends Schema.TaggedError<TransportError>("@holdfast/core/TransportError")(
  "TransportError",
  {
    reason: Schema.Literals([...connectionFailures, "late", "truncated", "too_large", "not_utf8", "encoded"]),
    detail: Schema.String,
    /** The connection had carried an earlier request: the server may have closed it at the moment that this one was sent. */
    reused: Schema.optionalKey(Schema.Boolean)
  }
) {
  override get message() {
    return this.detail
  }
}

/** Sends requests. Interrupting the effect closes the connection. */
export class Transport extends Context.Service<
  Transport,
  {
    /** Sends a request once, and gives its whole answer, whatever its status. */
    readonly send: (request: TransportRequest) => Effect.Effect<TransportResponse, TransportError>
    /** It keeps the time limit of each request itself, cheaper than can be done from outside. Default: it does not. */
    readonly keepsTime?: boolean
  }
>()("@holdfast/core/Transport") {}
