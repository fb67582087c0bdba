/**
 * The dashboard as a server: every request is let in or not, answered, and sent out with what a browser may do with the answer.
 */
import * as Http from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { History } from "@holdfast/history/History"
import type { HistoryError } from "@holdfast/history/HistoryError"
import { Outbox } from "@holdfast/history/Outbox"
import { escapeText } from "@holdfast/report/Terminal"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { HttpApiSchemaError } from "effect/http-api/HttpApiError"
import * as Layer from "effect/Layer"
import { apiRoutes } from "../api/handlers.ts"
import { isLoopback, type Server } from "../config/readServer.ts"
import { allAssets } from "../dashboard/assets.ts"
import { links } from "../dashboard/links.ts"
import { routes } from "../dashboard/routes.ts"
import type { ScheduledJob } from "../dashboard/standing.ts"
import { Access, nobody, openPaths, probePaths } from "./Access.ts"
import { isOwnHost, isOwnOrigin } from "./addresses.ts"
import { accepts, CurrentCaller, EmulatedBy, ifNew, minuteOf, pathOf, refusal, secured } from "./answers.ts"
import { Events } from "./Events.ts"
import { FailedLogins } from "./FailedLogins.ts"
import { loginRoutes } from "./login.ts"
import * as Refused from "./Refused.ts"

type Request = HttpServerRequest.HttpServerRequest

/** What only these two change: who is signed in. Everything else is read. */
const changing: ReadonlySet<string> = new Set([links.login, links.logout])

const assetPaths: ReadonlySet<string> = new Set(allAssets.map(({ path }) => path))

/** What is wrong with a request before anybody asks who sent it. */
const mistakeOf = (server: Server, request: Request): Refused.Refused | undefined => {
  const { headers, method, url } = request
  const path = pathOf(request)
  if (!url.startsWith("/")) return Refused.badRequest("The request names no path.", "Send `GET /`.")
  if (headers.origin !== undefined && !isOwnOrigin(server, headers.origin, headers.host)) {
    return Refused.forbidden(
      `A page of ${headers.origin} asks, and only the dashboard's own pages may.`,
      "Programs send no `Origin`. Where a proxy stands before the dashboard, write its address below `server` as `url`."
    )
  }
  const allow = path === links.logout ? "POST" : path === links.login ? "GET, HEAD, POST" : "GET, HEAD"
  if (allow.split(", ").includes(method)) {
    const isCrossSite = method === "POST" && /^(cross-site|same-site)$/.test(headers["sec-fetch-site"] ?? "")
    return isCrossSite && changing.has(path)
      ? Refused.forbidden("Another site asks for this.", "Do it on the dashboard's own page.")
      : undefined
  }
  return Refused.methodNotAllowed(allow)(`${method} is not known here.`, `There is ${allow}: the dashboard only reads.`)
}

/** What is wrong with the name that a browser knows this server by. */
const misnamed = (server: Server, { headers }: Request): Refused.Refused | undefined =>
  isOwnHost(server, headers.host)
    ? undefined
    : Refused.forbidden(
        `This dashboard is not known as ${headers.host ?? "(no name)"}.`,
        "Open it by its address, or write the name below `server` as `url`: else a page of another site could read it."
      )

/** What else than an answer can come of a request. */
const refusedBy = (cause: Cause.Cause<unknown>): Refused.Refused => {
  const error = Cause.squash(cause)
  if (error instanceof Refused.Refused) return error
  if (isHistoryError(error)) return Refused.historyFailed(error)
  if (HttpApiSchemaError.is(error) && error.kind !== "Body" && error.kind !== "ResponseHeaders") {
    return Refused.badRequest(error.cause.message, `See ${links.openApi} for what can be asked for.`)
  }
  if (HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound") {
    return Refused.notFound("There is no such page.", "Begin at the overview.")
  }
  return Refused.internalError(
    "It is in the log of the service.",
    "Please report it, with what the log says and with the address."
  )
}

const isHistoryError = (error: unknown): error is HistoryError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "HistoryError"

/** Lets a request in, has it answered by `inner`, and sends the answer out. */
const guarded = <E, R>(server: Server, inner: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const access = yield* Access
    const path = pathOf(request)
    const answer = Effect.gen(function* () {
      const mistake = mistakeOf(server, request)
      if (mistake !== undefined) return yield* mistake
      const isOpen = openPaths.has(path) || assetPaths.has(path)
      const caller = isOpen ? nobody : yield* access.identify(request)
      // Supervisors and scrapers use any name: the ones are told nothing, and no page can know the token of the others.
      const isAnyName = caller.hasToken || probePaths.has(path)
      const wrongName = isAnyName ? undefined : misnamed(server, request)
      if (wrongName !== undefined) return yield* wrongName
      const isApi = path.startsWith("/api/")
      if (isApi && !accepts(request.headers.accept, "application/json")) {
        return yield* Refused.notAcceptable("The API answers in JSON.", "Send `Accept: application/json`.")
      }
      // What a job's standing is changes with time alone.
      const minute = path === "/api/v1/jobs" ? [minuteOf(yield* Clock.currentTimeMillis)] : []
      const answered = isApi ? ifNew(request, minute, () => inner) : inner
      return yield* Effect.provideService(answered, CurrentCaller, caller)
    })
    const response = yield* Effect.catchCause(answer, (cause) => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause).pipe(Effect.orDie)
      const refused = refusedBy(cause)
      // What passes by itself is no mistake: a database that is away, and more listeners than there is room for.
      const log = refused.status === 503 ? Effect.logWarning : Effect.logError
      const told =
        refused.status >= 500 ? log(`${request.method} ${escapeText(path)} has no answer`, cause) : Effect.void
      return Effect.andThen(told, refusal(request, refused))
    })
    return secured(response)
  })

/** What a page hears that is open: see `Events`. */
const eventRoute = HttpRouter.add(
  "GET",
  links.events,
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (!accepts(request.headers.accept, "text/event-stream")) {
      return yield* Refused.notAcceptable("This is a stream of events.", "Send `Accept: text/event-stream`.")
    }
    if (request.method === "HEAD") return HttpServerResponse.empty({ headers: { "content-type": "text/event-stream" } })
    const events = yield* Events
    return HttpServerResponse.stream(yield* events.listen, {
      contentType: "text/event-stream",
      // A proxy that gathers an answer before it passes it on would keep all news to itself. A connection that is kept after the
      // stream's end would keep the server from stopping.
      headers: { "x-accel-buffering": "no", connection: "close" }
    })
  })
)

/** What the dashboard shows, and to whom. */
export interface DashboardOptions {
  readonly server: Server
  readonly jobs: ReadonlyArray<ScheduledJob>
  /** The emulator that answers in the place of the cloud, if one does: every page says so. */
  readonly emulator?: string | null
}

/** The running dashboard. */
export class Dashboard extends Context.Service<
  Dashboard,
  {
    /** Where it listens, such as `http://127.0.0.1:8080`. */
    readonly url: string
  }
>()("@holdfast/compliance/Dashboard") {
  /** Listens while the layer is in use; `more` are routes beside its own, such as those of a supervisor. */
  static readonly layer = <E = never, R = never>(
    options: DashboardOptions,
    more: Layer.Layer<never, E, R | HttpRouter.HttpRouter> = Layer.empty
  ) =>
    Layer.effect(Dashboard, start(options, more)).pipe(
      Layer.provide(
        Layer.mergeAll(
          Layer.provide(Access.layer(options.server), FailedLogins.layer),
          Events.layer,
          NodeHttpServer.layerServer(() => Http.createServer(), {
            host: options.server.host,
            port: options.server.port,
            gracefulShutdownTimeout: "5 seconds"
          }),
          NodeHttpServer.layerHttpServices
        )
      )
    )
}

const start = Effect.fnUntraced(function* <E, R>(
  { emulator = null, jobs, server }: DashboardOptions,
  more: Layer.Layer<never, E, R | HttpRouter.HttpRouter>
) {
  const history = yield* History
  const outbox = yield* Outbox
  const events = yield* Events
  const access = yield* Access
  if (server.tokens.length > 0 && !isLoopback(server.host) && server.url?.startsWith("https:") !== true) {
    yield* Effect.logWarning(
      "Access tokens travel in the clear: have a proxy speak TLS before the dashboard, and write its https:// address below `server` as `url`"
    )
  }
  const all = Layer.mergeAll(routes(jobs), apiRoutes(jobs), loginRoutes, eventRoute, more)
  const inner = yield* HttpRouter.toHttpEffect(all)
  yield* HttpServer.serveEffect(
    guarded(server, inner).pipe(
      Effect.provideService(History, history),
      Effect.provideService(Outbox, outbox),
      Effect.provideService(EmulatedBy, emulator),
      Effect.provideService(Events, events),
      Effect.provideService(Access, access)
    )
  )
  yield* Effect.addFinalizer(() => events.close)
  const { address } = yield* HttpServer.HttpServer
  return Dashboard.of({ url: HttpServer.formatAddress(address) })
})
