/**
 * The transport on Node: undici's `dispatch`, one callback for each request, over connections that are kept and shared.
 *
 * Redirects are never followed, bodies never unpacked, HTTP/1.1 is the one protocol spoken. A request that is interrupted, or
 * whose time is up, closes its connection.
 */
import { readFileSync } from "node:fs"
import * as Clock from "effect/Clock"
import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { buildConnector, type Dispatcher, Pool, ProxyAgent } from "undici"
import { Deadlines } from "./internal/Deadlines.ts"
import { proxyFor } from "./internal/proxies.ts"
import { splitUrl } from "./internal/splitUrl.ts"
import { failure, flawOfHead, fromCause, type Head, late, textOf, tooLarge } from "./internal/transportFailure.ts"
import { variable } from "./internal/variable.ts"
import { wireOf } from "./internal/wire.ts"
import { Transport, TransportError, type TransportRequest, type TransportResponse } from "./Transport.ts"

/** A setting of the network, in the environment, that cannot be used. */
export class NodeTransportError extends Schema.TaggedError<NodeTransportError>("@holdfast/core/NodeTransportError")(
  "NodeTransportError",
  {
    /** The environment variable at fault. */
    source: Schema.String,
    detail: Schema.String,
    /** What a person should do. */
    remedy: Schema.String
  }
) {
  override get message() {
    return `${this.source}: ${this.detail}`
  }
}

/** How long a connection may take to be made, in milliseconds: half of what an attempt has under the standard policy. */
const connectTimeoutMillis = 5_000

/** The longest head of an answer, in bytes: Node's own limit. */
const maxHeaderSize = 16_384

const closed = new Error("the request is no longer wanted")

/** Errors of connections that had carried an answer before. */
const reusedConnections = new WeakSet<object>()

/** Whom a token is sent to is never a matter of NODE_TLS_REJECT_UNAUTHORIZED, which would let anybody in between read it. */
const checked = { rejectUnauthorized: true } as const

/** Makes connections, and notes which of the errors that they end with concern a connection that has served before. */
const connectorOf = (tls: buildConnector.BuildOptions): buildConnector.connector => {
  const connect = buildConnector({ timeout: connectTimeoutMillis, allowH2: false, ...tls })
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (error !== null) return callback(error, null)
      socket.on("error", (cause) => {
        if (socket.bytesRead > 0) reusedConnections.add(cause)
      })
      callback(null, socket)
    })
}

/** The headers of an answer; of one that comes more than once, the first. */
const single = (received: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>): Head["headers"] => {
  const headers: { [name: string]: string | undefined } = {}
  for (const name in received) {
    const value = received[name]
    headers[name] = typeof value === "object" ? value[0] : value
  }
  return headers
}

type Outcome = Effect.Effect<TransportResponse, TransportError>

/** Takes in the answer to one request. */
class Reception implements Dispatcher.DispatchHandler {
  readonly #maxBodyBytes: number
  readonly #end: (outcome: Outcome) => void
  readonly #chunks: Array<Uint8Array> = []
  #size = 0
  #isOver = false
  #head: Head | undefined
  #controller: Dispatcher.DispatchController | undefined

  /** `end` is called once, with what has come. */
  constructor(maxBodyBytes: number, end: (outcome: Outcome) => void) {
    this.#maxBodyBytes = maxBodyBytes
    this.#end = end
  }

  /** Closes the connection, unless the answer has come. Nothing is heard of the request any more. */
  abandon(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#controller?.abort(closed)
  }

  /** It will not do: what is still to come is not waited for. */
  fail(error: TransportError): void {
    if (this.#isOver) return
    this.abandon()
    this.#end(Effect.fail(error))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#isOver) controller.abort(closed)
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    received: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  ): void {
    if (status < 200) return
    this.#head = { status, headers: single(received) }
    const flaw = flawOfHead(this.#head)
    if (flaw !== undefined) this.fail(flaw)
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#size += chunk.length
    if (this.#size > this.#maxBodyBytes) this.fail(tooLarge(this.#maxBodyBytes))
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (this.#isOver || this.#head === undefined) return
    this.#isOver = true
    const { headers, status } = this.#head
    const body = textOf(this.#chunks, this.#size, this.#head)
    this.#end(body === undefined ? Effect.fail(failure("not_utf8")) : Effect.succeed({ status, headers, body }))
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    const error = fromCause(cause, this.#head !== undefined)
    const isReused = this.#head === undefined && error.reason === "reset" && reusedConnections.has(cause)
    this.#end(Effect.fail(isReused ? new TransportError({ ...error, reused: true }) : error))
  }
}

/** Sends `request` with the dispatcher of its origin, within its time limit. */
const sendWith = (dispatcherOf: (origin: string) => Dispatcher, deadlines: Deadlines, request: TransportRequest) =>
  Effect.callback<TransportResponse, TransportError>((resume) => {
    const { body, headers } = wireOf(request)
    if (request.token !== undefined) headers.authorization = `Bearer ${Redacted.value(request.token)}`
    const { origin, path } = splitUrl(request.url)
    const reception = new Reception(request.maxBodyBytes, (outcome) => {
      lift()
      resume(outcome)
    })
    const lift = deadlines.add(request.timeoutMillis, () => reception.fail(late(request.timeoutMillis)))
    dispatcherOf(origin).dispatch(
      {
        origin,
        path,
        method: request.method,
        headers,
        ...(body === undefined ? {} : { body }),
        headersTimeout: 0,
        bodyTimeout: 0
      },
      reception
    )
    return Effect.sync(() => {
      lift()
      reception.abandon()
    })
  })

/** The first of the variables that is set and not empty; the lower-case name wins, as in curl. */
const firstOf = Effect.fnUntraced(function* (...names: ReadonlyArray<string>) {
  for (const name of names) {
    const text = yield* variable(name)
    if (text !== undefined) return { name, text }
  }
  return undefined
})

/** The URL of a proxy, checked; its user name and password stay unsaid. */
const proxyOf = Effect.fnUntraced(function* (...names: ReadonlyArray<string>) {
  const given = yield* firstOf(...names)
  if (given === undefined) return ""
  const text = given.text.includes("://") ? given.text : `http://${given.text}`
  if (URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol)) return text
  return yield* new NodeTransportError({
    source: given.name,
    detail: "this is not the URL of an HTTP proxy",
    remedy: "Give it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, or unset the variable."
  })
})

/** The certificates that servers are judged by: the machine's and Node's, and those of the file. */
const certificates = Effect.gen(function* () {
  const file = yield* firstOf("HOLDFAST_CA_FILE")
  if (file === undefined) return undefined
  const refuse = (detail: string) =>
    new NodeTransportError({
      source: file.name,
      detail,
      remedy: "Name a file of certificates in PEM (-----BEGIN CERTIFICATE-----), with --ca-file or HOLDFAST_CA_FILE."
    })
  const text = yield* Effect.try({
    try: () => readFileSync(file.text, "utf8"),
    catch: (cause) => refuse(`the file cannot be read (${cause instanceof Error && "code" in cause ? cause.code : ""})`)
  })
  if (!text.includes("-----BEGIN CERTIFICATE-----")) return yield* refuse("the file holds no certificate")
  // Node's TLS takes half as long to load as Node itself to start, and a server on this machine needs none.
  const { getCACertificates } = yield* Effect.promise(() => import("node:tls"))
  return [...getCACertificates("default"), text]
})

/** A dispatcher that is closed with the scope. */
const closing = <D extends Dispatcher>(make: () => D) =>
  Effect.acquireRelease(Effect.sync(make), (dispatcher) => Effect.promise(() => dispatcher.destroy()))

/**
 * The transport that the environment describes:
 *
 * - `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (or in lower case, which wins): requests go through a tunnel of the proxy,
 *   also plain ones. `NO_PROXY` takes names, which stand for their subdomains too, `host:port`, networks (`10.0.0.0/8`) and
 *   `*`. This machine and the VM's metadata service are never asked for through a proxy.
 * - `HOLDFAST_CA_FILE`: certificates to trust in addition to the machine's own and those of `NODE_EXTRA_CA_CERTS`.
 *
 * Connections are kept for the next request, and closed with the layer.
 */
export const layer: Layer.Layer<Transport, NodeTransportError | Config.ConfigError> = Layer.effect(
  Transport,
  Effect.gen(function* () {
    const ca = yield* certificates
    const httpsProxy = yield* proxyOf("https_proxy", "HTTPS_PROXY")
    const httpProxy = yield* proxyOf("http_proxy", "HTTP_PROXY")
    const noProxy = (yield* firstOf("no_proxy", "NO_PROXY"))?.text ?? ""
    const tls = ca === undefined ? checked : { ...checked, ca: [...ca] }
    const connect = connectorOf(tls)
    const pools = new Map<string, Pool>()
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        // What it gives is settled when the peers have noticed, for which nobody has to wait.
        for (const pool of pools.values()) void pool.destroy()
      })
    )
    const direct = (origin: string): Pool => {
      const pool = pools.get(origin) ?? new Pool(origin, { connect, maxHeaderSize })
      pools.set(origin, pool)
      return pool
    }
    const agents = new Map<string, Dispatcher>()
    for (const proxy of new Set([httpsProxy, httpProxy])) {
      if (proxy === "") continue
      const agent = () =>
        new ProxyAgent({
          uri: proxy,
          proxyTunnel: true,
          connectTimeout: connectTimeoutMillis,
          allowH2: false,
          maxHeaderSize,
          requestTls: tls,
          proxyTls: tls
        })
      agents.set(proxy, yield* closing(agent))
    }
    const choose = proxyFor({ httpProxy, httpsProxy, noProxy })
    const deadlines = new Deadlines(yield* Clock.Clock)
    return Transport.of({
      keepsTime: true,
      send: (request) => {
        const proxy = agents.size === 0 ? undefined : choose(new URL(request.url))
        const agent = proxy === undefined ? undefined : agents.get(proxy)
        if (proxy === undefined || agent === undefined) return sendWith(direct, deadlines, request)
        return Effect.mapError(
          sendWith(() => agent, deadlines, request),
          (error) => {
            // The address that cannot be reached may be the proxy's; its user name and password stay unsaid.
            return new TransportError({ ...error, detail: `${error.detail}, by the proxy ${new URL(proxy).host}` })
          }
        )
      }
    })
  })
)
