/**
 * The transport on any `HttpClient`, for runtimes other than Node and for programs that have a client of their own.
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { failure, flawOfHead, fromCause, textOf, tooLarge } from "./internal/transportFailure.ts"
import { wireOf } from "./internal/wire.ts"
import { Transport, type TransportError, type TransportRequest } from "./Transport.ts"

const causeOf = (error: HttpClientError.HttpClientError) => ("cause" in error.reason ? error.reason.cause : undefined)

/** Reads the body to its end, holding no more than `limit` bytes of it. */
const readBody = (
  response: HttpClientResponse.HttpClientResponse,
  limit: number
): Effect.Effect<string, TransportError> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Stream.runForEach(
      Stream.mapError(response.stream, (error) => fromCause(causeOf(error), true)),
      (chunk) => {
        size += chunk.length
        if (size > limit) return Effect.fail(tooLarge(limit))
        chunks.push(chunk)
        return Effect.void
      }
    ).pipe(
      Effect.flatMap(() => {
        const text = textOf(chunks, size, response)
        return text === undefined ? Effect.fail(failure("not_utf8")) : Effect.succeed(text)
      })
    )
  })

/**
 * Sends with the `HttpClient` that it is given. It must not follow redirects: a token would travel with them. Effect's undici
 * and node:http layers do not; its fetch layer does, unless `RequestInit` says `redirect: "manual"`. Proxies and certificates
 * are the client's own matter.
 */
export const layer: Layer.Layer<Transport, never, HttpClient.HttpClient> = Layer.effect(
  Transport,
  Effect.map(HttpClient.HttpClient, (client) =>
    Transport.of({
      send: Effect.fnUntraced(function* (request: TransportRequest) {
        const { body, headers } = wireOf(request)
        let message = HttpClientRequest.make(request.method)(request.url).pipe(HttpClientRequest.setHeaders(headers))
        if (request.token !== undefined) message = HttpClientRequest.bearerToken(message, request.token)
        if (body !== undefined) message = HttpClientRequest.bodyText(message, body, headers["content-type"])
        const response = yield* Effect.mapError(client.execute(message), (error) => fromCause(causeOf(error), false))
        const flaw = flawOfHead(response)
        if (flaw !== undefined) return yield* flaw
        return {
          status: response.status,
          headers: response.headers,
          body: yield* readBody(response, request.maxBodyBytes)
        }
      })
    })
  )
)
