/**
 * A real HTTP server that behaves as Cloud Backup and IAM do, in memory, for demos and tests.
 *
 * It shares no code with the client: what both know of the API, each knows for itself.
 */
import { randomUUID } from "node:crypto"
import * as Http from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import type { ServeError } from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { type Call, getResource, listResources } from "./CloudBackupRoutes.ts"
import type { Route } from "./Fault.ts"
import { createToken } from "./IamRoutes.ts"
import { type Answer, perform } from "./perform.ts"
import { rpcError } from "./RpcError.ts"
import type { Seed } from "./Seed.ts"
import * as State from "./State.ts"

/** Where to listen. Default: a free port of 127.0.0.1. */
export interface EmulatorOptions {
  readonly host?: string
  readonly port?: number
}

/** A server that runs for days must not keep all that it was asked. */
const rememberedRequests = 10_000

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** The routes, whichever method: the wrong one is answered with 501, as a gateway does. */
const routeOf = (
  path: string
): { readonly route: Route; readonly method: string; readonly id?: string } | undefined => {
  if (path === "/iam/v1/tokens") return { route: "token", method: "POST" }
  if (path === "/backup/v1/resources") return { route: "list", method: "GET" }
  const id = /^\/backup\/v1\/resources\/([^/]+)$/.exec(path)?.[1]
  return id === undefined ? undefined : { route: "get", method: "GET", id: decoded(id) }
}

const handle = (state: State.State) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const requestId = randomUUID()
    state.requests.push({ method: request.method, url: request.url, headers: request.headers })
    if (state.requests.length > rememberedRequests) state.requests.shift()
    const [path = "/", search = ""] = request.url.split("?", 2)
    const found = routeOf(path)
    if (found === undefined) return HttpServerResponse.text("404 page not found\n", { status: 404 })
    const { id, method, route } = found
    if (request.method !== method) return rpcError("NOT_IMPLEMENTED", "Method Not Allowed", requestId)

    const now = yield* Clock.currentTimeMillis
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? ""
    const call: Call = { state, requestId, query: new URLSearchParams(search) }
    let answer: Answer
    if (route === "token") answer = createToken(state, requestId)
    else if (!state.acceptsToken(token, now)) {
      answer = Effect.succeed(rpcError("UNAUTHENTICATED", "Token is invalid or has expired.", requestId))
    } else answer = id === undefined ? listResources(call) : getResource(id, call)

    for (const fault of state.strike(route, id, path, request.headers["x-emulator-fault"])) {
      answer = perform(fault, answer, requestId)
    }
    return yield* answer
  })

/** A running emulator. */
export class Emulator extends Context.Service<
  Emulator,
  {
    /** Its base URL, such as `http://127.0.0.1:40123`. */
    readonly url: string
    /** The last 10,000 requests, in order. */
    readonly requests: Effect.Effect<ReadonlyArray<State.SeenRequest>>
  }
>()("@holdfast/emulator/Emulator") {
  /** Listens while the layer is in use; connections that are open at its end are cut. */
  static readonly layer = (seed: Seed, options?: EmulatorOptions): Layer.Layer<Emulator, ServeError> =>
    Layer.unwrap(
      Effect.sync(() => {
        const server = Http.createServer()
        return Layer.effect(Emulator, start(seed, server)).pipe(
          Layer.provide(
            NodeHttpServer.layerServer(() => server, {
              host: options?.host ?? "127.0.0.1",
              port: options?.port ?? 0,
              disablePreemptiveShutdown: true
            })
          )
        )
      })
    )
}

const start = Effect.fnUntraced(function* (seed: Seed, server: Http.Server) {
  const state = State.make(seed)
  // The server runs its handlers uninterruptibly; a late answer must not outlive its client, or the server.
  yield* HttpServer.serveEffect(Effect.interruptible(handle(state)))
  yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
  const { address } = yield* HttpServer.HttpServer
  return Emulator.of({
    url: HttpServer.formatAddress(address),
    requests: Effect.sync(() => [...state.requests])
  })
})
