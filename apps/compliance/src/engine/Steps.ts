/**
 * What replicas have to do for runs, on Effect's queue in the database. A step may be done twice, by two replicas, and is written
 * once: each takes a fence of its own first.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { SqlClient } from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"

/** A step of a run. */
export const Step = Schema.Struct({
  run_id: Schema.String,
  job: Schema.String,
  /** The chunk to be answered; `null`: the run is to be closed. */
  chunk: Schema.NullOr(Schema.Natural)
})
export type Step = typeof Step.Type

/** Steps that read from the cloud, and those that decide: what is read next, and what came of it. */
export type Kind = "read" | "decide"

/** A step could not be done, and is done again later. Its words are fixed: the queue stores them, and PostgreSQL takes not all texts. */
export class StepFailed extends Schema.TaggedError<StepFailed>("@holdfast/compliance/StepFailed")("StepFailed", {}) {
  override get message() {
    return "It is done again: see the log of the replica"
  }
}

/**
 * How long a replica may be silent before its steps are others', and how often it says that it is there: a step of one that was
 * killed is taken over within five seconds.
 */
const lease = { lockExpiration: "3 seconds", lockRefreshInterval: "500 millis", pollInterval: "250 millis" } as const

/** How often a step is begun at most. More than that has killed its replica each time; the deadline closes such a run. */
const maxAttempts = 100

export class Steps extends Context.Service<
  Steps,
  {
    /** Offers a step, once for each id. Within a transaction, with which it stands or falls. */
    readonly offer: (kind: Kind, id: string, step: Step) => Effect.Effect<void, SqlError>
    /** Waits for a step, and does it. */
    readonly take: <R>(
      kind: Kind,
      handle: (step: Step) => Effect.Effect<void, StepFailed, R>
    ) => Effect.Effect<void, StepFailed | SqlError, R>
  }
>()("@holdfast/compliance/Steps") {
  /** Over the database of the context. */
  static readonly layer: Layer.Layer<Steps, SqlError, SqlClient> = Layer.effect(
    Steps,
    Effect.gen(function* () {
      const make = (name: Kind) =>
        PersistedQueue.make({ name, schema: Step, maxAttempts, retrySchedule: Schedule.spaced("1 second") })
      const queues = { read: yield* make("read"), decide: yield* make("decide") }
      return Steps.of({
        offer: (kind, id, step) => Effect.catch(Effect.asVoid(queues[kind].offer(step, { id })), ofDatabase),
        take: (kind, handle) =>
          Effect.catch(
            queues[kind].take(handle),
            (error): Effect.Effect<never, StepFailed | SqlError> =>
              error instanceof StepFailed ? Effect.fail(error) : ofDatabase(error)
          )
      })
    })
  ).pipe(
    Layer.provide(PersistedQueue.layer),
    Layer.provide(PersistedQueue.layerCleanup({ timeToLive: "2 days", failedTimeToLive: "30 days" })),
    Layer.provide(PersistedQueue.layerStoreSql({ tableName: "holdfast_steps", ...lease }))
  )
}

/** The queue hides what the database said within a cause; what is not the database's fault is ours. */
const ofDatabase = (error: PersistedQueue.PersistedQueueError | Schema.SchemaError): Effect.Effect<never, SqlError> => {
  const cause = error instanceof PersistedQueue.PersistedQueueError ? error.cause : error
  const reason = Cause.isCause(cause) ? Cause.squash(cause) : cause
  return isSqlError(reason) ? Effect.fail(reason) : Effect.die(reason)
}
