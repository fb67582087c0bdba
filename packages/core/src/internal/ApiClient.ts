/**
 * Authenticated, retried, decoded reads: what every method of the API's clients is made of.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  type CloudBackupError,
  ConnectionFailed,
  DeadlineExceeded,
  MalformedResponse,
  RateLimited,
  type RequestError,
  ServerError,
  ServiceUnavailable,
  Unauthenticated,
  UnexpectedStatus
} from "../CloudBackupError.ts"
import { Credentials } from "../Credentials.ts"
import { CurrentRetryPolicy, type RetryPolicy, retry } from "../RetryPolicy.ts"
import { Transport, type TransportResponse } from "../Transport.ts"
import { Admission } from "./Admission.ts"
import * as Classify from "./classify.ts"
import { type Answer, exchange } from "./exchange.ts"
import { millisOf } from "./monotonic.ts"
import { inOneLine } from "./protoJson.ts"
import { quickOf, slow } from "./quick.ts"
import { splitUrl, withoutQuery } from "./splitUrl.ts"
import { spanned } from "./telemetry.ts"

/** How many requests a client has sent, and how many of them because an earlier one had failed. */
export interface RequestCount {
  readonly sent: number
  readonly retried: number
}

/** Reads an answer the short way where there is one and the answer is plain, and through its schema otherwise. */
const decoderOf = <S extends Schema.ConstraintDecoder<unknown>>(answer: S) => {
  const quick = quickOf(answer)
  const decode = Schema.decodeUnknownResult(answer)
  return (json: unknown): Result.Result<S["Type"], Schema.SchemaError> => {
    const read = quick === undefined ? slow : quick(json)
    return read === slow ? decode(json) : Result.succeed(read as S["Type"])
  }
}

/** How far two clocks may be apart before it matters. */
const skewToleranceMillis = 30_000

/** For how long a token is sent before its source is asked for it again: a source's own margin is minutes. */
const tokenMillis = 1_000

/** A read of the API. */
interface Read<S extends Schema.ConstraintDecoder<unknown>, A> {
  /** The span of the whole read, its attempts included. */
  readonly span: { readonly name: string; readonly attributes: Readonly<Record<string, string>> }
  /** Absolute, with its query. */
  readonly url: string
  readonly answer: S
  /** A longer body is refused; in bytes. */
  readonly maxBodyBytes: number
  /** What of the answer is wanted; fails with what is wrong with one that is well formed but answers something else. */
  readonly select: (answer: S["Type"]) => Result.Result<A, string>
}

const make = (transport: Transport["Service"], credentials: Credentials["Service"]): ApiClient => {
  /** The services of a cloud are limited, and fail, each for itself. */
  const admissions = new Map<string, Admission>()
  const count = { sent: 0, retried: 0 }
  let held: { readonly token: Redacted.Redacted; readonly until: number } | undefined
  let date: string | undefined
  let skewMillis = 0

  const admissionFor = (url: string): Admission => {
    const { origin } = splitUrl(url)
    const known = admissions.get(origin)
    if (known !== undefined) return known
    const admission = new Admission()
    admissions.set(origin, admission)
    return admission
  }

  /** Compares the answer's `Date` with this machine's clock. */
  const noteSkew = ({ headers }: TransportResponse, clock: Clock.Clock) => {
    if (headers.date === undefined || headers.date === date) return
    date = headers.date
    const ahead = Date.parse(date) - clock.currentTimeMillisUnsafe()
    // `Date` counts whole seconds, and answers take a while: what is less is no skew.
    if (!Number.isNaN(ahead)) skewMillis = Math.abs(ahead) > skewToleranceMillis ? ahead : 0
  }

  /** A refused token, with where it came from: more than one variable can hold one. */
  const sourced = (error: Unauthenticated) =>
    new Unauthenticated({ ...error, detail: `${error.detail} (the token came from ${credentials.source})` })

  const read = <S extends Schema.ConstraintDecoder<unknown>, A>(
    request: Read<S, A>
  ): Effect.Effect<A, CloudBackupError> => {
    const decode = decoderOf(request.answer)
    return Effect.withFiber((fiber) => {
      const policy = fiber.getRef(CurrentRetryPolicy)
      const clock = fiber.getRef(Clock.Clock)
      const send = exchange(transport, { method: "GET", url: request.url, maxBodyBytes: request.maxBodyBytes })
      const admission = admissionFor(request.url)
      const ticket = admission.ticket(request.url, policy)
      let sent = 0
      let hasRenewed = false
      let endsAt = 0
      let last: CloudBackupError | undefined

      const once = (timeoutMillis: number, token: Redacted.Redacted) => {
        count.sent += 1
        if (sent > 0) count.retried += 1
        sent += 1
        return send(fiber, timeoutMillis, token)
      }

      /** A token that takes a while to be had: the policy bounds each request, and this what comes before it. */
      const had = (token: Effect.Effect<Option.Option<Redacted.Redacted>, CloudBackupError>) =>
        Effect.map(
          Effect.timeoutOrElse(token, {
            duration: endsAt - millisOf(clock),
            orElse: () => Effect.fail(last ?? outOfTime(request.url, policy, sent))
          }),
          Option.map((fresh) => {
            held = { token: fresh, until: millisOf(clock) + tokenMillis }
            return fresh
          })
        )

      /** One more request with another token, where one can be had, for one that was refused. */
      const renewed = (refused: Unauthenticated, token: Redacted.Redacted, timeoutMillis: number) => {
        hasRenewed = true
        held = undefined
        return Effect.flatMap(had(credentials.renew(token)), (fresh) =>
          Option.isNone(fresh)
            ? Effect.fail(sourced(refused))
            : once(Math.min(timeoutMillis, endsAt - millisOf(clock)), fresh.value)
        )
      }

      const decoded = ({ context, json, response }: Answer): Result.Result<A, CloudBackupError> => {
        const read = decode(json)
        if (Result.isFailure(read)) {
          return Result.fail(Classify.malformed(context, response, "shape", inOneLine(read.failure)))
        }
        const selected = request.select(read.success)
        return Result.isSuccess(selected)
          ? Result.succeed(selected.success)
          : Result.fail(Classify.malformed(context, response, "mismatch", selected.failure))
      }

      const failed = (error: CloudBackupError) => {
        last = error
        return Effect.andThen(admission.fail(ticket, error), Effect.fail(error))
      }

      const answered = (answer: Answer) => {
        noteSkew(answer.response, clock)
        const read = decoded(answer)
        if (Result.isFailure(read)) return failed(read.failure)
        admission.succeed(ticket, millisOf(clock))
        return Effect.succeed(read.success)
      }

      const attemptWith = (token: Redacted.Redacted, timeoutMillis: number): Effect.Effect<A, CloudBackupError> =>
        Effect.matchEffect(once(timeoutMillis, token), {
          onSuccess: answered,
          onFailure: (error) => {
            if (error._tag !== "Unauthenticated") return failed(error)
            // A policy of one attempt still grants the one renewal: an expired token is no fault of the service.
            return hasRenewed || error.attempts >= Math.max(2, policy.maxAttempts)
              ? failed(sourced(error))
              : Effect.matchEffect(renewed(error, token, timeoutMillis), { onFailure: failed, onSuccess: answered })
          }
        })

      const attempt = (timeoutMillis: number) => {
        const now = millisOf(clock)
        if (endsAt === 0) endsAt = now + policy.totalTimeoutMillis
        if (held !== undefined && now < held.until) return attemptWith(held.token, timeoutMillis)
        return Effect.matchEffect(had(Effect.asSome(credentials.token)), {
          onFailure: failed,
          onSuccess: (token) => attemptWith(Option.getOrThrow(token), Math.min(timeoutMillis, endsAt - millisOf(clock)))
        })
      }

      const retried = retry(policy, attempt, {
        mayRepeat: (error) => admission.mayRepeat(ticket, error),
        enter: admission.enter(ticket, true)
      })
      const admitted = Effect.suspend(() =>
        admission.tryEnter(ticket, millisOf(clock))
          ? retried
          : Effect.andThen(
              Effect.mapError(admission.enter(ticket, false), (error) => unsent(error, request.url)),
              retried
            )
      )
      const whole = Effect.onExit(admitted, () => {
        admission.abandon(ticket)
        return Effect.void
      })
      return spanned(fiber, request.span, whole)
    })
  }

  return {
    read,
    count: Effect.sync((): RequestCount => ({ ...count })),
    skewMillis: Effect.sync(() => skewMillis)
  }
}

/** What the clients of all services are made of: reads that share transport, credentials, counters and pace. */
export interface ApiClient {
  readonly read: <S extends Schema.ConstraintDecoder<unknown>, A>(
    request: Read<S, A>
  ) => Effect.Effect<A, CloudBackupError>
  readonly count: Effect.Effect<RequestCount>
  readonly skewMillis: Effect.Effect<number>
}

/** Those in use, by their credentials and then their transport: services that have both in common share one. */
const clients = new WeakMap<object, WeakMap<object, ApiClient>>()

/** The client over the transport and the credentials of the context. */
export const current: Effect.Effect<ApiClient, never, Transport | Credentials> = Effect.gen(function* () {
  const transport = yield* Transport
  const credentials = yield* Credentials
  const byTransport = clients.get(credentials) ?? new WeakMap<object, ApiClient>()
  clients.set(credentials, byTransport)
  const client = byTransport.get(transport) ?? make(transport, credentials)
  byTransport.set(transport, client)
  return client
})

/** What `error` says, but of another request that was not sent because of it. */
const unsentFields = <E extends RequestError>(error: E, url: string) => {
  const { clientRequestId: _, requestId: __, ...fields } = error
  return { ...fields, url: withoutQuery(url), detail: `not asked for: ${error.detail}`, attempts: 0 }
}

/** The error of a read that was not sent because of how others fared: only these keep a read from being sent. */
const unsent = (error: CloudBackupError, url: string): CloudBackupError => {
  switch (error._tag) {
    case "RateLimited":
      return new RateLimited(unsentFields(error, url))
    case "ServiceUnavailable":
      return new ServiceUnavailable(unsentFields(error, url))
    case "ConnectionFailed":
      return new ConnectionFailed(unsentFields(error, url))
    case "DeadlineExceeded":
      return new DeadlineExceeded(unsentFields(error, url))
    case "ServerError":
      return new ServerError(unsentFields(error, url))
    case "MalformedResponse":
      return new MalformedResponse(unsentFields(error, url))
    case "UnexpectedStatus":
      return new UnexpectedStatus(unsentFields(error, url))
    default:
      return error
  }
}

const outOfTime = (url: string, { totalTimeoutMillis }: RetryPolicy, attempts: number) =>
  new DeadlineExceeded({
    method: "GET",
    url: withoutQuery(url),
    detail: `no whole answer within ${totalTimeoutMillis} ms, the wait for a token included`,
    attempts
  })
