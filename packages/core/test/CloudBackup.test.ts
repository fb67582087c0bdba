import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Option, Random, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { CloudBackup } from "../src/CloudBackup.ts"
import type { CloudBackupError } from "../src/CloudBackupError.ts"
import { Credentials } from "../src/Credentials.ts"
import { Endpoints } from "../src/Endpoints.ts"
import { CurrentRetryPolicy, none, patient, type RetryPolicy, standard } from "../src/RetryPolicy.ts"
import { Transport, TransportError, type TransportResponse } from "../src/Transport.ts"

/** What an attempt comes to: an answer, or none, after some time. */
interface Step {
  readonly takes: number
  readonly answer?: Partial<TransportResponse> | TransportError
}

const resource = { status: 200, body: `{"resource":{"computeInstanceId":"web"}}` }
const refused = { status: 401, body: `{"code":16,"message":"expired"}` }
const limited = (seconds: number) => ({ status: 429, headers: { "retry-after": String(seconds) } })
const reset = new TransportError({ reason: "reset", detail: "the connection was closed" })

/** A read whose attempts go as `steps` say, the last of them for ever, with tokens that take `tokenTakes` to come. */
const read = Effect.fnUntraced(function* (
  policy: RetryPolicy,
  steps: ReadonlyArray<Step>,
  tokenTakes: { readonly first?: number; readonly renewed?: number } = {}
) {
  const sentAt: Array<number> = []
  const transport = Layer.succeed(Transport, {
    send: () =>
      Effect.gen(function* () {
        sentAt.push(yield* Clock.currentTimeMillis)
        const { answer, takes } = steps[Math.min(sentAt.length, steps.length) - 1] as Step
        yield* Effect.sleep(takes)
        if (answer instanceof TransportError) return yield* answer
        return { status: 200, headers: {}, body: "", ...answer }
      })
  })
  const credentials = Layer.succeed(Credentials, {
    source: "a test",
    token: Effect.as(Effect.sleep(tokenTakes.first ?? 0), Redacted.make("t1.first")),
    renew: () => Effect.as(Effect.sleep(tokenTakes.renewed ?? 0), Option.some(Redacted.make("t1.second"))),
    status: Effect.succeed({ source: "a test", account: undefined, expiresAt: undefined }),
    warnings: []
  })
  const fiber = yield* Effect.flatMap(CloudBackup, (client) => client.getResource("web")).pipe(
    Effect.result,
    Effect.flatMap((result) => Effect.map(Clock.currentTimeMillis, (took) => ({ result, took }))),
    Effect.provide(CloudBackup.layerNoDeps),
    Effect.provide([transport, credentials, Endpoints.layerAt("http://127.0.0.1:1")]),
    Effect.provideService(CurrentRetryPolicy, policy),
    Random.withSeed("seed"),
    Effect.forkChild
  )
  yield* TestClock.adjust("1 hour")
  return { ...(yield* Fiber.join(fiber)), sentAt }
})

const never: Step = { takes: 3_600_000_000 }

describe("CloudBackup.getResource, in test time", () => {
  it.effect.each([
    [standard, 3],
    [patient, 4],
    [none, 1]
  ] as const)("%# gives up on a service that never answers within the policy's times", ([policy, attempts]) =>
    Effect.gen(function* () {
      const { result, sentAt, took } = yield* read(policy, [never])
      const error = yield* Effect.flip(Effect.fromResult(result))
      assert.strictEqual(error._tag, "DeadlineExceeded")
      assert.strictEqual(error.attempts, attempts)
      assert.strictEqual(sentAt.length, attempts)
      assert.isAtMost(took, policy.totalTimeoutMillis)
      assert.isAtLeast(took, policy.attemptTimeoutMillis * (attempts - 1))
    })
  )

  it.effect.each<readonly [string, RetryPolicy, ReadonlyArray<Step>, Parameters<typeof read>[2]]>([
    ["a token that is slow to come", standard, [never], { first: 25_000 }],
    ["a token that comes too late", standard, [never], { first: 40_000 }],
    ["a refusal that comes late", none, [{ takes: 9_000, answer: refused }, never], {}],
    ["a renewed token that is slow to come", standard, [{ takes: 9_000, answer: refused }, never], { renewed: 15_000 }]
  ])("keeps within the total time in spite of %s", ([, policy, steps, tokenTakes]) =>
    Effect.gen(function* () {
      const { result, took } = yield* read(policy, steps, tokenTakes)
      assert.strictEqual(result._tag, "Failure")
      assert.isAtMost(took, policy.totalTimeoutMillis)
    })
  )

  it.effect("waits for as long as the service asks before it sends the request again", () =>
    Effect.gen(function* () {
      const { result, sentAt } = yield* read(standard, [
        { takes: 100, answer: limited(5) },
        { takes: 0, answer: limited(7) },
        { takes: 0, answer: resource }
      ])
      assert.strictEqual(result._tag, "Success")
      const [first = 0, second = 0, third = 0] = sentAt
      assert.isAtLeast(second - first, 5_100)
      assert.isAtMost(second - first, 5_200)
      assert.isAtLeast(third - second, 7_000)
      assert.isAtMost(third - second, 7_200)
    })
  )

  it.effect("fails at once with the last error where the wait would outlast the deadline", () =>
    Effect.gen(function* () {
      const { result, sentAt, took } = yield* read(standard, [{ takes: 100, answer: limited(30) }])
      const error: CloudBackupError = yield* Effect.flip(Effect.fromResult(result))
      assert.include(error, { _tag: "RateLimited", retryAfterMillis: 30_000, attempts: 1 })
      assert.deepStrictEqual(sentAt, [0])
      assert.strictEqual(took, 100)
    })
  )

  it.effect.each([
    ["ConnectionFailed", 4, [reset]],
    ["ConnectionFailed", 1, [new TransportError({ reason: "tls", detail: "no trust" })]],
    ["ConnectionFailed", 1, [new TransportError({ reason: "proxy", detail: "no way through" })]],
    ["ConnectionFailed", 2, [new TransportError({ reason: "dns", detail: "no such host" })]],
    ["ConnectionFailed", 4, [new TransportError({ reason: "resolver", detail: "no answer" })]],
    ["ConnectionFailed", 4, [new TransportError({ reason: "exhausted", detail: "no files left" })]],
    ["MalformedResponse", 1, [new TransportError({ reason: "too_large", detail: "too large" })]],
    ["MalformedResponse", 2, [new TransportError({ reason: "not_utf8", detail: "not UTF-8" })]],
    ["MalformedResponse", 4, [new TransportError({ reason: "truncated", detail: "cut short" })]],
    ["Unauthenticated", 2, [refused]],
    ["Unauthenticated", 4, [reset, refused, reset, refused]],
    ["Unauthenticated", 3, [refused, reset, refused, resource]],
    ["Success", 3, [reset, refused, resource]],
    ["Success", 4, [refused, reset, reset, resource]]
  ] as const)("ends with %s after %i attempts, case %#", ([outcome, attempts, answers]) =>
    Effect.gen(function* () {
      const { result, sentAt } = yield* read(
        standard,
        answers.map((answer) => ({ takes: 1, answer }))
      )
      assert.strictEqual(result._tag === "Success" ? "Success" : result.failure._tag, outcome)
      assert.strictEqual(sentAt.length, attempts)
    })
  )
})
