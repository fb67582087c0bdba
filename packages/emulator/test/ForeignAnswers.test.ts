import type { ServerResponse } from "node:http"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import type { CloudBackupError } from "@holdfast/core/CloudBackupError"
import { Deferred, Effect, Fiber } from "effect"
import { ask, errorOf, type Foreign, rpc, send } from "./foreign.ts"
import { clientAt, get, serve, tagged, withPolicy } from "./harness.ts"

type Misbehaviour = readonly [name: string, respond: (response: ServerResponse) => void]

const page = "<!DOCTYPE html><html><head><title>Proxy error</title></head><body></body></html>"

const web = `{"resource":{"computeInstanceId":"web","enabled":true}}`

/** `web` with blanks behind it, to a body of `size` bytes. */
const padded = (size: number) => web.padEnd(size, " ")

const oneMiB = 1024 * 1024

type Row = readonly [name: string, tag: CloudBackupError["_tag"], sent: number, foreign: Foreign]

const rows: ReadonlyArray<Row> = [
  // A status that a proxy, not the service, has answered with.
  ["404 with HTML", "UnexpectedStatus", 1, { status: 404, body: page }],
  ["404 with plain text", "UnexpectedStatus", 1, { status: 404, body: "404 page not found\n" }],
  ["404 with nothing", "UnexpectedStatus", 1, { status: 404 }],
  ["404 with JSON of another shape", "UnexpectedStatus", 1, { status: 404, body: `{"error":"not found"}` }],
  ["404 with a gateway's JSON", "UnexpectedStatus", 1, { status: 404, body: `{"code":404,"message":"no route"}` }],
  ["407", "UnexpectedStatus", 1, { status: 407, body: page }],
  ["418", "UnexpectedStatus", 1, { status: 418 }],
  ["405", "UnexpectedStatus", 1, { status: 405 }],
  ["501", "UnexpectedStatus", 1, { status: 501, body: rpc(12) }],
  ["204", "UnexpectedStatus", 1, { status: 204 }],
  ["206 with a resource", "UnexpectedStatus", 1, { status: 206, body: web }],
  ["408", "UnexpectedStatus", 4, { status: 408 }],
  ["425", "UnexpectedStatus", 4, { status: 425 }],
  ["409 ABORTED", "UnexpectedStatus", 4, { status: 409, body: rpc(10) }],
  ["401 with HTML", "Unauthenticated", 1, { status: 401, body: page }],
  ["403 with HTML", "PermissionDenied", 1, { status: 403, body: page }],
  ["400 with HTML", "InvalidRequest", 1, { status: 400, body: page }],
  ["429 with nothing", "RateLimited", 4, { status: 429 }],
  ["500 with nothing", "ServerError", 4, { status: 500 }],
  ["502 with HTML", "ServiceUnavailable", 4, { status: 502, body: page }],
  ["503 with nothing", "ServiceUnavailable", 4, { status: 503 }],
  ["503 in another alphabet", "ServiceUnavailable", 4, { status: 503, body: Buffer.from("\xfc\xff", "latin1") }],
  [
    "503 with packed content",
    "ServiceUnavailable",
    4,
    { status: 503, body: gzipSync("busy"), headers: { "content-encoding": "gzip" } }
  ],
  ["504 with HTML", "ServiceUnavailable", 4, { status: 504, body: page }],
  [
    "503 with a gateway's JSON",
    "ServiceUnavailable",
    4,
    { status: 503, body: `{"code":503,"message":"no healthy upstream"}` }
  ],
  ["429 with a gateway's JSON", "RateLimited", 4, { status: 429, body: `{"code":429,"message":"slow down"}` }],
  // The service's own words decide, whatever the status.
  ["404 NOT_FOUND", "ResourceNotFound", 1, { status: 404, body: rpc(5) }],
  ["500 UNKNOWN", "ServerError", 4, { status: 500, body: rpc(2) }],
  ["500 DATA_LOSS", "ServerError", 4, { status: 500, body: rpc(15) }],
  ["504 DEADLINE_EXCEEDED", "DeadlineExceeded", 4, { status: 504, body: rpc(4) }],
  ["400 FAILED_PRECONDITION", "InvalidRequest", 1, { status: 400, body: rpc(9) }],
  ["400 OUT_OF_RANGE", "InvalidRequest", 1, { status: 400, body: rpc(11) }],
  ["499 CANCELLED", "ServiceUnavailable", 4, { status: 499, body: rpc(1) }],
  // "Not found" would be a verdict: it must not contradict its own status.
  ["NOT_FOUND under a 200", "UnexpectedStatus", 1, { body: rpc(5) }],
  ["NOT_FOUND under a 403", "PermissionDenied", 1, { status: 403, body: rpc(5) }],
  ["NOT_FOUND under a 503", "ServiceUnavailable", 4, { status: 503, body: rpc(5) }],
  ["NOT_FOUND under a redirect", "UnexpectedStatus", 1, { status: 302, body: rpc(5) }],
  ["a status under a 200: UNAVAILABLE", "ServiceUnavailable", 4, { body: rpc(14) }],
  ["a status under a 200: PERMISSION_DENIED", "PermissionDenied", 1, { body: rpc(7) }],
  ["a status under a 200: UNAUTHENTICATED", "Unauthenticated", 1, { body: rpc(16) }],
  ["a status under a 200, without details", "ServerError", 4, { body: `{"code":13,"message":null}` }],
  // A 200 that is no resource.
  ["an empty 200", "MalformedResponse", 1, {}],
  ["a 200 with HTML", "MalformedResponse", 1, { body: page }],
  ["a 200 of another type", "MalformedResponse", 1, { body: web, headers: { "content-type": "text/html" } }],
  ["a 200 with half of its JSON", "MalformedResponse", 4, { body: web.slice(0, 30) }],
  [
    "invalid UTF-8",
    "MalformedResponse",
    2,
    { body: Buffer.from(`{"resource":{"computeInstanceId":"web","metadata":"\xff"}}`, "latin1") }
  ],
  [
    "gzip that was not asked for",
    "MalformedResponse",
    1,
    { body: gzipSync(web), headers: { "content-encoding": "gzip" } }
  ],
  ["another instance", "MalformedResponse", 2, { body: web.replace("web", "other") }],
  ["an empty object", "MalformedResponse", 1, { body: "{}" }],
  ["an empty resource", "MalformedResponse", 1, { body: `{"resource":{}}` }],
  ["null for a resource", "MalformedResponse", 1, { body: `{"resource":null}` }],
  ["an array", "MalformedResponse", 1, { body: "[]" }],
  ["a number", "MalformedResponse", 1, { body: "1" }],
  [
    "a resource of another shape",
    "MalformedResponse",
    1,
    { body: `{"resource":{"computeInstanceId":"web","enabled":"yes"}}` }
  ],
  ["one byte more than 1 MiB", "MalformedResponse", 1, { body: padded(oneMiB + 1) }]
]

describe("CloudBackup.getResource, of an answer that is not the service's", () => {
  it.live.each(rows)("takes %s for %s, after %i", ([, tag, sent, foreign]) =>
    Effect.gen(function* () {
      const { error, sent: made } = yield* errorOf(foreign)
      assert.strictEqual(error._tag, tag, String(error))
      assert.strictEqual(made, sent)
      assert.strictEqual(error.attempts, sent)
      assert.isAtMost(error.message.length, 1000)
    })
  )

  it.live.each([
    ["1 MiB", { body: padded(oneMiB) }],
    ["a byte order mark", { body: `\ufeff${web}` }],
    ["content of a JSON type", { body: web, headers: { "content-type": "application/vnd.api+json; charset=utf-8" } }],
    ["a code of 0 beside the resource", { body: web.replace(/\}$/, `,"code":0}`) }],
    ["proto names", { body: web.replace("computeInstanceId", "compute_instance_id") }]
  ] as const)("reads a resource in %s", ([, foreign]) =>
    Effect.gen(function* () {
      const { result } = yield* ask(send(foreign))
      assert.strictEqual(result._tag === "Success" ? result.success.computeInstanceId : String(result.failure), "web")
    })
  )

  it.live("stops reading a body that has no end", () =>
    Effect.gen(function* () {
      const block = Buffer.alloc(64 * 1024, " ")
      const { result, sent } = yield* ask((response) => {
        const more = () => void (response.destroyed || response.write(block, more))
        more()
      })
      assert.strictEqual(sent, 1)
      assert.include(String(result._tag === "Failure" && result.failure), "more than 1048576 bytes")
    })
  )

  it.live.each<Misbehaviour>([
    ["before its head", (response) => response.socket?.destroy()],
    ["by a reset", (response) => response.socket?.resetAndDestroy()]
  ])("takes an answer that is cut %s for a broken connection", ([, respond]) =>
    Effect.gen(function* () {
      const { result, sent } = yield* ask(respond)
      const error = tagged(yield* Effect.flip(Effect.fromResult(result)), "ConnectionFailed")
      assert.include(error, { reason: "reset", attempts: 4 })
      assert.strictEqual(sent, 4)
    })
  )

  it.live.each<Misbehaviour>([
    ["after its head", (response) => response.writeHead(200).write("{", () => response.socket?.end())],
    [
      "short of its length",
      (response) => response.writeHead(200, { "content-length": 100 }).write(web, () => response.socket?.end())
    ]
  ])("takes an answer that ends %s for half of one", ([, respond]) =>
    Effect.gen(function* () {
      const { result, sent } = yield* ask(respond)
      const error = tagged(yield* Effect.flip(Effect.fromResult(result)), "MalformedResponse")
      assert.include(error, { reason: "truncated", attempts: 4 })
      assert.strictEqual(sent, 4)
    })
  )

  it.live.each<Misbehaviour>([
    ["before its head", () => {}],
    ["after its head", (response) => response.writeHead(200).write(web.slice(0, 10))]
  ])("gives up on an answer that stalls %s", ([, respond]) =>
    Effect.gen(function* () {
      const { result } = yield* ask(respond, { attemptTimeoutMillis: 50, maxAttempts: 2 })
      assert.include(tagged(yield* Effect.flip(Effect.fromResult(result)), "DeadlineExceeded"), { attempts: 2 })
    })
  )

  it.live("takes a server that speaks no TLS for one that cannot be trusted, once", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(() => {})
      const error = yield* get("web").pipe(
        Effect.flip,
        Effect.provide(clientAt(url.replace("http:", "https:"))),
        withPolicy({})
      )
      assert.include(tagged(error, "ConnectionFailed"), { reason: "tls", attempts: 1 })
    })
  )

  it.live("closes the connection when it is interrupted", () =>
    Effect.gen(function* () {
      const [asked, closed] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const { url } = yield* serve((_, response) => {
        response.once("close", () => Deferred.doneUnsafe(closed, Effect.void))
        Deferred.doneUnsafe(asked, Effect.void)
      })
      const fiber = yield* Effect.forkChild(get("web").pipe(Effect.provide(clientAt(url)), withPolicy({})))
      yield* Deferred.await(asked)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(closed)
      assert.isTrue(yield* Deferred.isDone(closed))
    })
  )
})

describe("a redirect", () => {
  it.live.each([301, 302, 303, 307, 308])("of status %i is not followed, and the token stays", (status) =>
    Effect.gen(function* () {
      const other = yield* serve((_, response) => void response.end(web))
      const location = `${other.url}/backup/v1/resources/secret?state=secret`.replace("//", "//user:secret@")
      const { error, sent } = yield* errorOf({ status, headers: { location } })
      assert.include(tagged(error, "UnexpectedStatus"), { status, attempts: 1 })
      assert.include(error.message, `a redirect to ${new URL(other.url).host}, which is not followed`)
      assert.notInclude(error.message, "secret")
      assert.strictEqual(sent, 1)
      assert.deepStrictEqual(other.seen, [])
    })
  )

  it.live("to the same server is not followed either", () =>
    Effect.gen(function* () {
      const { error, sent } = yield* errorOf({ status: 302, headers: { location: "/backup/v1/resources/web" } })
      assert.strictEqual(tagged(error, "UnexpectedStatus").status, 302)
      assert.strictEqual(sent, 1)
    })
  )
})

describe("a wait that the service asks for", () => {
  const now = "Thu, 05 Mar 2026 12:00:00 GMT"
  it.live.each([
    ["seconds", { "retry-after": "3600" }, 3_600_000],
    ["a fraction", { "retry-after": "3600.0001" }, 3_600_001],
    ["a date against the server's clock", { "retry-after": "Thu, 05 Mar 2026 13:00:00 GMT", date: now }, 3_600_000],
    [
      "a date of the year 9999",
      { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT", date: now },
      Date.UTC(9999, 11, 31, 23, 59, 59) - Date.parse(now)
    ],
    ["a date that has gone by", { "retry-after": "Thu, 05 Mar 2026 11:00:00 GMT", date: now }, undefined],
    ["a negative number", { "retry-after": "-5" }, undefined],
    ["garbage", { "retry-after": "soon" }, undefined],
    ["an empty header", { "retry-after": "" }, undefined],
    ["a number beyond all time", { "retry-after": "9".repeat(30) }, undefined]
  ] as const)("is read from Retry-After as %s", ([, headers, expected]) =>
    Effect.gen(function* () {
      for (const status of [429, 503]) {
        const { error, sent } = yield* errorOf({ status, headers })
        assert.strictEqual("retryAfterMillis" in error ? error.retryAfterMillis : undefined, expected)
        assert.strictEqual(sent, expected === undefined ? 4 : 1)
      }
    })
  )

  it.live.each([
    ["3600s", 3_600_000],
    ["3600.000000001s", 3_600_001],
    ["1h", undefined],
    ["-1s", undefined]
  ] as const)("is read from a RetryInfo of %s", ([retryDelay, expected]) =>
    Effect.gen(function* () {
      const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay }]
      const { error } = yield* errorOf({ status: 429, body: rpc(8, "slow down", details) })
      assert.strictEqual(tagged(error, "RateLimited").retryAfterMillis, expected)
    })
  )
})
