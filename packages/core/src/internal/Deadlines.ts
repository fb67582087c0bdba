/**
 * The time limits of requests under way. One fiber sleeps for all of them, where one for each would take longer to start and
 * to stop than the request takes to be made up and read.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { millisOf } from "./monotonic.ts"

interface Deadline {
  readonly at: number
  pass: (() => void) | undefined
}

export class Deadlines {
  readonly #clock: Clock.Clock
  readonly #pending = new Set<Deadline>()
  #sleeper: { readonly until: number; readonly fiber: Fiber.Fiber<void> } | undefined

  constructor(clock: Clock.Clock) {
    this.#clock = clock
  }

  /** Calls `pass` after so many milliseconds, unless what is returned has been called before. */
  add(millis: number, pass: () => void): () => void {
    const deadline: Deadline = { at: millisOf(this.#clock) + millis, pass }
    this.#pending.add(deadline)
    this.#sleep(deadline.at)
    return () => {
      this.#pending.delete(deadline)
      // What a set has let go of it still refers to for a while: a finished read would be kept with all that it holds.
      deadline.pass = undefined
      // A sleeper that nobody waits for would keep the process alive.
      if (this.#pending.size === 0) this.#rouse()
    }
  }

  #rouse(): void {
    this.#sleeper?.fiber.interruptUnsafe()
    this.#sleeper = undefined
  }

  /** Has a sleeper wake by `until`. */
  #sleep(until: number): void {
    if (this.#sleeper !== undefined && this.#sleeper.until <= until) return
    this.#rouse()
    const sleep = this.#clock.sleep(Duration.millis(Math.ceil(until - millisOf(this.#clock))))
    this.#sleeper = { until, fiber: Effect.runFork(Effect.map(sleep, () => this.#wake())) }
  }

  #wake(): void {
    this.#sleeper = undefined
    const now = millisOf(this.#clock)
    const passed = [...this.#pending].filter(({ at }) => at <= now)
    for (const deadline of passed) this.#pending.delete(deadline)
    const next = Math.min(...[...this.#pending].map(({ at }) => at))
    if (next < Number.POSITIVE_INFINITY) this.#sleep(next)
    for (const { pass } of passed) pass?.()
  }
}
