/**
 * How many requests were sent, by all clients of a program that share a transport and credentials, or for one piece of work.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** How many requests a client has sent, and how many of them because an earlier one had failed. */
export interface RequestCount {
  readonly sent: number
  readonly retried: number
}

/** Counts requests. */
export class RequestTally implements RequestCount {
  sent = 0
  retried = 0

  /** Counts one that is sent. */
  note(isRetry: boolean): void {
    this.sent += 1
    if (isRetry) this.retried += 1
  }
}

/** What counts the requests of the fiber that sends them, beside their client. */
export const CurrentTally = Context.Reference<RequestTally | undefined>("@holdfast/core/CurrentTally", {
  defaultValue: () => undefined
})

/** Counts what `work` sends by itself: in it, `CloudBackup.requests` tells of nothing else. */
export const countedAlone = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provideService(work, CurrentTally, new RequestTally()))
