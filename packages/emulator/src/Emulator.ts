/**
 * A real HTTP server that behaves as Cloud Backup, Compute, IAM and a VM's metadata service do, in memory, for demos and tests.
 *
 * It shares no code with the client: what both know of the API, each knows for itself.
 */
import { randomUUID } from "node:crypto"
import * as Http from "node:http"
import * as Https from "node:https"
import type { Socket } from "node:net"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import type { ServeError } from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import type { Call } from "./Call.ts"
import { perform } from "./perform.ts"
import { type Found, routeOf } from "./Route.ts"
import { rpcError } from "./RpcError.ts"
import type { Seed } from "./Seed.ts"
import * as State from "./State.ts"
import type { Answer } from "./Wire.ts"

/** Where to listen. Default: a free port of 127.0.0.1, in plain HTTP. */
export interface EmulatorOptions {
  readonly host?: string
  readonly port?: number
  /** A certificate for `localhost` and its key, in PEM: then the emulator speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** A server that runs for days must not keep all that it was asked. */
const rememberedRequests = 10_000

/** The good answer of a route, or the one that keeps a caller from it. */
const answerOf = ({ answer, isLimited, needsToken }: Found, call: Call, authorization: string | undefined): Answer => {
  const { now, requestId, state } = call
  const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? ""
  if (needsToken && !state.acceptsToken(token, now)) {
    return Effect.succeed(rpcError("UNAUTHENTICATED", "Token is invalid or has expired.", requestId))
  }
  if (!isLimited) return answer(call)
  const { isAdmitted, waitSeconds } = state.admit(now)
  if (isAdmitted) return answer(call)
  const headers = state.seed.rateLimit?.retryAfter === true ? { "retry-after": String(waitSeconds) } : {}
  return Effect.succeed(rpcError("RESOURCE_EXHAUSTED", "Too many requests", requestId, { headers }))
}

/** What the server is now. */
interface World {
  readonly state: State.State
  /** When it was first asked, in milliseconds since 1970. */
  startedAt: number | undefined
}

const handle = (now: () => World, reset: (socket: Socket) => void) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const requestId = randomUUID()
    const world = now()
    const { state } = world
    const seen: State.SeenRequest = { method: request.method, url: request.url, headers: request.headers, faults: [] }
    state.requests.push(seen)
    if (state.requests.length > rememberedRequests) state.requests.shift()
    const [path = "/", search = ""] = request.url.split("?", 2)
    const found = routeOf(path)
    if (found === undefined) return HttpServerResponse.text("404 page not found\n", { status: 404 })
    const { instance, method, route } = found
    if (request.method !== method) return rpcError("NOT_IMPLEMENTED", "Method Not Allowed", requestId)

    const time = yield* Clock.currentTimeMillis
    world.startedAt ??= time
    const header = request.headers["x-emulator-fault"]
    const strikes = state.strike({ route, instance, path, header, elapsed: time - world.startedAt })
    seen.faults = strikes.map(({ fault }) => fault.fault)
    const call: Call = {
      state,
      requestId,
      query: new URLSearchParams(search),
      now: time + state.seed.clock,
      faults: new Set(seen.faults)
    }
    let answer = answerOf(found, call, request.headers.authorization)
    for (const strike of strikes) answer = perform(strike, answer, requestId, reset)
    // By the emulator's own clock, and not by that of the machine below it.
    return HttpServerResponse.setHeader(yield* answer, "date", new Date(call.now).toUTCString())
  })

/** A running emulator. */
export class Emulator extends Context.Service<
  Emulator,
  {
    /** Its base URL, such as `http://127.0.0.1:40123`. */
    readonly url: string
    /** The last 10,000 requests, in order. */
    readonly requests: Effect.Effect<ReadonlyArray<State.SeenRequest>>
    /** From now on it is as a new emulator of `seed` would be; it keeps its address and what it was asked. */
    readonly become: (seed: Seed) => Effect.Effect<void>
  }
>()("@holdfast/emulator/Emulator") {
  /** Listens while the layer is in use; connections that are open at its end are cut. */
  static readonly layer = (seed: Seed, options: EmulatorOptions = {}): Layer.Layer<Emulator, ServeError> =>
    Layer.unwrap(
      Effect.sync(() => {
        const { host = "127.0.0.1", port = 0, tls } = options
        const server = tls === undefined ? Http.createServer() : Https.createServer(tls)
        return Layer.effect(Emulator, start(seed, server, tls !== undefined)).pipe(
          Layer.provide(NodeHttpServer.layerServer(() => server, { host, port, disablePreemptiveShutdown: true }))
        )
      })
    )
}

const start = Effect.fnUntraced(function* (seed: Seed, server: Http.Server, isSecure: boolean) {
  let world: World = { state: State.make(seed), startedAt: undefined }
  /** The sockets below TLS, by their peer's port: a reset is theirs to send. */
  const sockets = new Map<number | undefined, Socket>()
  server.on("connection", (socket: Socket) => {
    const { remotePort } = socket
    sockets.set(remotePort, socket)
    socket.on("close", () => sockets.delete(remotePort))
  })
  const reset = (socket: Socket): void => void (sockets.get(socket.remotePort) ?? socket).resetAndDestroy()
  // The server runs its handlers uninterruptibly; a late answer must not outlive its client, or the server.
  yield* HttpServer.serveEffect(Effect.interruptible(handle(() => world, reset)))
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      server.closeAllConnections()
      for (const socket of sockets.values()) socket.destroy()
    })
  )
  const { address } = yield* HttpServer.HttpServer
  const url = HttpServer.formatAddress(address)
  return Emulator.of({
    url: isSecure ? url.replace(/^http:\/\/127\.0\.0\.1/, "https://localhost") : url,
    requests: Effect.sync(() => [...world.state.requests]),
    become: (next) =>
      Effect.sync(() => {
        world = { state: { ...State.make(next), requests: world.state.requests }, startedAt: undefined }
      })
  })
})
