/**
 * What all reads of one client share, and what decides when each of their requests may be sent: the pace that the service
 * allows, whether it is there at all, and how many requests may still be repeated.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Semaphore from "effect/Semaphore"
import { type CloudBackupError, isEndpointFailure } from "../CloudBackupError.ts"
import type { RetryPolicy } from "../RetryPolicy.ts"
import * as CircuitBreaker from "./CircuitBreaker.ts"
import { monotonicMillis } from "./monotonic.ts"
import { type Outcome, Pacer } from "./Pacer.ts"
import * as RetryBudget from "./RetryBudget.ts"

/** One read's place among the others. */
export interface Ticket {
  /** What is read: a resource that the service always fails on must not count for all. */
  readonly key: string
  readonly policy: RetryPolicy
  /** A request of it is under way. */
  isHeld: boolean
  isProbe: boolean
  /** When its last request began. */
  sentAt: number
  /** Requests of it that were repeated at the budget's cost. */
  paid: number
}

/** What an error says of the pace. */
const outcomeOf = (error: CloudBackupError): Outcome => {
  switch (error._tag) {
    case "RateLimited":
      return "throttled"
    case "DeadlineExceeded":
      return "late"
    case "ConnectionFailed":
    case "CredentialsError":
      return "silent"
    default:
      return "answered"
  }
}

export class Admission {
  readonly #pacer = new Pacer()
  readonly #breaker = CircuitBreaker.make<CloudBackupError>()
  readonly #budget = RetryBudget.make()
  /** Those who wait stand in line, one behind the other; first requests in a line of their own that ends in the other's. */
  readonly #firstLine = Semaphore.makeUnsafe(1)
  readonly #line = Semaphore.makeUnsafe(1)
  #inLine = 0
  #wake: (() => void) | undefined
  /** The longest wish of the service to be left alone. */
  #pause: { readonly until: number; readonly error: CloudBackupError } | undefined

  ticket(key: string, policy: RetryPolicy): Ticket {
    return { key, policy, isHeld: false, isProbe: false, sentAt: 0, paid: 0 }
  }

  /** Whether a first request for `ticket` may be sent at once; if so, it counts as sent. */
  tryEnter(ticket: Ticket, now: number): boolean {
    if (this.#inLine > 0 || this.#decide(ticket, now, false) !== "go") return false
    this.#take(ticket, now)
    return true
  }

  /**
   * Waits until a request for `ticket` may be sent. Fails with the error that keeps it from being sent where that would take
   * longer than the ticket's policy waits: the endpoint is down, or asked to be left alone for longer.
   */
  enter(ticket: Ticket, isRetry: boolean): Effect.Effect<void, CloudBackupError> {
    return Effect.flatMap(monotonicMillis, (now) => {
      if (this.#inLine === 0 && this.#decide(ticket, now, isRetry) === "go") return this.#go(ticket, now)
      this.#inLine += 1
      const wait = Semaphore.withPermit(this.#line, this.#wait(ticket, isRetry))
      return Effect.ensuring(
        isRetry ? wait : Semaphore.withPermit(this.#firstLine, wait),
        Effect.sync(() => {
          this.#inLine -= 1
        })
      )
    })
  }

  /** Waits at the head of the line. */
  #wait(ticket: Ticket, isRetry: boolean): Effect.Effect<void, CloudBackupError> {
    return Effect.flatMap(monotonicMillis, (now) => {
      const decision = this.#decide(ticket, now, isRetry)
      if (decision === "go") return this.#go(ticket, now)
      if (typeof decision !== "number") return Effect.fail(decision)
      const woken = Effect.callback<void>((resume) => {
        this.#wake = () => resume(Effect.void)
        return Effect.sync(() => {
          this.#wake = undefined
        })
      })
      const pause = Number.isFinite(decision) ? Effect.raceFirst(woken, Effect.sleep(decision)) : woken
      return Effect.andThen(pause, () => this.#wait(ticket, isRetry))
    })
  }

  /** Whether it may go, how long it has to wait in milliseconds, or why it is not worth it. */
  #decide(ticket: Ticket, now: number, isRetry: boolean): "go" | number | CloudBackupError {
    const { maxRetryAfterMillis, outageMillis } = ticket.policy
    const verdict = this.#breaker.ask(now, outageMillis, isRetry)
    if (typeof verdict === "number") return Math.max(1, verdict)
    if (typeof verdict === "object") return verdict
    // A repeated request has reckoned with the wait before it came here.
    if (!isRetry && this.#pause !== undefined && this.#pause.until - now > maxRetryAfterMillis) return this.#pause.error
    const wait = this.#pacer.wait(now)
    return wait <= 0 ? "go" : Math.max(1, wait)
  }

  #go(ticket: Ticket, now: number): Effect.Effect<void> {
    this.#take(ticket, now)
    return Effect.void
  }

  #take(ticket: Ticket, now: number): void {
    ticket.isHeld = true
    ticket.sentAt = now
    ticket.isProbe = this.#breaker.isOpen()
    if (ticket.isProbe) this.#breaker.probe(ticket.policy.outageMillis)
    this.#pacer.take(now)
  }

  /** A request of the ticket has been answered well. */
  succeed(ticket: Ticket, now: number): void {
    this.#budget.settle(ticket.paid)
    this.#breaker.succeed()
    this.#pacer.end(now, ticket.sentAt, "answered")
    this.#leave(ticket)
  }

  /** A request of the ticket has failed. */
  fail(ticket: Ticket, error: CloudBackupError): Effect.Effect<void> {
    return Effect.zipWith(monotonicMillis, Random.next, (now, random) => {
      const retryAfter = ("retryAfterMillis" in error ? error.retryAfterMillis : undefined) ?? 0
      if (isEndpointFailure(error)) {
        this.#breaker.fail(now, { error, key: ticket.key, wasProbe: ticket.isProbe, random })
      } else if (error._tag === "CredentialsError") {
        if (ticket.isProbe) this.#breaker.abandon()
      } else this.#breaker.succeed()
      if (retryAfter > 0 && now + retryAfter > (this.#pause?.until ?? 0)) {
        this.#pause = { until: now + retryAfter, error }
      }
      this.#pacer.end(now, ticket.sentAt, outcomeOf(error), retryAfter)
      this.#leave(ticket)
    })
  }

  /** The read has ended, whichever way: what it still holds is given back. */
  abandon(ticket: Ticket): void {
    if (!ticket.isHeld) return
    if (ticket.isProbe) this.#breaker.abandon()
    this.#pacer.abandon()
    this.#leave(ticket)
  }

  #leave(ticket: Ticket): void {
    ticket.isHeld = false
    ticket.isProbe = false
    this.#wake?.()
  }

  /**
   * Whether a request that failed with `error` may be repeated. What is repeated because of 429 goes at the pace that the
   * service allows, what is repeated in an outage one at a time: neither makes anything worse, and neither costs.
   */
  mayRepeat(ticket: Ticket, error: CloudBackupError): boolean {
    if (error._tag === "RateLimited" || this.#breaker.isOpen()) return true
    if (!this.#budget.withdraw()) return false
    ticket.paid += 1
    return true
  }
}
