/**
 * When to ask again, as a value: how often, how long to wait, and when to give up.
 *
 * Delays are capped exponential backoff with full jitter (a random share of the cap, as in the AWS SDKs' standard mode and
 * gRPC's A6). Where the server names a time to wait, that is the floor, and the jitter comes on top of it, or all clients
 * would come back at the same instant. A wait that the deadline has no room for is not begun: the last error stands.
 *
 * All reads of one client also share a retry budget, a circuit breaker and a pace that follows the service's 429s; those need
 * no figures of the caller's.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { millisOf } from "./internal/monotonic.ts"

const Millis = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** A policy. Durations in milliseconds. */
export const RetryPolicy = Schema.Struct({
  name: Schema.String,
  /** How often a request is sent at most, the first time included; 1 to 10. One renewal of a refused token comes on top of 1. */
  maxAttempts: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10 })),
  /** The cap of the first delay; it doubles with each further one. */
  baseDelayMillis: Millis,
  /** The cap that the doubling stops at. */
  maxDelayMillis: Millis,
  /** How long one attempt may take, from connecting to the last byte of the body. */
  attemptTimeoutMillis: Millis,
  /** How long all attempts and the delays between them may take together, from the first request on. */
  totalTimeoutMillis: Millis,
  /** How long the service's wish to be left alone (`Retry-After`, `RetryInfo`) is honoured; a longer one fails at once. */
  maxRetryAfterMillis: Millis,
  /**
   * How long reads wait for an endpoint that has stopped answering, before they fail at once. At most 3 s where it has never
   * answered.
   */
  outageMillis: Millis
})
export type RetryPolicy = typeof RetryPolicy.Type

/**
 * For a gate that someone waits for: 4 attempts and base 100 ms × 2 (the vendor's Go and Python SDKs), delays of 5 s at
 * most, 10 s an attempt, 30 s in all. A wish of up to 20 s is honoured (the AWS SDKs' longest delay), an outage of 15 s
 * survived.
 */
export const standard: RetryPolicy = {
  name: "standard",
  maxAttempts: 4,
  baseDelayMillis: 100,
  maxDelayMillis: 5_000,
  attemptTimeoutMillis: 10_000,
  totalTimeoutMillis: 30_000,
  maxRetryAfterMillis: 20_000,
  outageMillis: 15_000
}

/**
 * For nightly jobs: 4 attempts, base 1 s (the AWS SDKs' base for throttling), delays of 20 s at most (the cap of the AWS
 * and the vendor's SDKs), 30 s an attempt, 5 minutes in all. A wish of up to 4 minutes is honoured, an outage of 2 minutes
 * survived.
 */
export const patient: RetryPolicy = {
  name: "patient",
  maxAttempts: 4,
  baseDelayMillis: 1_000,
  maxDelayMillis: 20_000,
  attemptTimeoutMillis: 30_000,
  totalTimeoutMillis: 300_000,
  maxRetryAfterMillis: 240_000,
  outageMillis: 120_000
}

/** One attempt of 10 s; what the service asks for and outages end it at once. */
export const none: RetryPolicy = {
  name: "none",
  maxAttempts: 1,
  baseDelayMillis: 0,
  maxDelayMillis: 0,
  attemptTimeoutMillis: 10_000,
  totalTimeoutMillis: 10_000,
  maxRetryAfterMillis: 0,
  outageMillis: 0
}

/** A policy of one's own: `standard` but for `parts`. Throws where a figure is out of its range, as it is a mistake in code. */
export const make = (parts: Partial<RetryPolicy>): RetryPolicy =>
  RetryPolicy.make({ ...standard, name: "custom", ...parts })

/** The policy that requests follow. Default: `standard`. */
export const CurrentRetryPolicy = Context.Reference<RetryPolicy>("@holdfast/core/CurrentRetryPolicy", {
  defaultValue: () => standard
})

/** What a policy must know of a failure. */
export interface Retryable {
  readonly isRetryable: boolean
  /** How often the request has been sent. */
  readonly attempts: number
  /** How often this kind of failure may be followed by another try; as often as the policy says where there is none. */
  readonly retryLimit?: number | undefined
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMillis?: number | undefined
  /** It says nothing of the service: another try may follow at once. */
  readonly reused?: boolean | undefined
}

/** What a retried effect asks its surroundings before each further attempt. */
export interface Surroundings<E> {
  /** Whether the attempt that failed may be repeated at all. */
  readonly mayRepeat: (error: E) => boolean
  /** Waits until it may be sent; fails where that takes too long. */
  readonly enter: Effect.Effect<void, unknown>
}

const open: Surroundings<unknown> = { mayRepeat: () => true, enter: Effect.void }

const delayMillis = (policy: RetryPolicy, error: Retryable, random: number): number => {
  const cap = Math.min(policy.maxDelayMillis, policy.baseDelayMillis * 2 ** (error.attempts - 1))
  return (error.retryAfterMillis ?? 0) + random * cap
}

/** An effect that is tried more than once, and what its tries have in common. */
export interface Retried<A, E, R> {
  readonly policy: RetryPolicy
  /** Makes one try, which may take so many milliseconds. */
  readonly attempt: (timeoutMillis: number) => Effect.Effect<A, E, R>
  /** When all tries and the waits between them must have ended, on the monotonic clock. */
  readonly deadline: number
  readonly surroundings: Surroundings<E>
}

/** What follows a try that failed with `error`: further ones, or that error. */
export const retryAfter = <A, E extends Retryable, R>(error: E, retried: Retried<A, E, R>): Effect.Effect<A, E, R> => {
  const { attempt, deadline, policy, surroundings } = retried
  return Effect.clockWith((clock) => {
    /** How often a failure with a limit of its own has been met. */
    let limited = 0

    /** Waits as long as the policy says, where it grants another try. */
    const pause = Effect.fnUntraced(function* (error: E) {
      if (!error.isRetryable || error.attempts >= policy.maxAttempts) return yield* Effect.fail(error)
      if (error.retryLimit !== undefined) {
        limited += 1
        if (limited > error.retryLimit) return yield* Effect.fail(error)
      }
      // Several kept connections may have been closed at once; each attempt finds one of them out.
      if (error.reused === true) return
      if ((error.retryAfterMillis ?? 0) > policy.maxRetryAfterMillis) return yield* Effect.fail(error)
      const delay = delayMillis(policy, error, yield* Random.next)
      if (millisOf(clock) + delay >= deadline) return yield* Effect.fail(error)
      if (!surroundings.mayRepeat(error)) return yield* Effect.fail(error)
      yield* Effect.sleep(delay)
    })

    /** Waits until another attempt may be sent; the failure before says more than that this took too long. */
    const enter = (error: E) =>
      Effect.timeoutOrElse(
        Effect.mapError(surroundings.enter, () => error),
        { duration: deadline - millisOf(clock), orElse: () => Effect.fail(error) }
      )

    const again = (error: E): Effect.Effect<A, E, R> =>
      Effect.gen(function* () {
        yield* pause(error)
        yield* enter(error)
        return yield* Effect.catch(attempt(Math.min(policy.attemptTimeoutMillis, deadline - millisOf(clock))), again)
      })
    return again(error)
  })
}

/**
 * Runs `attempt` until it succeeds, fails for good, or `policy` or `surroundings` forbid another try; then fails with the
 * last error. `attempt` is given how long it may take, in milliseconds.
 */
export const retry = <A, E extends Retryable, R>(
  policy: RetryPolicy,
  attempt: (timeoutMillis: number) => Effect.Effect<A, E, R>,
  surroundings: Surroundings<E> = open
): Effect.Effect<A, E, R> =>
  Effect.clockWith((clock) => {
    const deadline = millisOf(clock) + policy.totalTimeoutMillis
    return Effect.catch(attempt(Math.min(policy.attemptTimeoutMillis, policy.totalTimeoutMillis)), (error) =>
      retryAfter(error, { policy, attempt, deadline, surroundings })
    )
  })
