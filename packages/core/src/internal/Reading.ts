/**
 * One read of the API, from its first request to what was asked for, or to the error that ends it.
 *
 * Nearly every read is one request that is answered well. Its way is kept short: an effect, or a function made for one read,
 * costs as much as the work that it stands for.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { type CloudBackupError, DeadlineExceeded, type RequestError, Unauthenticated } from "../CloudBackupError.ts"
import { CurrentTally } from "../RequestCount.ts"
import { CurrentRetryPolicy, type RetryPolicy, retryAfter } from "../RetryPolicy.ts"
import type { Admission, Ticket } from "./Admission.ts"
import * as Classify from "./classify.ts"
import { Exchange, type Outcome } from "./Exchange.ts"
import { millisOf } from "./monotonic.ts"
import { inOneLine } from "./protoJson.ts"
import type { Session } from "./Session.ts"
import { withoutQuery } from "./splitUrl.ts"
import type { Meter } from "./telemetry.ts"
import { unsent } from "./unsent.ts"

/** What the reads of one method of the API have in common. */
export interface Method<Found> {
  readonly session: Session
  /** For its span. */
  readonly name: string
  readonly admission: Admission
  readonly meter: Meter
  readonly decode: (json: unknown) => Result.Result<Found, Schema.SchemaError>
  /** A longer body is refused; in bytes. */
  readonly maxBodyBytes: number
}

/** What is read by a method. */
export interface Wanted<Found, A> {
  /** Absolute, with its query. */
  readonly url: string
  /** What of the answer is wanted; fails with what is wrong with one that is well formed but answers something else. */
  readonly select: (found: Found) => Result.Result<A, string>
}

export class Reading<Found, A> {
  readonly #method: Method<Found>
  readonly #wanted: Wanted<Found, A>
  readonly #fiber: Fiber.Fiber<unknown, unknown>
  readonly #policy: RetryPolicy
  readonly #clock: Clock.Clock
  readonly #exchange: Exchange
  readonly #ticket: Ticket
  #sent = 0
  #hasRenewed = false
  #deadline = 0
  #last: CloudBackupError | undefined

  /** A read by `fiber`, which is the one to run it. */
  constructor(method: Method<Found>, wanted: Wanted<Found, A>, fiber: Fiber.Fiber<unknown, unknown>) {
    const { admission, maxBodyBytes, meter, session } = method
    this.#method = method
    this.#wanted = wanted
    this.#fiber = fiber
    this.#policy = fiber.getRef(CurrentRetryPolicy)
    this.#clock = fiber.getRef(Clock.Clock)
    this.#exchange = new Exchange(session.transport, { method: "GET", url: wanted.url, maxBodyBytes }, meter)
    this.#ticket = admission.ticket(wanted.url, this.#policy)
  }

  /** Reads. To be run once. */
  run(): Effect.Effect<A, CloudBackupError> {
    const { admission } = this.#method
    return Effect.onExit(
      Effect.suspend(() => {
        const now = millisOf(this.#clock)
        if (admission.tryEnter(this.#ticket, now)) return this.#begin(now)
        const entered = Effect.mapError(admission.enter(this.#ticket, false), (error) =>
          unsent(error, this.#wanted.url)
        )
        return Effect.andThen(
          entered,
          Effect.suspend(() => this.#begin(millisOf(this.#clock)))
        )
      }),
      () => {
        admission.abandon(this.#ticket)
        return Effect.void
      }
    )
  }

  /** The first request, and what has to follow it. */
  #begin(now: number): Effect.Effect<A, CloudBackupError> {
    const { attemptTimeoutMillis, totalTimeoutMillis } = this.#policy
    this.#deadline = now + totalTimeoutMillis
    const timeoutMillis = Math.min(attemptTimeoutMillis, totalTimeoutMillis)
    const token = this.#method.session.tokenAt(now)
    return token === undefined
      ? Effect.catch(this.#attempt(timeoutMillis), (error) => this.#again(error))
      : this.#send(token, timeoutMillis, (error) =>
          Effect.catch(this.#failed(error, token, timeoutMillis), (last) => this.#again(last))
        )
  }

  /** What follows a failed request: others, as the policy has it. */
  #again(error: CloudBackupError): Effect.Effect<A, CloudBackupError> {
    const { admission } = this.#method
    return retryAfter(error, {
      policy: this.#policy,
      attempt: (timeoutMillis) => this.#attempt(timeoutMillis),
      deadline: this.#deadline,
      surroundings: {
        mayRepeat: (failed) => admission.mayRepeat(this.#ticket, failed),
        enter: admission.enter(this.#ticket, true)
      }
    })
  }

  /** One request, with a token. */
  #attempt(timeoutMillis: number): Effect.Effect<A, CloudBackupError> {
    const { session } = this.#method
    const send = (token: Redacted.Redacted, limitMillis: number) =>
      this.#send(token, limitMillis, (error) => this.#failed(error, token, limitMillis))
    return Effect.suspend(() => {
      const token = session.tokenAt(millisOf(this.#clock))
      if (token !== undefined) return send(token, timeoutMillis)
      return Effect.matchEffect(this.#had(Effect.asSome(session.credentials.token)), {
        onFailure: (error) => this.#ended(error),
        onSuccess: (fresh) => send(Option.getOrThrow(fresh), Math.min(timeoutMillis, this.#left()))
      })
    })
  }

  /** Sends one request, and gives what was asked for; `onError` says what follows where that was not to be had. */
  #send(
    token: Redacted.Redacted,
    timeoutMillis: number,
    onError: (error: RequestError) => Effect.Effect<A, CloudBackupError>
  ): Effect.Effect<A, CloudBackupError> {
    const isRetry = this.#sent > 0
    this.#method.session.noteSent(isRetry)
    this.#fiber.getRef(CurrentTally)?.note(isRetry)
    this.#sent += 1
    return this.#exchange.sendFrom(this.#fiber, timeoutMillis, token, (outcome) => {
      const read = this.#read(outcome)
      return Result.isSuccess(read) ? Effect.succeed(read.success) : onError(read.failure)
    })
  }

  #read(outcome: Outcome): Result.Result<A, RequestError> {
    if (Result.isFailure(outcome)) return Result.fail(outcome.failure)
    const { context, json, response } = outcome.success
    const { admission, decode, session } = this.#method
    session.noteSkew(response, this.#clock)
    const read = decode(json)
    if (Result.isFailure(read)) {
      return Result.fail(Classify.malformed(context, response, "shape", inOneLine(read.failure)))
    }
    const selected = this.#wanted.select(read.success)
    if (Result.isFailure(selected)) {
      return Result.fail(Classify.malformed(context, response, "mismatch", selected.failure))
    }
    admission.succeed(this.#ticket, millisOf(this.#clock))
    return Result.succeed(selected.success)
  }

  /** The end of a request that has failed: an error, or what another token brings. */
  #failed(error: RequestError, token: Redacted.Redacted, timeoutMillis: number): Effect.Effect<A, CloudBackupError> {
    if (error._tag !== "Unauthenticated") return this.#ended(error)
    // A policy of one attempt still grants the one renewal: an expired token is no fault of the service.
    return this.#hasRenewed || error.attempts >= Math.max(2, this.#policy.maxAttempts)
      ? this.#ended(this.#sourced(error))
      : this.#renewed(error, token, timeoutMillis)
  }

  /** One more request with another token, where one can be had, for one that was refused. */
  #renewed(
    refused: Unauthenticated,
    token: Redacted.Redacted,
    timeoutMillis: number
  ): Effect.Effect<A, CloudBackupError> {
    const { session } = this.#method
    this.#hasRenewed = true
    session.forgetToken()
    return Effect.matchEffect(this.#had(session.credentials.renew(token)), {
      onFailure: (error) => this.#ended(error),
      onSuccess: (fresh) =>
        Option.isNone(fresh)
          ? this.#ended(this.#sourced(refused))
          : this.#send(fresh.value, Math.min(timeoutMillis, this.#left()), (error) =>
              this.#failed(error, fresh.value, timeoutMillis)
            )
    })
  }

  /** A token that takes a while to be had: the policy bounds each request, and this what comes before it. */
  #had(
    token: Effect.Effect<Option.Option<Redacted.Redacted>, CloudBackupError>
  ): Effect.Effect<Option.Option<Redacted.Redacted>, CloudBackupError> {
    return Effect.map(
      Effect.timeoutOrElse(token, {
        duration: this.#left(),
        orElse: () => Effect.fail(this.#last ?? this.#outOfTime())
      }),
      Option.map((fresh) => {
        this.#method.session.keepToken(fresh, millisOf(this.#clock))
        return fresh
      })
    )
  }

  #ended(error: CloudBackupError): Effect.Effect<never, CloudBackupError> {
    this.#last = error
    return Effect.andThen(this.#method.admission.fail(this.#ticket, error), Effect.fail(error))
  }

  #left(): number {
    return this.#deadline - millisOf(this.#clock)
  }

  /** A refused token, with where it came from: more than one variable can hold one. */
  #sourced(error: Unauthenticated): Unauthenticated {
    const { source } = this.#method.session.credentials
    return new Unauthenticated({ ...error, detail: `${error.detail} (the token came from ${source})` })
  }

  #outOfTime(): DeadlineExceeded {
    return new DeadlineExceeded({
      method: "GET",
      url: withoutQuery(this.#wanted.url),
      detail: `no whole answer within ${this.#policy.totalTimeoutMillis} ms, the wait for a token included`,
      attempts: this.#sent
    })
  }
}
