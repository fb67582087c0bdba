import type { ServerResponse } from "node:http"
import { assert } from "@effect/vitest"
import type { RetryPolicy } from "@holdfast/core/RetryPolicy"
import { Effect } from "effect"
import { clientAt, get, serve, withPolicy } from "./harness.ts"
import { renderings } from "./renderings.ts"

/** An answer that the emulator would never give. */
export interface Foreign {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export const token = "t1.canary-of-the-token"

/** What the client makes of a server that answers each request with `respond`. */
export const ask = Effect.fnUntraced(function* (
  respond: (response: ServerResponse) => void,
  policy: Partial<RetryPolicy> = {}
) {
  const server = yield* serve((_, response) => respond(response))
  const result = yield* get("web").pipe(Effect.result, Effect.provide(clientAt(server.url, token)), withPolicy(policy))
  if (result._tag === "Failure") assert.isFalse(renderings(result.failure).includes("canary"), "the token is shown")
  return { result, sent: server.seen.length, seen: server.seen }
})

export const send =
  ({ body = "", headers = {}, status = 200 }: Foreign) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(body)

/** The error that the client makes of `foreign`, and how often it asked. */
export const errorOf = Effect.fnUntraced(function* (foreign: Foreign, policy?: Partial<RetryPolicy>) {
  const { result, sent } = yield* ask(send(foreign), policy)
  if (result._tag === "Success") return assert.fail(`a resource was read: ${JSON.stringify(result.success)}`)
  return { error: result.failure, sent }
})

export const rpc = (code: number, message = "in the service's words", details: ReadonlyArray<object> = []) =>
  JSON.stringify({ code, message, details })
