/**
 * An answer as bytes: what faults of content change, and what faults of connections send in their own way.
 */
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** What a route answers. */
export type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>

export interface Wire {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** The bytes of a response; its body is text, as all answers of the emulator are. */
export const fromResponse = ({ body, headers, status }: HttpServerResponse.HttpServerResponse): Wire =>
  body._tag === "Uint8Array"
    ? { status, headers: { ...headers, "content-type": body.contentType }, body: new TextDecoder().decode(body.body) }
    : { status, headers: { ...headers }, body: "" }

export const toResponse = ({ body, headers, status }: Wire): HttpServerResponse.HttpServerResponse => {
  const { "content-length": _, "content-type": contentType, ...rest } = headers
  return HttpServerResponse.uint8Array(typeof body === "string" ? new TextEncoder().encode(body) : body, {
    status,
    headers: rest,
    ...(contentType === undefined ? {} : { contentType })
  })
}

/** The text of a body. */
export const textOf = ({ body }: Wire): string => (typeof body === "string" ? body : new TextDecoder().decode(body))

/** `answer` with its bytes changed. */
export const changed = (answer: Answer, change: (wire: Wire) => Wire): Answer =>
  Effect.map(answer, (response) => toResponse(change(fromResponse(response))))
