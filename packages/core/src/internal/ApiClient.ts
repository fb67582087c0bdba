/**
 * Authenticated, retried, decoded reads: what every method of the API's clients is made of.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
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
import { Transport } from "../Transport.ts"
import { Admission } from "./Admission.ts"
import * as Classify from "./classify.ts"
import { type Answer, exchange } from "./exchange.ts"
import { inOneLine } from "./protoJson.ts"
import { quickOf, slow } from "./quick.ts"

/** How many requests a client has sent, and how many of them because an earlier one had failed. */
export interface RequestCount {
  readonly sent: number
  readonly retried: number
}

/** Reads an answer the short way where there is one and the answer is plain, and through its schema otherwise. */
const decoderOf = <S extends Schema.ConstraintDecoder<unknown>>(answer: S) => {
  const quick = quickOf(answer)
  const decode = Schema.decodeUnknownEffect(answer)
  return (json: unknown): Effect.Effect<S["Type"], Schema.SchemaError> => {
    const read = quick === undefined ? slow : quick(json)
    return read === slow ? decode(json) : Effect.succeed(read as S["Type"])
  }
}

/** How far two clocks may be apart before it matters. */
const skewToleranceMillis = 30_000

/** A read of the API. */
interface Read<S extends Schema.ConstraintDecoder<unknown>> {
  /** Absolute, with its query. */
  readonly url: string
  readonly answer: S
  /** A longer body is refused; in bytes. */
  readonly maxBodyBytes: number
  /** Says what is wrong with an answer that is well formed but answers something else. */
  readonly mismatch?: (answer: S["Type"]) => string | undefined
}

const make = (transport: Transport["Service"], credentials: Credentials["Service"]): ApiClient => {
  /** The services of a cloud are limited, and fail, each for itself. */
  const admissions = new Map<string, Admission>()
  const count = { sent: 0, retried: 0 }
  let skewMillis = 0

  const admissionFor = (url: string): Admission => {
    const { origin } = new URL(url)
    const known = admissions.get(origin)
    if (known !== undefined) return known
    const admission = new Admission()
    admissions.set(origin, admission)
    return admission
  }

  /** Compares the answer's `Date` with this machine's clock. */
  const noteSkew = ({ response }: Answer) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const ahead = Date.parse(response.headers.date ?? "") - now
      // `Date` counts whole seconds, and answers take a while: what is less is no skew.
      if (!Number.isNaN(ahead)) skewMillis = Math.abs(ahead) > skewToleranceMillis ? ahead : 0
    })

  /** A refused token, with where it came from: more than one variable can hold one. */
  const sourced = (error: Unauthenticated) =>
    new Unauthenticated({ ...error, detail: `${error.detail} (the token came from ${credentials.source})` })

  const read = <S extends Schema.ConstraintDecoder<unknown>>(
    request: Read<S>
  ): Effect.Effect<S["Type"], CloudBackupError> =>
    Effect.flatMap(CurrentRetryPolicy, (policy) => {
      const send = exchange(transport, { method: "GET", url: request.url, maxBodyBytes: request.maxBodyBytes })
      const decode = decoderOf(request.answer)
      const admission = admissionFor(request.url)
      const ticket = admission.ticket(request.url, policy)
      let sent = 0
      let renewed = false
      let last: CloudBackupError | undefined

      const once = (timeoutMillis: number, token: Redacted.Redacted) =>
        Effect.suspend(() => {
          count.sent += 1
          if (sent > 0) count.retried += 1
          sent += 1
          return send(timeoutMillis, token)
        })

      const authenticated = (timeoutMillis: number) =>
        Effect.flatMap(credentials.token, (token) =>
          Effect.catchTag(once(timeoutMillis, token), "Unauthenticated", (error) => {
            // A policy of one attempt still grants the one renewal: an expired token is no fault of the service.
            if (renewed || error.attempts >= Math.max(2, policy.maxAttempts)) return Effect.fail(sourced(error))
            renewed = true
            return Effect.flatMap(
              credentials.renew(token),
              Option.match({ onNone: () => Effect.fail(sourced(error)), onSome: (fresh) => once(timeoutMillis, fresh) })
            )
          })
        )

      const decoded = (timeoutMillis: number) =>
        Effect.flatMap(Effect.tap(authenticated(timeoutMillis), noteSkew), ({ context, json, response }) =>
          Effect.matchEffect(decode(json), {
            onFailure: (error) => Effect.fail(Classify.malformed(context, response, "shape", inOneLine(error))),
            onSuccess: (answer) => {
              const mismatch = request.mismatch?.(answer)
              return mismatch === undefined
                ? Effect.succeed(answer)
                : Effect.fail(Classify.malformed(context, response, "mismatch", mismatch))
            }
          })
        )

      const attempt = (timeoutMillis: number) =>
        Effect.tap(
          Effect.tapError(decoded(timeoutMillis), (error) => {
            last = error
            return admission.fail(ticket, error)
          }),
          () => admission.succeed(ticket)
        )

      const retried = retry(policy, attempt, {
        mayRepeat: (error) => admission.mayRepeat(ticket, error),
        enter: admission.enter(ticket, true)
      })

      // The policy bounds each request; this bounds what comes before and between them, too: tokens, and a renewal's repeat.
      const bounded = Effect.timeoutOrElse(retried, {
        duration: policy.totalTimeoutMillis,
        // Where nothing was under way, the failure before says more than that the time is up.
        orElse: () => Effect.fail(last?.attempts === sent ? last : outOfTime(request.url, policy, sent))
      })
      const admitted = Effect.mapError(admission.enter(ticket, false), (error) => unsent(error, request.url))
      return Effect.ensuring(
        Effect.andThen(admitted, bounded),
        Effect.suspend(() => admission.abandon(ticket))
      )
    })

  return {
    read,
    count: Effect.sync((): RequestCount => ({ ...count })),
    skewMillis: Effect.sync(() => skewMillis)
  }
}

/** What the clients of all services are made of: reads that share transport, credentials, counters and pace. */
export interface ApiClient {
  readonly read: <S extends Schema.ConstraintDecoder<unknown>>(
    request: Read<S>
  ) => Effect.Effect<S["Type"], CloudBackupError>
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

const withoutQuery = (url: string): string => url.split("?", 1)[0] as string

const outOfTime = (url: string, { totalTimeoutMillis }: RetryPolicy, attempts: number) =>
  new DeadlineExceeded({
    method: "GET",
    url: withoutQuery(url),
    detail: `no whole answer within ${totalTimeoutMillis} ms, the wait for a token included`,
    attempts
  })
