import { assert, describe, it } from "@effect/vitest"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { CloudBackupError } from "@holdfast/core/CloudBackupError"
import { Effect } from "effect"
import { Emulator } from "../src/Emulator.ts"
import {
  carriesIds,
  clientAt,
  clientOn,
  type Faults,
  fleet,
  get,
  seen,
  sent,
  serve,
  tagged,
  uuid,
  withPolicy
} from "./harness.ts"

const web = (faults: Faults) => clientOn({ resources: [{ computeInstanceId: "web", enabled: true, faults }] })

interface Case {
  readonly faults: Faults
  readonly tag: CloudBackupError["_tag"]
  /** How often the request is sent: all 4 times that the policy allows, or once where another try cannot help. */
  readonly attempts: number
  /** Further fields of the error. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Whether the service's own id of the request has reached the client. */
  readonly requestId: boolean
  /** What the message has to say. */
  readonly says: string
}

const lasting: ReadonlyArray<Case> = [
  {
    faults: [{ fault: "rate_limited" }],
    tag: "RateLimited",
    attempts: 4,
    fields: { status: 429, grpcCode: 8 },
    requestId: true,
    says: "Too many requests"
  },
  {
    faults: [{ fault: "rate_limited", retryAfter: 3600 }],
    tag: "RateLimited",
    attempts: 1,
    fields: { status: 429, retryAfterMillis: 3_600_000 },
    requestId: true,
    says: "limiting"
  },
  {
    faults: [{ fault: "unavailable" }],
    tag: "ServiceUnavailable",
    attempts: 4,
    fields: { status: 503, grpcCode: 14 },
    requestId: true,
    says: "4 attempts"
  },
  {
    faults: [{ fault: "unavailable", retryAfter: 3600 }],
    tag: "ServiceUnavailable",
    attempts: 1,
    fields: { status: 503, retryAfterMillis: 3_600_000 },
    requestId: true,
    says: "temporarily unavailable"
  },
  {
    faults: [{ fault: "internal" }],
    tag: "ServerError",
    attempts: 4,
    fields: { status: 500, grpcCode: 13 },
    requestId: true,
    says: "Internal error"
  },
  {
    faults: [{ fault: "unauthenticated" }],
    tag: "Unauthenticated",
    attempts: 1,
    fields: { status: 401, grpcCode: 16 },
    requestId: true,
    says: "expired"
  },
  {
    faults: [{ fault: "forbidden" }],
    tag: "PermissionDenied",
    attempts: 1,
    fields: { status: 403, grpcCode: 7 },
    requestId: true,
    says: "denied"
  },
  {
    faults: [{ fault: "reset" }],
    tag: "ConnectionFailed",
    attempts: 4,
    fields: { reason: "reset" },
    requestId: false,
    says: "closed before"
  },
  {
    faults: [{ fault: "truncated" }],
    tag: "MalformedResponse",
    attempts: 4,
    fields: { status: 200, reason: "truncated" },
    requestId: true,
    says: "instead of JSON"
  },
  {
    faults: [{ fault: "html" }],
    tag: "MalformedResponse",
    attempts: 1,
    fields: { status: 200, reason: "not_an_api" },
    requestId: false,
    says: "Sign in to the network"
  },
  {
    faults: [{ fault: "bad_gateway" }],
    tag: "ServiceUnavailable",
    attempts: 4,
    fields: { status: 502 },
    requestId: false,
    says: "502 Bad Gateway"
  },
  {
    faults: [{ fault: "mismatch" }],
    tag: "MalformedResponse",
    attempts: 2,
    fields: { status: 200, reason: "mismatch" },
    requestId: true,
    says: "another"
  },
  {
    faults: [
      { fault: "internal", times: 1 },
      { fault: "forbidden", after: 1 }
    ],
    tag: "PermissionDenied",
    attempts: 2,
    fields: { status: 403 },
    requestId: true,
    says: "2 attempts"
  }
]

describe("CloudBackup.getResource", () => {
  it.live.each(lasting.map((expected) => [JSON.stringify(expected.faults), expected.tag, expected] as const))(
    "under %s fails with %s",
    ([, tag, { attempts, faults, fields, requestId, says }]) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(get("web"))
        assert.strictEqual(error._tag, tag, String(error))
        assert.include(error, { attempts, ...fields })
        assert.include(error.message, says)
        assert.notStrictEqual(error.remedy, "")
        assert.strictEqual((yield* seen).length, attempts)
        assert.deepStrictEqual(yield* sent, { sent: attempts, retried: attempts - 1 })
        yield* carriesIds(error)
        if (requestId) assert.match(error.requestId ?? "", uuid)
        else assert.isUndefined(error.requestId)
      }).pipe(Effect.provide(web(faults)), withPolicy({}))
  )

  it.live("fails with DeadlineExceeded where an answer takes longer than an attempt may", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(get("web"))
      assert.include(tagged(error, "DeadlineExceeded"), { attempts: 2, detail: "no whole answer within 50 ms" })
      yield* carriesIds(error)
    }).pipe(
      Effect.provide(web([{ fault: "latency", delay: "1h" }])),
      withPolicy({ attemptTimeoutMillis: 50, maxAttempts: 2 })
    )
  )

  it.live.each([
    [[{ fault: "unavailable", times: 3 }], 4],
    [[{ fault: "rate_limited", times: 1, retryAfter: 0.02 }], 2],
    [[{ fault: "internal", times: 1 }], 2],
    [[{ fault: "reset", times: 2 }], 3],
    [[{ fault: "truncated", times: 1 }], 2],
    [[{ fault: "bad_gateway", times: 1 }], 2],
    [[{ fault: "mismatch", times: 1 }], 2],
    [[{ fault: "latency", delay: "1ms" }], 1],
    [
      [
        { fault: "reset", times: 1 },
        { fault: "internal", times: 1, after: 1 },
        { fault: "truncated", times: 1, after: 2 }
      ],
      4
    ]
  ] satisfies ReadonlyArray<readonly [Faults, number]>)(
    "reads the resource in spite of %j, at attempt %i",
    ([faults, attempts]) =>
      Effect.gen(function* () {
        const resource = yield* get("web")
        assert.strictEqual(resource.computeInstanceId, "web")
        assert.isTrue(resource.enabled)
        assert.deepStrictEqual(yield* sent, { sent: attempts, retried: attempts - 1 })
      }).pipe(Effect.provide(web(faults)), withPolicy({}))
  )

  it.live("says that a resource is not there only where the service says so", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(get("unknown"))
      assert.include(tagged(error, "ResourceNotFound"), { status: 404, grpcCode: 5, attempts: 1, method: "GET" })
      assert.strictEqual(
        error._tag === "ResourceNotFound" ? error.url : "",
        `${(yield* Emulator).url}/backup/v1/resources/unknown`
      )
      yield* carriesIds(error)
    }).pipe(Effect.provide(web([])), withPolicy({}))
  )

  it.live("asks for tenantInfo where it is told to", () =>
    Effect.gen(function* () {
      const client = yield* CloudBackup
      assert.isUndefined((yield* client.getResource("vm-0")).tenantInfo)
      const { tenantInfo } = yield* client.getResource("vm-0", { includeTenantInfo: true })
      assert.deepStrictEqual({ ...tenantInfo }, { folderId: "b1g", personalTenantId: "", userId: "" })
    }).pipe(Effect.provide(clientOn({ resources: fleet(1) })))
  )

  it.live("sends the token, and asks for plain JSON", () =>
    Effect.gen(function* () {
      yield* get("vm-0")
      const { headers, method, url } = (yield* seen)[0] ?? assert.fail("nothing was sent")
      assert.strictEqual(`${method} ${url}`, "GET /backup/v1/resources/vm-0")
      assert.include(headers, {
        authorization: "Bearer mine",
        accept: "application/json",
        "accept-encoding": "identity"
      })
    }).pipe(Effect.provide(clientOn({ tokens: ["mine"], resources: fleet(1) }, "mine")))
  )

  it.live.each([
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    "%2e%2e",
    "a?b",
    "a#b",
    "a b",
    "a\n",
    "UPPER",
    "-a",
    "é",
    "a".repeat(51)
  ])("refuses the id %j and sends nothing", (id) =>
    Effect.gen(function* () {
      const error = tagged(yield* Effect.flip(get(id)), "InvalidRequest")
      assert.strictEqual(error.attempts, 0)
      assert.deepStrictEqual(
        error.fieldViolations.map(({ field }) => field),
        ["computeInstanceId"]
      )
      assert.deepStrictEqual(yield* sent, { sent: 0, retried: 0 })
      assert.deepStrictEqual(yield* seen, [])
    }).pipe(Effect.provide(web([])))
  )

  it.live("fails with ConnectionFailed, refused, where nothing listens", () =>
    Effect.gen(function* () {
      const { close, url } = yield* serve(() => {})
      close()
      const error = yield* get("web").pipe(Effect.flip, Effect.provide(clientAt(url)), withPolicy({}))
      assert.include(tagged(error, "ConnectionFailed"), { reason: "refused", attempts: 4 })
      assert.match("clientRequestId" in error ? (error.clientRequestId ?? "") : "", uuid)
    })
  )
})
