import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { CloudBackup } from "../src/CloudBackup.ts"
import { CredentialsError } from "../src/CloudBackupError.ts"
import { Credentials } from "../src/Credentials.ts"
import { Endpoints } from "../src/Endpoints.ts"
import { CurrentRetryPolicy, make, none, patient, standard } from "../src/RetryPolicy.ts"
import { Transport, TransportError } from "../src/Transport.ts"
import { type Arrival, bucket, dice, failures, type Reaction, run } from "./service.ts"

const canary = Redacted.make("t1.token")

const seconds = (run: { readonly took: number }) => run.took / 1_000

/** `reaction` from the 500th request on, for so many milliseconds. */
const outage = (reaction: Reaction, millis: number) => {
  let since: number | undefined
  return ({ before, now }: { readonly before: number; readonly now: number }): Reaction => {
    if (before === 500) since = now
    return since !== undefined && now - since < millis ? reaction : "good"
  }
}

describe("many reads of one client", () => {
  it.effect.each<readonly [string, Reaction]>([
    ["503", { status: 503 }],
    ["500", { status: 500 }],
    ["a refused connection", "refused"],
    ["a reset", "reset"],
    ["a captive portal", { body: "<html>", headers: { "content-type": "text/html" } }]
  ])("end in seconds, with at most 1.1 requests each, where the endpoint always answers with %s", ([, reaction]) =>
    Effect.gen(function* () {
      for (const concurrency of [1, 16]) {
        const result = yield* run(() => reaction, { reads: 1_000, concurrency })
        assert.strictEqual(failures(result).length, 1_000)
        assert.isAtMost(result.sent.length, 1_100)
        assert.isAtMost(result.took, 10_000)
        for (const error of failures(result)) {
          if (error.attempts === 0) assert.include(error.message, "not asked for: ")
        }
      }
    })
  )

  it.effect("name the resource that they were for, and no request id of another, where they were not sent", () =>
    Effect.gen(function* () {
      const headers = { "x-request-id": "of-another" }
      const result = yield* run(() => ({ status: 503, headers }), { reads: 100, concurrency: 4 })
      const unsent = failures(result).filter(({ attempts }) => attempts === 0)
      assert.isAbove(unsent.length, 50)
      for (const error of unsent) {
        assert.strictEqual(error._tag, "ServiceUnavailable")
        assert.notInclude(error.message, "of-another")
        assert.isTrue(error.isRetryable)
      }
      assert.include(unsent.at(-1)?.message, "/vm-99: 503: not asked for: an empty body")
    })
  )

  it.effect.each<readonly [string, number, number, Reaction]>([
    ["503", 10_000, 16, { status: 503 }],
    ["503", 2_000, 256, { status: 503 }],
    ["a refused connection", 2_000, 16, "refused"],
    ["a reset", 2_000, 64, "reset"]
  ])(
    "are all made in spite of 5 seconds of %s, which cost at most 7: %i reads, %i at a time",
    ([, reads, concurrency, reaction]) =>
      Effect.gen(function* () {
        const calm = yield* run(() => "good", { reads, concurrency })
        const result = yield* run(outage(reaction, 5_000), { reads, concurrency })
        assert.deepStrictEqual(failures(result), [])
        assert.isAtMost(seconds(result), seconds(calm) + 7)
        // Those that were under way when it began are sent again, and one at a time sees whether it has ended.
        assert.isAtMost(result.sent.length, reads + 2 * concurrency + 20)
      })
  )

  it.effect("give up an endpoint that stays away for longer than the policy waits, unless that is patient", () =>
    Effect.gen(function* () {
      const result = yield* run(outage("refused", 20_000), { reads: 2_000 })
      assert.isAbove(failures(result).length, 1_400)
      assert.isAtMost(result.took, 20_000)
      const patiently = yield* run(outage("refused", 100_000), { reads: 2_000, policy: patient })
      // One of them asks whether it is over, four times at most: whoever has done so before it is has lost.
      const lost = failures(patiently)
      assert.isAtMost(lost.length, 3)
      assert.isTrue(lost.every(({ attempts }) => attempts === 4))
      assert.isAtMost(patiently.took, 110_000)
    })
  )

  it.effect("do not suffer for one resource that the service always fails on", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 16]) {
        const result = yield* run(({ id }) => (id === "vm-7" ? { status: 500 } : "good"), { reads: 100, concurrency })
        assert.deepStrictEqual(
          failures(result).map(({ _tag, attempts }) => [_tag, attempts]),
          [["ServerError", 4]]
        )
        assert.strictEqual(result.sent.length, 103)
      }
    })
  )

  it.effect.each([1, 2, 3])("take at most 1.5 requests each where 3 in 10 fail, seed %i", (seed) =>
    Effect.gen(function* () {
      const roll = dice(seed)
      const react = (): Reaction => {
        const chance = roll()
        return chance < 0.1 ? { status: 503 } : chance < 0.2 ? { status: 429 } : chance < 0.3 ? "reset" : "good"
      }
      const result = yield* run(react, { reads: 5_000, seed })
      assert.isAtMost(result.sent.length, 7_500)
      // 0.3⁴ of the reads fail four times; a run asks for those once more.
      assert.isAtMost(failures(result).length, 70)
      for (const error of failures(result)) assert.strictEqual(error.attempts, 4)
    })
  )
})

describe("a service that limits requests", () => {
  it.effect.each<readonly [perSecond: number, burst: number, concurrency: number, retryAfter: string | undefined]>([
    [10, 10, 16, undefined],
    [10, 10, 256, undefined],
    [10, 10, 16, "1"],
    [10, 10, 256, "1"],
    [100, 100, 16, undefined],
    [100, 20, 64, undefined],
    [100, 100, 16, "1"]
  ])(
    "to %i a second, %i at once, is used to 95 in 100 of that by %i reads at a time, with Retry-After %s",
    ([perSecond, burst, concurrency, retryAfter]) =>
      Effect.gen(function* () {
        const reads = perSecond * 100
        const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter }
        const result = yield* run(bucket(perSecond, burst, headers), { reads, concurrency })
        assert.isAtMost(failures(result).length, reads / 200)
        assert.isAtLeast(reads / seconds(result), 0.95 * perSecond)
        assert.isAtMost(result.sent.length, 1.1 * reads)
      })
  )

  it.effect("is left alone for as long as it asks, by all reads", () =>
    Effect.gen(function* () {
      const result = yield* run(
        ({ before, now }) =>
          before < 3 ? { status: 429, headers: { "retry-after": "7" } } : now < 7_000 ? "reset" : "good",
        { reads: 50, concurrency: 3 }
      )
      assert.deepStrictEqual(failures(result), [])
      for (const { at } of result.sent.slice(3)) assert.isAtLeast(at, 7_000)
      assert.strictEqual(result.sent.length, 53)
    })
  )

  it.effect.each([
    [standard, 21],
    [patient, 241],
    [none, 1]
  ] as const)("for longer than %o waits is asked no more, case %#", ([policy, retryAfter]) =>
    Effect.gen(function* () {
      const react = (): Reaction => ({ status: 429, headers: { "retry-after": String(retryAfter) } })
      const result = yield* run(react, { reads: 1_000, concurrency: 4, policy })
      assert.strictEqual(result.sent.length, 4)
      assert.isAtMost(result.took, 1_000)
      for (const error of failures(result)) {
        assert.strictEqual(error._tag, "RateLimited")
        assert.strictEqual("retryAfterMillis" in error ? error.retryAfterMillis : 0, retryAfter * 1_000)
      }
    })
  )

  it.effect("and later does no longer is used in full again", () =>
    Effect.gen(function* () {
      const limited = bucket(10, 10)
      const freed: Array<number> = []
      const result = yield* run(
        (arrival) => {
          if (arrival.now < 60_000) return limited(arrival)
          freed.push(arrival.now)
          return "good"
        },
        { reads: 5_000 }
      )
      assert.isAtMost(failures(result).length, 5)
      // From 10 a second to hundreds within a minute and a half.
      assert.isAtMost(seconds(result), 150)
      assert.isAbove(freed.length, 4_000)
    })
  )
})

describe("a service that refuses at random", () => {
  it.effect.each([0.1, 0.5])("a share of %d is not taken for one that limits requests", (share) =>
    Effect.gen(function* () {
      const roll = dice(7)
      const result = yield* run(() => (roll() < share ? { status: 429 } : "good"), { reads: 1_000 })
      // Kept to what gets through it would take ever longer.
      assert.isAtMost(seconds(result), 60)
      for (const error of failures(result)) assert.include(error, { _tag: "RateLimited", attempts: 4 })
    })
  )
})

describe("what a run of failures costs", () => {
  it.effect("is bounded where now and then a read succeeds, so that no breaker opens", () =>
    Effect.gen(function* () {
      // One answer in eight keeps the breaker closed; the budget of repeated requests is used up.
      const result = yield* run(({ before }) => (before % 8 === 7 ? "good" : { status: 500 }), { reads: 1_000 })
      assert.isAtMost(result.sent.length, 1_300)
      assert.isTrue(failures(result).some(({ attempts }) => attempts === 1))
    })
  )

  it.effect("is no other read's where the probe of an outage is called off", () =>
    Effect.gen(function* () {
      // The policy's whole time ends while the probe is under way: another read must be able to take its place.
      const hasty = { ...standard, attemptTimeoutMillis: 60_000, totalTimeoutMillis: 2_000 }
      let hung = 0
      const result = yield* run(
        ({ before, now }) => {
          if (before < 4) return "good"
          if (before < 18) return { status: 503 }
          if (now < 8_000) {
            hung += 1
            return { hang: 60_000 }
          }
          return "good"
        },
        { reads: 400, concurrency: 4, policy: { ...hasty, outageMillis: 15_000 } }
      )
      assert.isAbove(hung, 0)
      assert.isAbove(result.results.length - failures(result).length, 0)
    })
  )

  it.effect("is no other read's where the probe of an outage is called off", () =>
    Effect.gen(function* () {
      let sent = 0
      const transport = Layer.succeed(Transport, {
        send: ({ url }) =>
          Effect.suspend(() => {
            sent += 1
            if (sent <= 10)
              return Effect.fail(new TransportError({ reason: "reset", detail: "the connection was closed" }))
            if (sent === 11) return Effect.never
            const id = url.split("/").at(-1)
            return Effect.succeed({ status: 200, headers: {}, body: `{"resource":{"computeInstanceId":"${id}"}}` })
          })
      })
      yield* Effect.gen(function* () {
        const client = yield* CloudBackup
        yield* Effect.forEach(
          Array.from({ length: 10 }, (_, index) => `vm-${index}`),
          (id) => Effect.flip(client.getResource(id))
        )
        const probe = yield* Effect.forkChild(client.getResource("probe"))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(sent, 11)
        yield* Fiber.interrupt(probe)
        const next = yield* Effect.forkChild(client.getResource("next"))
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* Fiber.join(next)).computeInstanceId, "next")
      }).pipe(
        Effect.provide(CloudBackup.layerNoDeps),
        Effect.provide([transport, Credentials.layerToken(canary), Endpoints.layerAt("http://127.0.0.1:1")]),
        Effect.provideService(CurrentRetryPolicy, make({ maxAttempts: 1 }))
      )
    })
  )

  it.effect("is no other read's where the probe of an outage gets no token", () =>
    Effect.gen(function* () {
      let tokens = 0
      const refused = new CredentialsError({ detail: "no token", source: "a test", remedy: "wait", attempts: 1 })
      const token = Effect.suspend(() => {
        tokens += 1
        // Those of the first probes of the outage, and of a read while all is well; a token is kept for a second.
        return (tokens > 1 && tokens < 5) || tokens === 7 ? Effect.fail(refused) : Effect.succeed(canary)
      })
      const react = ({ before, now }: Arrival): Reaction => (before < 4 || now > 3_000 ? "good" : { status: 503 })
      const result = yield* run(react, { reads: 2_000, concurrency: 4, token })
      assert.strictEqual(failures(result).filter(({ _tag }) => _tag === "CredentialsError").length, 4)
      // Those who tried until the endpoint was back may have used up their attempts; nobody else waited in vain.
      assert.isAtMost(failures(result).length, 8)
      assert.isAtMost(seconds(result), 6)
    })
  )

  it.effect("is no other read's where the probe of an outage waits for its token in vain", () =>
    Effect.gen(function* () {
      let tokens = 0
      const token = Effect.suspend(() => {
        tokens += 1
        return tokens > 18 && tokens < 22 ? Effect.never : Effect.succeed(canary)
      })
      const react = ({ before, now }: Arrival): Reaction => (before < 4 || now > 3_000 ? "good" : { status: 503 })
      const policy = { ...standard, totalTimeoutMillis: 2_000 }
      const result = yield* run(react, { reads: 400, concurrency: 4, token, policy })
      assert.isAtLeast(failures(result).length, 3)
      assert.isAtMost(failures(result).length, 12)
      assert.isAtMost(seconds(result), 12)
    })
  )

  it.effect("is given back where a read is called off", () =>
    Effect.gen(function* () {
      // As many as may be under way at first, none of which ever gets its token.
      let tokens = 0
      const token = Effect.suspend(() => {
        tokens += 1
        return tokens > 16 ? Effect.succeed(canary) : Effect.never
      })
      const hasty = { ...standard, totalTimeoutMillis: 1_000 }
      const result = yield* run(() => "good", { reads: 200, concurrency: 16, policy: hasty, token })
      assert.strictEqual(failures(result).length, 16)
      assert.strictEqual(result.sent.length, 184)
    })
  )
})
