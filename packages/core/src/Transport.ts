/**
 * The seam between the client and the network: one request out, one whole answer back. Everything above it (retrying,
 * classifying, decoding) is the same whatever carries the bytes.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
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
  /** An answer with a longer body fails with the reason `too_large`, in bytes. */
  readonly maxBodyBytes: number
}

/** An answer whose body has arrived whole. */
export interface TransportResponse {
  readonly status: number
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** No whole answer came: the connection failed, or the body is too large or not UTF-8. */
export class TransportError extends Schema.TaggedError<TransportError>("@holdfast/core/TransportError")(
  "TransportError",
  {
    reason: Schema.Literals([...connectionFailures, "too_large", "not_utf8"]),
    detail: Schema.String
  }
) {
  override get message() {
    return this.detail
  }
}

const reasons: Readonly<Record<string, TransportError["reason"]>> = {
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ETIMEDOUT: "unreachable",
  UND_ERR_CONNECT_TIMEOUT: "unreachable",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  ECONNRESET: "reset",
  EPIPE: "reset",
  UND_ERR_SOCKET: "reset"
}

const sentences: Readonly<Record<TransportError["reason"], string>> = {
  refused: "nothing listens at that address",
  unreachable: "the address cannot be reached",
  dns: "the host name cannot be resolved",
  tls: "the server's certificate or protocol cannot be trusted",
  reset: "the connection was closed before the whole answer had come",
  other: "no answer could be read",
  too_large: "the body is too large",
  not_utf8: "the body is not UTF-8 text"
}

/** The first system or TLS error code in a chain of causes, as Node and undici nest them. */
const codeOf = (cause: unknown, depth = 0): string | undefined => {
  if (typeof cause !== "object" || cause === null || depth > 8) return undefined
  if ("code" in cause && typeof cause.code === "string") return cause.code
  if ("errors" in cause && Array.isArray(cause.errors)) {
    const code = codeOf(cause.errors[0], depth + 1)
    if (code !== undefined) return code
  }
  return "cause" in cause ? codeOf(cause.cause, depth + 1) : undefined
}

const tlsCode = /^(CERT_|ERR_TLS|ERR_SSL|EPROTO$|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/

const failed = (error: HttpClientError.HttpClientError): TransportError => {
  const code = codeOf("cause" in error.reason ? error.reason.cause : undefined)
  const reason = code === undefined ? "other" : tlsCode.test(code) ? "tls" : (reasons[code] ?? "other")
  return new TransportError({ reason, detail: sentences[reason] + (code === undefined ? "" : ` (${code})`) })
}

/** Reads the body to its end, holding no more than `limit` bytes of it. */
const readBody = (
  response: HttpClientResponse.HttpClientResponse,
  limit: number
): Effect.Effect<string, TransportError> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Stream.runForEach(Stream.mapError(response.stream, failed), (chunk) => {
      size += chunk.length
      if (size > limit) {
        return Effect.fail(
          new TransportError({ reason: "too_large", detail: `${sentences.too_large}: more than ${limit} bytes` })
        )
      }
      chunks.push(chunk)
      return Effect.void
    }).pipe(Effect.flatMap(() => decodeUtf8(chunks, size)))
  })

const decodeUtf8 = (chunks: ReadonlyArray<Uint8Array>, size: number): Effect.Effect<string, TransportError> => {
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () => new TransportError({ reason: "not_utf8", detail: sentences.not_utf8 })
  })
}

/** Sends requests. Interrupting the effect closes the connection. */
export class Transport extends Context.Service<
  Transport,
  { readonly send: (request: TransportRequest) => Effect.Effect<TransportResponse, TransportError> }
>()("@holdfast/core/Transport") {
  /**
   * On any `HttpClient`. The client must not follow redirects: a token would travel with them. Effect's undici and
   * node:http layers do not; its fetch layer does, unless `RequestInit` says `redirect: "manual"`.
   */
  static readonly layerHttpClient: Layer.Layer<Transport, never, HttpClient.HttpClient> = Layer.effect(
    Transport,
    Effect.map(HttpClient.HttpClient, (client) =>
      Transport.of({
        send: Effect.fnUntraced(function* (request: TransportRequest) {
          let message = HttpClientRequest.make(request.method)(request.url).pipe(
            HttpClientRequest.setHeaders({
              accept: "application/json",
              "accept-encoding": "identity",
              "x-client-request-id": request.clientRequestId
            })
          )
          if (request.token !== undefined) message = HttpClientRequest.bearerToken(message, request.token)
          if (request.json !== undefined) {
            message = HttpClientRequest.bodyJsonUnsafe(message, Redacted.value(request.json))
          }
          const response = yield* Effect.mapError(client.execute(message), failed)
          return {
            status: response.status,
            headers: response.headers,
            body: yield* readBody(response, request.maxBodyBytes)
          }
        })
      })
    )
  )
}
