import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Random, Schema } from "effect"
import { TestClock } from "effect/testing"
import {
  CurrentRetryPolicy,
  make,
  none,
  patient,
  type Retryable,
  type RetryPolicy,
  retry,
  type Surroundings,
  standard
} from "../src/RetryPolicy.ts"

/** A failure as the policy sees it. */
interface Failure {
  readonly isRetryable: boolean
  readonly attempts: number
  readonly retryAfterMillis?: number | undefined
}

/** What the attempt with this index does; one that is missing succeeds. */
interface Step {
  /** How long it takes before it fails; cut off by the time that the policy allows. */
  readonly takes?: number
  readonly retryAfterMillis?: number | undefined
  readonly permanent?: boolean
}

interface Attempt {
  readonly at: number
  readonly timeout: number
  readonly endedAt: number
}

const always = (step: Step): ReadonlyArray<Step> => Array.from({ length: 50 }, () => step)

/** Runs `steps` under `policy` to the end of test time: the attempts as they were made, and how it ended and when. */
const run = (policy: RetryPolicy, steps: ReadonlyArray<Step>, seed: string | number = "seed") =>
  Effect.gen(function* () {
    const attempts: Array<Attempt> = []
    const attempt = (allowed: number) =>
      Effect.gen(function* () {
        const at = yield* Clock.currentTimeMillis
        const number = attempts.length + 1
        const step = steps[number - 1]
        yield* Effect.sleep(Math.min(step?.takes ?? 0, allowed))
        attempts.push({ at, timeout: allowed, endedAt: yield* Clock.currentTimeMillis })
        if (step === undefined) return number
        const failure: Failure = {
          isRetryable: step.permanent !== true,
          attempts: number,
          ...(step.retryAfterMillis === undefined ? {} : { retryAfterMillis: step.retryAfterMillis })
        }
        return yield* Effect.fail(failure)
      })
    const startedAt = yield* Clock.currentTimeMillis
    const fiber = yield* retry(policy, attempt).pipe(
      Effect.exit,
      Effect.flatMap((exit) => Effect.map(Clock.currentTimeMillis, (endedAt) => ({ exit, took: endedAt - startedAt }))),
      Random.withSeed(seed),
      Effect.forkChild
    )
    yield* TestClock.adjust("1 day")
    const { exit, took } = yield* Fiber.join(fiber)
    // Test time adds up fractions of milliseconds: what differs below a microsecond is the same.
    const delays = attempts
      .slice(1)
      .map(({ at }, index) => Math.round((at - (attempts[index] as Attempt).endedAt) * 1_000) / 1_000)
    return { exit, took, attempts, delays }
  })

const policy: RetryPolicy = {
  name: "test",
  maxAttempts: 6,
  baseDelayMillis: 100,
  maxDelayMillis: 500,
  attemptTimeoutMillis: 1_000,
  totalTimeoutMillis: 60_000,
  maxRetryAfterMillis: 60_000,
  outageMillis: 0
}

/** The most that the delay after the attempt with this number may be, without a wait that the server asks for. */
const cap = (policy: RetryPolicy, attempt: number) =>
  Math.min(policy.maxDelayMillis, policy.baseDelayMillis * 2 ** (attempt - 1))

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** What fractions of a millisecond may add up to in test time. */
const rounding = 0.001

const AnyPolicy = Schema.Struct({
  name: Schema.Literal("any"),
  maxAttempts: between(1, 8),
  baseDelayMillis: between(0, 2_000),
  maxDelayMillis: between(0, 20_000),
  attemptTimeoutMillis: between(1, 30_000),
  totalTimeoutMillis: between(1, 120_000),
  maxRetryAfterMillis: between(0, 120_000),
  outageMillis: between(0, 120_000)
})

const AnySteps = Schema.Array(
  Schema.Struct({
    takes: between(0, 40_000),
    retryAfterMillis: Schema.UndefinedOr(between(0, 100_000)),
    permanent: Schema.Boolean
  })
).check(Schema.isMaxLength(12))

describe("retry", () => {
  it.effect.each<readonly [string, ReadonlyArray<Step>, number, boolean]>([
    ["succeeds at once", [], 1, true],
    ["succeeds at the last attempt that is allowed", always({}).slice(0, 5), 6, true],
    ["fails after as many attempts as are allowed", always({}), 6, false],
    ["fails at once where another try cannot help", [{ permanent: true }], 1, false],
    ["fails at once where a later failure is permanent", [{}, {}, { permanent: true }], 3, false],
    ["does not wait for a permanent failure's Retry-After", [{ permanent: true, retryAfterMillis: 10 }], 1, false]
  ])("%s", ([, steps, attempts, succeeds]) =>
    Effect.gen(function* () {
      const { exit, attempts: made } = yield* run(policy, steps)
      assert.strictEqual(made.length, attempts)
      assert.deepStrictEqual(
        exit,
        succeeds
          ? Exit.succeed(attempts)
          : Exit.fail({
              isRetryable: steps[attempts - 1]?.permanent !== true,
              attempts,
              ...waitOf(steps[attempts - 1])
            })
      )
    })
  )

  it.effect("spreads delays over the whole of a cap that doubles up to a maximum", () =>
    Effect.gen(function* () {
      const runs = yield* Effect.forEach(
        Array.from({ length: 300 }, (_, seed) => seed),
        (seed) => run(policy, always({}), seed)
      )
      for (const [index, expected] of [100, 200, 400, 500, 500].entries()) {
        const delays = runs.map(({ delays }) => delays[index] as number)
        assert.isAtMost(Math.max(...delays), expected)
        assert.isAbove(Math.max(...delays), expected * 0.9)
        assert.isAtLeast(Math.min(...delays), 0)
        assert.isBelow(Math.min(...delays), expected * 0.1)
        assert.approximately(
          delays.reduce((sum, delay) => sum + delay, 0) / delays.length,
          expected / 2,
          expected * 0.1
        )
      }
    })
  )

  it.effect("repeats its delays for the same seed", () =>
    Effect.gen(function* () {
      const [first, second, other] = yield* Effect.forEach([1, 1, 2], (seed) => run(policy, always({}), seed))
      assert.deepStrictEqual(first?.delays, second?.delays)
      assert.notDeepEqual(first?.delays, other?.delays)
    })
  )

  it.effect("waits for as long as the server asks, and a random time on top", () =>
    Effect.gen(function* () {
      const delays = yield* Effect.forEach(
        Array.from({ length: 100 }, (_, seed) => seed),
        (seed) => Effect.map(run(policy, [{ retryAfterMillis: 2_000 }], seed), ({ delays }) => delays[0] as number)
      )
      for (const delay of delays) {
        assert.isAtLeast(delay, 2_000)
        assert.isAtMost(delay, 2_100)
      }
      assert.isAbove(new Set(delays).size, 50)
    })
  )

  it.effect.each([
    ["a Retry-After of the whole rest", [{ retryAfterMillis: 60_000 }], 0, 1],
    ["a Retry-After of a day", [{ retryAfterMillis: 86_400_000 }], 0, 1],
    [
      "a Retry-After that fits the first time only",
      [{ retryAfterMillis: 40_000 }, { retryAfterMillis: 40_000 }],
      40_100,
      2
    ]
  ] as const)(
    "fails at once with the last error where the deadline has no room for %s",
    ([, steps, latest, attempts]) =>
      Effect.gen(function* () {
        const { attempts: made, exit, took } = yield* run(policy, steps)
        assert.strictEqual(made.length, attempts)
        assert.deepStrictEqual(exit, Exit.fail({ isRetryable: true, attempts, ...waitOf(steps[attempts - 1]) }))
        assert.isAtMost(took, latest)
      })
  )

  it.effect("gives each attempt its timeout, or what is left of the total", () =>
    Effect.gen(function* () {
      const short = { ...policy, baseDelayMillis: 0, attemptTimeoutMillis: 1_000, totalTimeoutMillis: 2_500 }
      const { attempts, took } = yield* run(short, always({ takes: 5_000 }))
      assert.deepStrictEqual(attempts, [
        { at: 0, timeout: 1_000, endedAt: 1_000 },
        { at: 1_000, timeout: 1_000, endedAt: 2_000 },
        { at: 2_000, timeout: 500, endedAt: 2_500 }
      ])
      assert.strictEqual(took, 2_500)
    })
  )

  it.effect.prop(
    "keeps within attempts, caps, floors and the deadline whatever fails",
    { policy: AnyPolicy, steps: AnySteps, seed: Schema.Int },
    ({ policy, seed, steps }) =>
      Effect.gen(function* () {
        const { attempts, delays, exit, took } = yield* run(policy, steps, seed)
        const last = steps[attempts.length - 1]
        assert.isAtMost(attempts.length, policy.maxAttempts)
        assert.isAtMost(took, policy.totalTimeoutMillis + rounding)
        for (const { at, timeout } of attempts) {
          assert.isAbove(timeout, 0)
          assert.isAtMost(timeout, policy.attemptTimeoutMillis)
          assert.isAtMost(at + timeout, policy.totalTimeoutMillis + rounding)
        }
        for (const [index, delay] of delays.entries()) {
          const floor = steps[index]?.retryAfterMillis ?? 0
          assert.isAtLeast(delay, floor)
          assert.isAtMost(floor, policy.maxRetryAfterMillis)
          assert.isAtMost(delay, floor + cap(policy, index + 1) + rounding)
          assert.notStrictEqual(steps[index]?.permanent, true)
        }
        assert.deepStrictEqual(
          exit,
          last === undefined
            ? Exit.succeed(attempts.length)
            : Exit.fail({ isRetryable: last.permanent !== true, attempts: attempts.length, ...waitOf(last) })
        )
        if (last === undefined || last.permanent === true || attempts.length === policy.maxAttempts) return
        if ((last.retryAfterMillis ?? 0) > policy.maxRetryAfterMillis) return
        const mostWait = (last.retryAfterMillis ?? 0) + cap(policy, attempts.length)
        assert.isAtLeast(took + mostWait + rounding, policy.totalTimeoutMillis, "gave up though there was time")
      }),
    { arbitrary: { runs: 300, seed: "failures" } }
  )
})

const waitOf = (step: Step | undefined) =>
  step?.retryAfterMillis === undefined ? {} : { retryAfterMillis: step.retryAfterMillis }

describe("RetryPolicy.make", () => {
  it("is the standard policy but for what is given", () => {
    assert.deepStrictEqual(make({ maxAttempts: 2 }), { ...standard, name: "custom", maxAttempts: 2 })
    assert.strictEqual(make({ name: "mine" }).name, "mine")
  })

  it.each([
    { maxAttempts: 0 },
    { maxAttempts: 11 },
    { maxAttempts: 1.5 },
    { baseDelayMillis: -1 },
    { totalTimeoutMillis: Number.NaN },
    { outageMillis: Number.POSITIVE_INFINITY }
  ])("refuses %j", (parts) => {
    assert.throws(() => make(parts))
  })
})

describe("policies", () => {
  it.effect("default to standard", () =>
    Effect.map(CurrentRetryPolicy, (current) => assert.strictEqual(current, standard))
  )

  it.effect.each([
    [standard, 4],
    [patient, 4],
    [none, 1]
  ] as const)("%# lets no request be sent more often than it says", ([policy, attempts]) =>
    Effect.gen(function* () {
      const { attempts: made, took } = yield* run(policy, always({}))
      assert.strictEqual(made.length, attempts)
      assert.isAtMost(took, policy.totalTimeoutMillis)
    })
  )
})

describe("what surrounds a retried effect", () => {
  const failing = (failure: Partial<Retryable> = {}) => {
    let attempts = 0
    return () =>
      Effect.suspend(() => {
        attempts += 1
        return Effect.fail({ isRetryable: true, attempts, ...failure, number: attempts })
      })
  }

  /** What `retry` fails with, and how long that takes. */
  const failureOf = (attempt: ReturnType<typeof failing>, surroundings?: Surroundings<Retryable>) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.flip(retry(policy, attempt, surroundings)).pipe(
        Effect.flatMap((error) => Effect.map(Clock.currentTimeMillis, (took) => ({ number: error.number, took }))),
        Random.withSeed("surroundings"),
        Effect.forkChild
      )
      yield* TestClock.adjust("1 day")
      return yield* Fiber.join(fiber)
    })

  it.effect("forbids another try, at once", () =>
    Effect.gen(function* () {
      const surroundings = { mayRepeat: (error: Retryable) => error.attempts < 3, enter: Effect.void }
      assert.strictEqual((yield* failureOf(failing(), surroundings)).number, 3)
    })
  )

  it.effect("keeps the last error where the next try cannot be sent", () =>
    Effect.gen(function* () {
      const surroundings = { mayRepeat: () => true, enter: Effect.fail("closed") }
      assert.strictEqual((yield* failureOf(failing(), surroundings)).number, 1)
    })
  )

  it.effect("ends the wait for the next try with the time of all tries, and keeps the last error", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const surroundings = { mayRepeat: () => true, enter: Effect.never }
      const { number, took } = yield* failureOf(failing(), surroundings)
      assert.deepStrictEqual([number, took - 3_600_000], [1, policy.totalTimeoutMillis])
    })
  )

  it.effect("is not asked about a kept connection that was closed: the next try follows at once", () =>
    Effect.gen(function* () {
      const surroundings = { mayRepeat: () => false, enter: Effect.void }
      assert.deepStrictEqual(yield* failureOf(failing({ reused: true }), surroundings), { number: 6, took: 0 })
    })
  )

  it.effect("is asked about a failure as often as its kind may be repeated", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* failureOf(failing({ retryLimit: 0 }))).number, 1)
      assert.strictEqual((yield* failureOf(failing({ retryLimit: 2 }))).number, 3)
    })
  )
})
