/**
 * Carries a fault out in place of, or before, the good answer.
 */
import type { Socket } from "node:net"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { sendBadly } from "./connectionFaults.ts"
import { contentFaults } from "./contentFaults.ts"
import type { Fault } from "./Fault.ts"
import { rpcError, rpcErrorOf } from "./RpcError.ts"
import { type Answer, changed } from "./Wire.ts"

/** A fault, with how many requests it has struck before this one. */
export interface Strike {
  readonly fault: Fault
  readonly before: number
}

/** How late an answer comes, in milliseconds. */
const delayOf = ({ before, fault: { delay, over = 1, until } }: Strike): number =>
  until === undefined ? delay : delay + (until - delay) * Math.min(1, before / over)

/** `answer`, spoilt by a fault. `reset` resets a socket. */
export const perform = (strike: Strike, answer: Answer, requestId: string, reset: (socket: Socket) => void): Answer => {
  const { fault } = strike
  const headers = fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) }
  switch (fault.fault) {
    case "latency":
      return Effect.delay(answer, delayOf(strike))
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
    case "not_found":
      return Effect.succeed(rpcError("NOT_FOUND", "Not found", requestId))
    case "status": {
      const { grpcCode, status = 500 } = fault
      return Effect.succeed(
        grpcCode === undefined ? HttpServerResponse.empty({ status }) : rpcErrorOf(grpcCode, status, requestId)
      )
    }
    case "status_in_200":
      return Effect.succeed(rpcErrorOf(fault.grpcCode ?? 14, 200, requestId))
    case "redirect":
      return Effect.map(HttpServerRequest.HttpServerRequest, ({ url }) =>
        HttpServerResponse.empty({ status: fault.status ?? 302, headers: { location: fault.location ?? url } })
      )
    default: {
      const change = contentFaults[fault.fault]
      if (change !== undefined) return changed(answer, (wire) => change(wire, fault))
      // What is left are faults of pages, which the lists themselves commit.
      return sendBadly(fault, answer, reset) ?? answer
    }
  }
}
