import { writeFileSync } from "node:fs"
import * as Http from "node:http"
import * as Https from "node:https"
import type { AddressInfo, Server, Socket } from "node:net"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { isRunFatal } from "@holdfast/core/CloudBackupError"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as HttpClientTransport from "@holdfast/core/HttpClientTransport"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import type { Transport } from "@holdfast/core/Transport"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import { Emulator } from "../src/Emulator.ts"
import * as Seed from "../src/Seed.ts"
import * as certificates from "./certificates.ts"
import { fleet, get, sent, tagged, withPolicy } from "./harness.ts"
import { renderings } from "./renderings.ts"

const caFile = join(tmpdir(), `holdfast-ca-${process.pid}.pem`)
writeFileSync(caFile, certificates.ca)

type Env = Readonly<Record<string, string>>

/** The transport that an environment describes. */
const transportOf = (env: Env = {}) =>
  Layer.fresh(NodeTransport.layer).pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...env }))))

const token = "t1.canary-of-the-token"

const clientAt = <E>(url: string, transport: Layer.Layer<Transport, E>) =>
  CloudBackup.layerNoDeps.pipe(
    Layer.provide(Credentials.layerToken(Redacted.make(token))),
    Layer.provide(Endpoints.layerAt(url)),
    Layer.provide(transport)
  )

interface Listening {
  readonly port: number
  /** Every connection that was made. */
  readonly sockets: ReadonlyArray<Socket>
  readonly requests: ReadonlyArray<Http.IncomingMessage>
}

/** Listens on a free port until the scope ends. */
const listen = (server: Server & { readonly closeAllConnections?: () => void }) =>
  Effect.acquireRelease(
    Effect.callback<Listening>((resume) => {
      const sockets: Array<Socket> = []
      const requests: Array<Http.IncomingMessage> = []
      server.on("connection", (socket: Socket) => sockets.push(socket))
      server.on("request", (request: Http.IncomingMessage) => requests.push(request))
      server.listen(0, "127.0.0.1", () =>
        resume(Effect.succeed({ port: (server.address() as AddressInfo).port, sockets, requests }))
      )
    }),
    ({ sockets }) =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )

const answer: Http.RequestListener = ({ url }, response) => {
  const computeInstanceId = url?.split("/").at(-1)
  response.setHeader("content-type", "application/json")
  response.end(JSON.stringify({ resource: { computeInstanceId } }))
}

describe("a certificate that cannot be trusted", () => {
  const httpClient = HttpClientTransport.layer.pipe(
    Layer.provide(NodeHttpClient.layerUndiciOptions({ connect: { ca: certificates.ca } }))
  )
  const cases = [
    ["7: out of date", certificates.expired, "CERT_HAS_EXPIRED"],
    ["8: for another host", certificates.wrongHost, "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["9: by an unknown authority", certificates.unknown, "UNABLE_TO"]
  ] as const
  it.live.each(
    cases.flatMap(([name, tls, code]) =>
      (
        [
          ["undici's dispatch", transportOf({ HOLDFAST_CA_FILE: caFile })],
          ["an HttpClient", httpClient]
        ] as const
      ).map(([carrier, transport]) => [name, carrier, tls, code, transport] as const)
    )
  )("row %s, by %s: fails once, for the whole run, and nothing is sent", ([, , tls, code, transport]) =>
    Effect.gen(function* () {
      const { port, requests } = yield* listen(Https.createServer(tls, answer))
      const error = yield* get("vm-0").pipe(
        Effect.flip,
        Effect.provide(clientAt(`https://localhost:${port}`, Layer.orDie(transport))),
        withPolicy({})
      )
      assert.include(tagged(error, "ConnectionFailed"), { reason: "tls", attempts: 1 })
      assert.isTrue(isRunFatal(error))
      assert.include(error.message, code)
      assert.include(error.remedy, "--ca-file")
      assert.lengthOf(requests, 0)
    })
  )

  it.live("row 9: nor can a server that speaks no TLS", () =>
    Effect.gen(function* () {
      const { port, requests } = yield* listen(Http.createServer(answer))
      const error = yield* get("vm-0").pipe(
        Effect.flip,
        Effect.provide(clientAt(`https://localhost:${port}`, transportOf())),
        withPolicy({})
      )
      assert.include(tagged(error, "ConnectionFailed"), { reason: "tls", attempts: 1 })
      assert.lengthOf(requests, 0)
    })
  )

  it.live("is trusted by the file that HOLDFAST_CA_FILE names, and not without it", () =>
    Effect.gen(function* () {
      const { port } = yield* listen(Https.createServer(certificates.good, answer))
      const url = `https://localhost:${port}`
      yield* Effect.provide(get("vm-0"), clientAt(url, transportOf({ HOLDFAST_CA_FILE: caFile })))
      const error = yield* Effect.flip(Effect.provide(get("vm-0"), clientAt(url, transportOf())))
      assert.include(tagged(error, "ConnectionFailed"), { reason: "tls" })
    })
  )

  it.live.each([
    ["that is not there", "/nowhere/ca.pem", "ENOENT"],
    ["without a certificate", import.meta.filename.replace(/\.ts$/, ".none"), "ENOENT"],
    ["that is a directory", tmpdir(), "EISDIR"]
  ])("in a file %s is refused before anything is sent", ([, file, says]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.provide(Effect.void, transportOf({ HOLDFAST_CA_FILE: file as string })))
      assert.strictEqual(error._tag, "NodeTransportError")
      assert.include(error.message, "HOLDFAST_CA_FILE")
      assert.include(error.message, says as string)
      assert.include("remedy" in error ? error.remedy : "", "--ca-file")
    })
  )
})

/** Failures that no server on this machine can produce, as Node reports them. */
const failing = (code: string) =>
  failingWith(Object.assign(new Error(code), { cause: Object.assign(new Error(code), { code }) }))

const failingWith = (cause: unknown) =>
  HttpClientTransport.layer.pipe(
    Layer.provide(
      Layer.succeed(
        HttpClient.HttpClient,
        HttpClient.make((request) =>
          Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({
                request,
                cause
              })
            })
          )
        )
      )
    )
  )

describe("a connection that cannot be made", () => {
  it.live.each([
    ["2", "EHOSTUNREACH", "unreachable", 4],
    ["2", "ENETUNREACH", "unreachable", 4],
    ["3", "UND_ERR_CONNECT_TIMEOUT", "unreachable", 4],
    ["3", "ETIMEDOUT", "unreachable", 4],
    ["4", "EMFILE", "exhausted", 4],
    ["4", "EADDRNOTAVAIL", "exhausted", 4],
    ["5", "ENOTFOUND", "dns", 2],
    ["6", "EAI_AGAIN", "resolver", 4]
  ] as const)("row %s: %s is taken for %s, after %i attempts", ([, code, reason, attempts]) =>
    Effect.gen(function* () {
      const url = "https://backup.example.test"
      const error = yield* get("vm-0").pipe(Effect.flip, Effect.provide(clientAt(url, failing(code))), withPolicy({}))
      assert.include(tagged(error, "ConnectionFailed"), { reason, attempts })
      assert.include(error.message, `GET ${url}/backup/v1/resources/vm-0`)
      assert.include(error.message, code)
      assert.notStrictEqual(error.remedy, "")
      assert.deepStrictEqual(yield* Effect.provide(sent, clientAt(url, failing(code))), { sent: 0, retried: 0 })
    })
  )

  it.live("that fails at each of several addresses says why at the first", () =>
    Effect.gen(function* () {
      const codes = [Object.assign(new Error("v6"), { code: "ECONNREFUSED" }), new Error("v4")]
      const error = yield* get("vm-0").pipe(
        Effect.flip,
        Effect.provide(clientAt("https://backup.example.test", failingWith(new AggregateError(codes)))),
        withPolicy({ maxAttempts: 1 })
      )
      assert.include(tagged(error, "ConnectionFailed"), { reason: "refused" })
      for (const cause of [new AggregateError([new Error("?")]), new Error("?"), undefined, "text"]) {
        const unknown = yield* get("vm-0").pipe(
          Effect.flip,
          Effect.provide(clientAt("https://backup.example.test", failingWith(cause))),
          withPolicy({ maxAttempts: 1 })
        )
        assert.include(tagged(unknown, "ConnectionFailed"), { reason: "other" })
      }
    })
  )

  it.live("row 1: nothing listens", () =>
    Effect.gen(function* () {
      const { port } = yield* Effect.scoped(listen(Http.createServer()))
      const url = `http://127.0.0.1:${port}`
      const error = yield* get("vm-0").pipe(Effect.flip, Effect.provide(clientAt(url, transportOf())), withPolicy({}))
      assert.include(tagged(error, "ConnectionFailed"), { reason: "refused", attempts: 4 })
      assert.include(error.message, url)
    })
  )
})

describe("connections", () => {
  it.live("are kept for the next request, and closed with the layer", () =>
    Effect.gen(function* () {
      const { port, requests, sockets } = yield* listen(Http.createServer(answer))
      yield* Effect.gen(function* () {
        for (let read = 0; read < 100; read++) yield* get(`vm-${read}`)
        // undici checks a connection that has just been used before it uses it again, and goes on with a second one.
        assert.isAtMost(sockets.length, 2)
        assert.isFalse(sockets[0]?.destroyed)
      }).pipe(Effect.provide(clientAt(`http://127.0.0.1:${port}`, transportOf())))
      while (sockets[0]?.destroyed === false) yield* Effect.sleep(5)
      assert.lengthOf(requests, 100)
      assert.strictEqual(requests[0]?.headers["user-agent"], "holdfast/0.1.0")
    })
  )

  it.live("that the server was just closing cost one more request, at once", () =>
    Effect.gen(function* () {
      const startedAt = performance.now()
      for (const id of ["vm-0", "vm-1", "vm-0", "vm-1"]) yield* get(id)
      // The policy would wait for a minute.
      assert.isBelow(performance.now() - startedAt, 5_000)
      const { retried, sent: made } = yield* sent
      assert.isAtLeast(retried, 1)
      assert.strictEqual(made, 4 + retried)
    }).pipe(
      Effect.provide(
        Layer.unwrap(Effect.map(Emulator, ({ url }) => clientAt(url, transportOf()))).pipe(
          Layer.provideMerge(
            Emulator.layer(Seed.make({ tokens: [token], resources: fleet(2), faults: [{ fault: "close_reused" }] }))
          )
        )
      ),
      withPolicy({ baseDelayMillis: 60_000, maxDelayMillis: 60_000, totalTimeoutMillis: 120_000 })
    )
  )

  it.live("are closed when a request is no longer wanted", () =>
    Effect.gen(function* () {
      const { port, requests, sockets } = yield* listen(Http.createServer(() => {}))
      const read = get("vm-0").pipe(Effect.provide(clientAt(`http://127.0.0.1:${port}`, transportOf())))
      yield* Effect.timeoutOption(read, 200)
      while (sockets[0]?.destroyed === false) yield* Effect.sleep(5)
      assert.lengthOf(requests, 1)
    })
  )
})

describe("a bearer", () => {
  it.live.each([301, 302, 303, 307, 308])("never reaches where a %i leads", (status) =>
    Effect.gen(function* () {
      const other = yield* listen(Http.createServer(answer))
      const secure = yield* listen(
        Https.createServer(certificates.good, (_, response) => {
          response.writeHead(status, { location: `http://127.0.0.1:${other.port}/backup/v1/resources/vm-0` }).end()
        })
      )
      const error = yield* get("vm-0").pipe(
        Effect.flip,
        Effect.provide(clientAt(`https://localhost:${secure.port}`, transportOf({ HOLDFAST_CA_FILE: caFile }))),
        withPolicy({})
      )
      assert.include(tagged(error, "UnexpectedStatus"), { status, attempts: 1 })
      assert.include(error.message, `a redirect to 127.0.0.1:${other.port}, which is not followed`)
      assert.lengthOf(other.sockets, 0)
      assert.lengthOf(secure.requests, 1)
    })
  )
})

/** A proxy that tunnels to this machine, whatever host it is asked for, and what it was asked. */
const proxy = (credentials?: string) =>
  Effect.gen(function* () {
    const asked: Array<{ readonly host: string; readonly headers: Http.IncomingHttpHeaders }> = []
    const server = Http.createServer((_, response) => void response.writeHead(418).end())
    server.on("connect", (request: Http.IncomingMessage, socket: Socket) => {
      asked.push({ host: request.url ?? "", headers: request.headers })
      socket.on("error", () => undefined)
      const expected = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`
      if (request.headers["proxy-authorization"] !== expected) {
        return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
      }
      const through = connect(Number((request.url ?? "").split(":").at(-1)), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n")
        through.pipe(socket).pipe(through)
      })
      through.on("error", () => socket.destroy())
    })
    const { port } = yield* listen(server)
    return { port, asked }
  })

describe("a proxy", () => {
  const host = "backup.example.test"

  it.live.each(["HTTP_PROXY", "http_proxy"])("that %s names tunnels requests, and sees no bearer", (name) =>
    Effect.gen(function* () {
      const { port, requests } = yield* listen(Http.createServer(answer))
      const { asked, port: proxyPort } = yield* proxy("user:canary-of-the-proxy")
      const env = { [name]: `http://user:canary-of-the-proxy@127.0.0.1:${proxyPort}` }
      yield* get("vm-0").pipe(Effect.provide(clientAt(`http://${host}:${port}`, transportOf(env))))
      assert.deepStrictEqual(
        asked.map(({ host }) => host),
        [`${host}:${port}`]
      )
      assert.isUndefined(asked[0]?.headers.authorization)
      assert.strictEqual(requests[0]?.headers.authorization, `Bearer ${token}`)
      assert.isUndefined(requests[0]?.headers["proxy-authorization"])
    })
  )

  it.live.each(["HTTPS_PROXY", "https_proxy"])("that %s names carries TLS to its end", (name) =>
    Effect.gen(function* () {
      const { port } = yield* listen(Https.createServer(certificates.wrongHost, answer))
      const { asked, port: proxyPort } = yield* proxy()
      const env = { [name]: `127.0.0.1:${proxyPort}`, HOLDFAST_CA_FILE: caFile }
      yield* get("vm-0").pipe(Effect.provide(clientAt(`https://${host}:${port}`, transportOf(env))))
      assert.deepStrictEqual(
        asked.map(({ host }) => host),
        [`${host}:${port}`]
      )
    })
  )

  it.live("that wants other credentials ends the run, and shows none", () =>
    Effect.gen(function* () {
      const { port: proxyPort } = yield* proxy("user:right")
      const env = { HTTPS_PROXY: `http://user:canary-of-the-proxy@127.0.0.1:${proxyPort}` }
      const error = yield* get("vm-0").pipe(
        Effect.flip,
        Effect.provide(clientAt(`https://${host}`, transportOf(env))),
        withPolicy({})
      )
      assert.include(tagged(error, "ConnectionFailed"), { reason: "proxy", attempts: 1 })
      assert.isTrue(isRunFatal(error))
      assert.include(error.remedy, "HTTPS_PROXY")
      assert.isFalse(renderings(error).includes("canary"))
    })
  )

  it.live("that is not there is no fault of the service", () =>
    Effect.gen(function* () {
      const { port } = yield* Effect.scoped(listen(Http.createServer()))
      const error = yield* get("vm-0").pipe(
        Effect.flip,
        Effect.provide(clientAt(`https://${host}`, transportOf({ HTTPS_PROXY: `http://127.0.0.1:${port}` }))),
        withPolicy({})
      )
      assert.include(tagged(error, "ConnectionFailed"), { reason: "refused" })
      assert.include(error.message, `by the proxy 127.0.0.1:${port}`)
      assert.include(error.remedy, "proxy")
    })
  )

  it.live.each(["socks5://127.0.0.1:1080", "ftp://canary.example.test", "http://[canary", "http://canary:canary@"])(
    "%s is refused, and its value not shown",
    (url) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Effect.provide(Effect.void, transportOf({ HTTPS_PROXY: url })))
        assert.strictEqual(error._tag, "NodeTransportError")
        assert.include(error.message, "HTTPS_PROXY")
        assert.isFalse(renderings(error).includes("canary"))
      })
  )
})
