/**
 * A token that is issued when it is first wanted, kept, and renewed before it ends: what every source of tokens shares that
 * can issue another one.
 *
 * However many want it, one request for it is under way at a time. Lifetimes run on a clock of our own from the moment that
 * the token came: the time of day of this machine may be wrong by a day.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"
import type { CredentialsError } from "../CloudBackupError.ts"
import { monotonicMillis } from "./monotonic.ts"

/** A token that has just come. */
export interface Issued {
  readonly token: Redacted.Redacted
  /** How long it lives from now, in milliseconds. */
  readonly lifetimeMillis: number
}

/** A token is renewed after an hour, as the API's documentation advises, though it lives for twelve. */
const renewAfterMillis = 60 * 60 * 1000

/** A token is renewed before the last minutes of its life, or the last half of a short one: reads take a while. */
const expiryMarginMillis = 5 * 60 * 1000

/** A token that could not be had is not asked for again so soon, however many callers want it. */
const failurePauseMillis = 5 * 1000

interface Held extends Issued {
  /** On the monotonic clock. */
  readonly renewAt: number
  readonly endsAt: number
  /** By this machine's time of day, for people. */
  readonly expiresAt: number
}

/** Keeps what `issue` issues. */
export const renewing = (issue: Effect.Effect<Issued, CredentialsError>) =>
  Effect.map(Semaphore.make(1), (semaphore) => {
    let held: Held | undefined
    let failed: { readonly error: CredentialsError; readonly until: number } | undefined

    /** A token, or the failure that callers before have just met: waiting for it in turn would not change it. */
    const renewed = Effect.gen(function* () {
      if (failed !== undefined && (yield* monotonicMillis) < failed.until) return yield* failed.error
      const issued = yield* Effect.tapError(issue, (error) =>
        Effect.map(monotonicMillis, (now) => {
          failed = { error, until: now + failurePauseMillis }
        })
      )
      const now = yield* monotonicMillis
      const { lifetimeMillis } = issued
      const margin = Math.min(expiryMarginMillis, lifetimeMillis / 2)
      held = {
        ...issued,
        renewAt: now + Math.min(renewAfterMillis, lifetimeMillis - margin),
        endsAt: now + lifetimeMillis,
        expiresAt: (yield* Clock.currentTimeMillis) + lifetimeMillis
      }
      return held
    })

    const current: Effect.Effect<Held, CredentialsError> = Effect.flatMap(monotonicMillis, (now) => {
      if (held === undefined || now >= held.endsAt) return Semaphore.withPermit(semaphore, unlessRenewed)
      if (now < held.renewAt) return Effect.succeed(held)
      // It still works: one caller renews it, the others go on; and if that fails, nothing is lost yet.
      const good = held
      return Effect.map(Effect.option(Semaphore.withPermitsIfAvailable(semaphore, 1)(unlessRenewed)), (renewal) =>
        Option.getOrElse(Option.flatten(renewal), () => good)
      )
    })

    /** What another caller may have renewed while this one waited. */
    const unlessRenewed = Effect.flatMap(monotonicMillis, (now) =>
      held !== undefined && now < held.renewAt ? Effect.succeed(held) : renewed
    )

    return {
      current,
      /** Another token in place of one that was refused; once for all that were refused with it. */
      replace: (rejected: Redacted.Redacted): Effect.Effect<Held, CredentialsError> =>
        Semaphore.withPermit(
          semaphore,
          Effect.suspend(() => (held !== undefined && held.token !== rejected ? Effect.succeed(held) : renewed))
        )
    }
  })
