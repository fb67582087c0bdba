/**
 * Messages that wait to be sent: any replica takes some for a while, and what it does with them counts only as long as nobody else has
 * taken them since. A message is sent at least once.
 *
 * Times are milliseconds since 1970, by the database's clock.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { HistoryError } from "./HistoryError.ts"
import type { WaiverSeen } from "./Run.ts"
import type { OutboxMessage } from "./RunStore.ts"

/** A message that a replica may send until its lease is over. */
export interface LeasedMessage {
  readonly id: string
  readonly channel: string
  readonly job: string
  readonly event: string
  readonly payload: unknown
  /** When it was written, and when it may be sent first. */
  readonly createdAt: number
  readonly notBefore: number
  /** How often it was taken, this time included: no other taking has the same. */
  readonly attempts: number
  /** When it was taken. */
  readonly takenAt: number
}

/** A message that nobody tries to send any more. */
export interface GivenUpMessage {
  readonly id: string
  readonly channel: string
  readonly job: string
  readonly event: string
  readonly createdAt: number
  readonly givenUpAt: number
  readonly attempts: number
  readonly lastError: string
}

/** Ticks of a job that were recorded as missed at the same moment. */
export interface RecordedMissed {
  readonly job: string
  readonly recordedAt: number
  readonly ticks: ReadonlyArray<{ readonly tick: number; readonly why: string }>
}

/** What has happened since a message was written. */
export interface SinceThen {
  /** Those of the findings that are over, or accepted by a waiver. */
  readonly over: ReadonlySet<string>
  /** A later run of the job than this could tell. */
  readonly hasTold: boolean
}

export class Outbox extends Context.Service<
  Outbox,
  {
    readonly now: Effect.Effect<number, HistoryError>
    /** Adds messages; answers how many were not there yet. */
    readonly add: (messages: ReadonlyArray<OutboxMessage>) => Effect.Effect<number, HistoryError>
    /** Takes messages for these channels that are due, those first that are due for longest. */
    readonly lease: (options: {
      readonly channels: ReadonlyArray<string>
      readonly limit: number
      readonly leaseMillis: number
    }) => Effect.Effect<ReadonlyArray<LeasedMessage>, HistoryError>
    /** It has arrived. `false`, also below: another replica has taken it since. */
    readonly sent: (message: LeasedMessage) => Effect.Effect<boolean, HistoryError>
    /** There was nothing left to say. */
    readonly dropped: (message: LeasedMessage) => Effect.Effect<boolean, HistoryError>
    /** It did not arrive, and is tried again after so long. `error` holds no secret. */
    readonly failed: (
      message: LeasedMessage,
      error: string,
      retryMillis: number
    ) => Effect.Effect<boolean, HistoryError>
    /** It did not arrive, and is not tried again. */
    readonly giveUp: (message: LeasedMessage, error: string) => Effect.Effect<boolean, HistoryError>
    /** Gives up what has been due for so long, whose channel nobody serves; answers what that was. */
    readonly giveUpOverdue: (millis: number) => Effect.Effect<ReadonlyArray<GivenUpMessage>, HistoryError>
    /** The latest first. */
    readonly givenUp: (limit: number) => Effect.Effect<ReadonlyArray<GivenUpMessage>, HistoryError>
    /** How many wait, and since when the one that has been due for longest. */
    readonly waiting: Effect.Effect<{ readonly count: number; readonly since: number | null }, HistoryError>
    readonly since: (
      findings: ReadonlyArray<string>,
      run: { readonly job: string; readonly runId: string } | undefined
    ) => Effect.Effect<SinceThen, HistoryError>
    /** The ticks that were recorded as missed within so long. */
    readonly missed: (withinMillis: number) => Effect.Effect<ReadonlyArray<RecordedMissed>, HistoryError>
    /** The waivers that the last run of their job saw, and that end within so long. */
    readonly ending: (withinMillis: number) => Effect.Effect<ReadonlyArray<WaiverSeen>, HistoryError>
  }
>()("@holdfast/history/Outbox") {}
