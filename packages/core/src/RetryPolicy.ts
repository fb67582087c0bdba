/**
 * When to ask again, as a value: how often, how long to wait, and when to give up.
 *
 * Delays are capped exponential backoff with full jitter (a random share of the cap, as in the AWS SDKs' standard mode and
 * gRPC's A6). Where the server names a time to wait, that is the floor, and the jitter comes on top of it, or all clients
 * would come back at the same instant. A wait that the deadline has no room for is not begun: the last error stands.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** A policy. Durations in milliseconds. */
export interface RetryPolicy {
  readonly name: string
  /** How often a request is sent at most, the first time included. */
  readonly maxAttempts: number
  /** The cap of the first delay; it doubles with each further one. */
  readonly baseDelayMillis: number
  /** The cap that the doubling stops at. */
  readonly maxDelayMillis: number
  /** How long one attempt may take, from connecting to the last byte of the body. */
  readonly attemptTimeoutMillis: number
  /** How long all attempts and the delays between them may take together. */
  readonly totalTimeoutMillis: number
}

/**
 * For a gate that someone waits for: 4 attempts and base 100 ms × 2 (the vendor's Go and Python SDKs), delays of 5 s at
 * most, 10 s an attempt, 30 s in all.
 */
export const standard: RetryPolicy = {
  name: "standard",
  maxAttempts: 4,
  baseDelayMillis: 100,
  maxDelayMillis: 5_000,
  attemptTimeoutMillis: 10_000,
  totalTimeoutMillis: 30_000
}

/**
 * For nightly jobs: 4 attempts, base 1 s (the AWS SDKs' base for throttling), delays of 20 s at most (the cap of the AWS
 * and the vendor's SDKs), 30 s an attempt, 5 minutes in all.
 */
export const patient: RetryPolicy = {
  name: "patient",
  maxAttempts: 4,
  baseDelayMillis: 1_000,
  maxDelayMillis: 20_000,
  attemptTimeoutMillis: 30_000,
  totalTimeoutMillis: 300_000
}

/** One attempt of 10 s. */
export const none: RetryPolicy = {
  name: "none",
  maxAttempts: 1,
  baseDelayMillis: 0,
  maxDelayMillis: 0,
  attemptTimeoutMillis: 10_000,
  totalTimeoutMillis: 10_000
}

/** The policy that requests follow. Default: `standard`. */
export const CurrentRetryPolicy = Context.Reference<RetryPolicy>("@holdfast/core/CurrentRetryPolicy", {
  defaultValue: () => standard
})

/** What the policy must know of a failure. */
interface Retryable {
  readonly isRetryable: boolean
  readonly attempts: number
  readonly retryAfterMillis?: number | undefined
}

const delayMillis = (policy: RetryPolicy, error: Retryable, random: number): number => {
  const cap = Math.min(policy.maxDelayMillis, policy.baseDelayMillis * 2 ** (error.attempts - 1))
  return (error.retryAfterMillis ?? 0) + random * cap
}

/**
 * Runs `attempt` until it succeeds, fails for good, or `policy` forbids another try; then fails with the last error.
 * `attempt` is given how long it may take.
 */
export const retry = <A, E extends Retryable, R>(
  policy: RetryPolicy,
  attempt: (timeout: Duration.Duration) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.currentTimeMillis, (startedAt) => {
    const deadline = startedAt + policy.totalTimeoutMillis
    const loop: Effect.Effect<A, E, R> = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.catch(
        attempt(Duration.millis(Math.min(policy.attemptTimeoutMillis, deadline - now))),
        Effect.fnUntraced(function* (error: E) {
          if (!error.isRetryable || error.attempts >= policy.maxAttempts) return yield* Effect.fail(error)
          const delay = delayMillis(policy, error, yield* Random.next)
          if ((yield* Clock.currentTimeMillis) + delay >= deadline) return yield* Effect.fail(error)
          yield* Effect.sleep(delay)
          return yield* loop
        })
      )
    )
    return loop
  })
