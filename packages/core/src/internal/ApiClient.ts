/**
 * Authenticated, retried, decoded reads: what every method of the API's clients is made of.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type CloudBackupError, DeadlineExceeded, Unauthenticated } from "../CloudBackupError.ts"
import { Credentials } from "../Credentials.ts"
import { CurrentRetryPolicy, type RetryPolicy, retry } from "../RetryPolicy.ts"
import { Transport } from "../Transport.ts"
import * as Classify from "./classify.ts"
import { type Answer, exchange } from "./exchange.ts"
import { inOneLine } from "./protoJson.ts"

/** How many requests a client has sent, and how many of them because an earlier one had failed. */
export interface RequestCount {
  readonly sent: number
  readonly retried: number
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

/** A client that shares its transport, credentials and counters among all reads. */
export const make = Effect.gen(function* () {
  const transport = yield* Transport
  const credentials = yield* Credentials
  const count = { sent: 0, retried: 0 }
  let skewMillis = 0

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
      const decode = Schema.decodeUnknownEffect(request.answer)
      let sent = 0
      let renewed = false

      const once = (timeout: Duration.Duration, token: Redacted.Redacted) =>
        Effect.suspend(() => {
          count.sent += 1
          if (sent > 0) count.retried += 1
          sent += 1
          return send(timeout, token)
        })

      const authenticated = (timeout: Duration.Duration) =>
        Effect.flatMap(credentials.token, (token) =>
          Effect.catchTag(once(timeout, token), "Unauthenticated", (error) => {
            // A policy of one attempt still grants the one renewal: an expired token is no fault of the service.
            if (renewed || error.attempts >= Math.max(2, policy.maxAttempts)) return Effect.fail(sourced(error))
            renewed = true
            return Effect.flatMap(
              credentials.renew(token),
              Option.match({ onNone: () => Effect.fail(sourced(error)), onSome: (fresh) => once(timeout, fresh) })
            )
          })
        )

      const decoded = (timeout: Duration.Duration) =>
        Effect.flatMap(Effect.tap(authenticated(timeout), noteSkew), ({ context, json, response }) =>
          Effect.matchEffect(decode(json), {
            onFailure: (error) =>
              Effect.fail(Classify.malformed(context, response, inOneLine(error), { transient: false })),
            onSuccess: (answer) => {
              const mismatch = request.mismatch?.(answer)
              return mismatch === undefined
                ? Effect.succeed(answer)
                : Effect.fail(Classify.malformed(context, response, mismatch, { transient: true }))
            }
          })
        )

      let last: CloudBackupError | undefined
      const attempt = (timeout: Duration.Duration) =>
        Effect.tapError(decoded(timeout), (error) =>
          Effect.sync(() => {
            last = error
          })
        )

      // The policy bounds each request; this bounds what comes before and between them, too: tokens, and a renewal's repeat.
      return Effect.timeoutOrElse(retry(policy, attempt), {
        duration: policy.totalTimeoutMillis,
        // Where nothing was under way, the failure before says more than that the time is up.
        orElse: () => Effect.fail(last?.attempts === sent ? last : outOfTime(request.url, policy, sent))
      })
    })

  return {
    read,
    count: Effect.sync((): RequestCount => ({ ...count })),
    skewMillis: Effect.sync(() => skewMillis)
  }
})

const outOfTime = (url: string, { totalTimeoutMillis }: RetryPolicy, attempts: number) =>
  new DeadlineExceeded({
    method: "GET",
    url: url.split("?", 1)[0] as string,
    detail: `no whole answer within ${totalTimeoutMillis} ms, the wait for a token included`,
    attempts
  })
