/**
 * Time for deadlines and delays.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Milliseconds on a clock that is never set, unlike the time of day: a deadline must not move with it. */
export const millisOf = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000

/** The same, of the clock of the context. */
export const monotonicMillis: Effect.Effect<number> = Effect.clockWith((clock) => Effect.succeed(millisOf(clock)))
