/** A service in test time: a transport that answers by a rule, and what many reads of it come to. */
import { Clock, Effect, Fiber, Layer, Option, Random, Redacted, Result } from "effect"
import { TestClock } from "effect/testing"
import { CloudBackup } from "../src/CloudBackup.ts"
import type { CloudBackupError, CredentialsError } from "../src/CloudBackupError.ts"
import { Credentials } from "../src/Credentials.ts"
import { Endpoints } from "../src/Endpoints.ts"
import { CurrentRetryPolicy, type RetryPolicy, standard } from "../src/RetryPolicy.ts"
import { Transport, TransportError, type TransportResponse } from "../src/Transport.ts"

/** What the service does with a request: answers well, or in this way, or with a broken connection. */
export type Reaction =
  | "good"
  | Partial<TransportResponse>
  | TransportError["reason"]
  /** No answer for so many milliseconds. */
  | { readonly hang: number }

/** A request as the service sees it. */
export interface Arrival {
  readonly id: string
  /** Requests that have come before it. */
  readonly before: number
  /** Test time in milliseconds. */
  readonly now: number
}

export interface Run {
  readonly results: ReadonlyArray<Result.Result<string, CloudBackupError>>
  /** When each request was sent, and for which instance. */
  readonly sent: ReadonlyArray<{ readonly id: string; readonly at: number }>
  /** How long it took, in milliseconds of test time. */
  readonly took: number
}

interface Options {
  readonly reads: number
  readonly concurrency?: number
  readonly latencyMillis?: number
  readonly policy?: RetryPolicy
  readonly seed?: string | number
  /** What a read gets its token by. */
  readonly token?: Effect.Effect<Redacted.Redacted, CredentialsError>
}

/** Reads as many instances from a service that reacts by `react`. */
export const run = Effect.fnUntraced(function* (react: (arrival: Arrival) => Reaction, options: Options) {
  const { concurrency = 16, latencyMillis = 5, policy = standard, reads, seed = "seed" } = options
  const { token = Effect.succeed(Redacted.make("t1.token")) } = options
  const sent: Array<{ readonly id: string; readonly at: number }> = []
  const transport = Layer.succeed(Transport, {
    send: ({ url }) =>
      Effect.gen(function* () {
        const id = url.split("/").at(-1) ?? ""
        const now = yield* Clock.currentTimeMillis
        const reaction = react({ id, before: sent.length, now })
        sent.push({ id, at: now })
        yield* Effect.sleep(latencyMillis)
        if (reaction === "good") {
          return { status: 200, headers: {}, body: `{"resource":{"computeInstanceId":"${id}"}}` }
        }
        if (typeof reaction === "object" && "hang" in reaction) yield* Effect.sleep(reaction.hang)
        if (typeof reaction === "string") return yield* new TransportError({ reason: reaction, detail: reaction })
        return { status: 200, headers: {}, body: "", ...reaction }
      })
  })
  const credentials = Layer.succeed(Credentials, {
    source: "a test",
    token,
    renew: () => Effect.succeed(Option.none()),
    status: Effect.succeed({ source: "a test", account: undefined, expiresAt: undefined }),
    warnings: []
  })
  const ids = Array.from({ length: reads }, (_, index) => `vm-${index}`)
  const startedAt = yield* Clock.currentTimeMillis
  const fiber = yield* Effect.gen(function* () {
    const client = yield* CloudBackup
    const results = yield* Effect.forEach(
      ids,
      (id) => Effect.result(Effect.map(client.getResource(id), ({ computeInstanceId }): string => computeInstanceId)),
      { concurrency }
    )
    return { results, took: (yield* Clock.currentTimeMillis) - startedAt }
  }).pipe(
    Effect.provide(CloudBackup.layerNoDeps),
    Effect.provide([transport, credentials, Endpoints.layerAt("http://127.0.0.1:1")]),
    Effect.provideService(CurrentRetryPolicy, policy),
    Random.withSeed(seed),
    Effect.forkChild
  )
  yield* TestClock.adjust("2 hours")
  const { results, took } = yield* Fiber.join(fiber)
  return { results, sent, took } satisfies Run
})

export const failures = ({ results }: Run): ReadonlyArray<CloudBackupError> =>
  results.flatMap((result) => (Result.isFailure(result) ? [result.failure] : []))

/** A service that lets through so many requests a second, and as many at once as `burst`; 429 otherwise. */
export const bucket = (perSecond: number, burst: number, headers: Readonly<Record<string, string>> = {}) => {
  let tokens = burst
  let filledAt = 0
  return ({ now }: Arrival): Reaction => {
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1_000) * perSecond)
    filledAt = now
    if (tokens < 1) return { status: 429, headers }
    tokens -= 1
    return "good"
  }
}

/** Fractions from 0 to 1 that are the same for the same seed. */
export const dice = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x7fffffff
  }
}
