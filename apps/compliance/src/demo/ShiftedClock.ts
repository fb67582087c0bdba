/**
 * A clock that can be put into the past, where it goes on as clocks do. Time that is measured, and waited for, is never shifted.
 */
import type * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export class ShiftedClock implements Clock.Clock {
  readonly #real: Clock.Clock
  #shift = 0

  constructor(real: Clock.Clock) {
    this.#real = real
  }

  /** It is `millis` since 1970 now; `undefined`: as late as it is. */
  put(millis: number | undefined): void {
    this.#shift = millis === undefined ? 0 : millis - this.#real.currentTimeMillisUnsafe()
  }

  currentTimeMillisUnsafe(): number {
    return this.#real.currentTimeMillisUnsafe() + this.#shift
  }

  currentTimeNanosUnsafe(): bigint {
    return this.#real.currentTimeNanosUnsafe() + BigInt(this.#shift) * 1_000_000n
  }

  monotonicTimeNanosUnsafe(): bigint {
    return this.#real.monotonicTimeNanosUnsafe()
  }

  readonly currentTimeMillis = Effect.sync(() => this.currentTimeMillisUnsafe())
  readonly currentTimeNanos = Effect.sync(() => this.currentTimeNanosUnsafe())
  readonly monotonicTimeNanos = Effect.sync(() => this.monotonicTimeNanosUnsafe())

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return this.#real.sleep(duration)
  }
}
