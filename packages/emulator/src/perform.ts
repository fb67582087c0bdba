/**
 * Carries a fault out in place of, or before, the good answer.
 */
import { ServerResponse } from "node:http"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Fault } from "./Fault.ts"
import { rpcError } from "./RpcError.ts"

/** What a route answers. */
export type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>

const page = (title: string): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`

const bodyText = (response: HttpServerResponse.HttpServerResponse): string =>
  response.body._tag === "Uint8Array" ? new TextDecoder().decode(response.body.body) : ""

/** `response` with another body; its status and headers, the request id among them, stay. */
const withBody = (response: HttpServerResponse.HttpServerResponse, body: string) =>
  HttpServerResponse.setBody(response, HttpBody.text(body, "application/json"))

/** Sends half of the body that was promised, then resets the connection. */
const resetMidBody = (response: HttpServerResponse.HttpServerResponse) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
    Effect.callback<never>(() => {
      const raw = NodeHttpServerRequest.toServerResponse(request)
      if (!(raw instanceof ServerResponse)) return
      const body = bodyText(response)
      raw.writeHead(200, { "content-type": "application/json", "content-length": body.length })
      raw.write(body.slice(0, Math.ceil(body.length / 2)), () => raw.socket?.resetAndDestroy())
    })
  )

/** `answer`, spoilt by `fault`. */
export const perform = (fault: Fault, answer: Answer, requestId: string): Answer => {
  const headers = fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) }
  switch (fault.fault) {
    case "latency":
      return Effect.delay(answer, fault.delay)
    case "rate_limited":
      return Effect.succeed(rpcError("RESOURCE_EXHAUSTED", "Too many requests", requestId, { headers }))
    case "unavailable":
      return Effect.succeed(rpcError("UNAVAILABLE", "Service is temporarily unavailable", requestId, { headers }))
    case "internal":
      return Effect.succeed(rpcError("INTERNAL", "Internal error", requestId))
    case "unauthenticated":
      return Effect.succeed(rpcError("UNAUTHENTICATED", "Token is invalid or has expired.", requestId))
    case "forbidden":
      return Effect.succeed(rpcError("PERMISSION_DENIED", "Permission denied", requestId))
    case "html":
      return Effect.succeed(HttpServerResponse.html(page("Sign in to the network")))
    case "bad_gateway":
      return Effect.succeed(HttpServerResponse.setStatus(HttpServerResponse.html(page("502 Bad Gateway")), 502))
    case "reset":
      return Effect.flatMap(answer, resetMidBody)
    case "truncated":
      return Effect.map(answer, (response) => {
        const body = bodyText(response)
        return withBody(response, body.slice(0, Math.ceil(body.length / 2)))
      })
    case "mismatch":
      return Effect.map(answer, (response) =>
        withBody(response, bodyText(response).replace(/"computeInstanceId":"[^"]*"/, '"computeInstanceId":"another"'))
      )
  }
}
