/**
 * A replica at work: its clock, and its workers. Several of them on one database share the runs of all.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { sendAlerts } from "../alerts/Delivery.ts"
import { whyOf } from "../Failure.ts"
import { makeClock } from "./makeClock.ts"
import { makeWork, type Workshop } from "./makeWork.ts"
import { type Kind, type Step, type StepFailed, Steps } from "./Steps.ts"

/** How many steps of each kind a replica does at a time: it takes as many at once, and others are to have their share. */
const workers: Readonly<Record<Kind, number>> = { read: 2, decide: 2 }

/** How often the clock looks at the time. */
const tickMillis = 500

/** How long a step that is under way may go on once the replica is told to stop; then it is given back. */
const patience = "3 seconds"

/** After a failure of the database, as long is waited. */
const pause = "1 second"

/** Works until it is interrupted: then no step is taken any more, and those under way are finished or given back. */
export const work = Effect.fnUntraced(function* (
  workshop: Workshop,
  {
    isTicking,
    onTurn = Effect.void
  }: {
    readonly isTicking: boolean
    /** Run after each turn of the clock that did not fail. */
    readonly onTurn?: Effect.Effect<void>
  }
) {
  const steps = yield* Steps
  const todo = yield* makeWork(workshop)
  const clock = yield* makeClock(workshop.jobs, todo)

  /** Keeps going: what fails is said once for each spell of it. */
  const steadily = <E>(what: string, effect: Effect.Effect<void, E>) => {
    let isFailing = false
    return effect.pipe(
      Effect.tap(() => {
        if (!isFailing) return Effect.void
        isFailing = false
        return Effect.logInfo(`${what} works again`)
      }),
      // Also what the queue dies of: that it could not settle a step while the database was away. And also an interruption, which is
      // never ours here: whoever is interrupted comes no further.
      Effect.catchCause((cause) => {
        const isNew = !isFailing
        isFailing = true
        const said = `${what}: ${whyOf(cause)}`
        return Effect.andThen(isNew ? Effect.logError(said) : Effect.void, Effect.sleep(pause))
      })
    )
  }

  const turn = Effect.gen(function* () {
    if (isTicking) yield* clock.tick
    yield* clock.begin
    yield* todo.tend
    yield* onTurn
  })
  const ticking = Effect.repeat(steadily("The clock", turn), Schedule.spaced(tickMillis))

  /** Does steps until it is stopped; `stop` waits for the one under way for a while. */
  const worker = Effect.fnUntraced(function* (kind: Kind) {
    let underWay: Promise<unknown> | undefined
    let isStopping = false
    const handle = (step: Step): Effect.Effect<void, StepFailed> =>
      Effect.suspend(() => {
        let done: (value: unknown) => void = () => undefined
        underWay = new Promise((resolve) => {
          done = resolve
        })
        return Effect.ensuring(
          todo.perform(step),
          Effect.sync(() => {
            underWay = undefined
            done(undefined)
          })
        )
      })
    const next = Effect.catchTag(steps.take(kind, handle), "StepFailed", () => Effect.void)
    const loop = Effect.whileLoop({
      while: () => !isStopping,
      body: () => steadily("The queue", next),
      step: () => undefined
    })
    const fiber = yield* Effect.forkDetach(loop)
    return Effect.gen(function* () {
      isStopping = true
      const { promise = Promise.resolve() } = { promise: underWay }
      yield* Effect.interruptible(
        Effect.timeoutOption(
          Effect.promise(() => promise),
          patience
        )
      )
      yield* Fiber.interrupt(fiber)
    })
  })

  const kinds = Object.entries(workers).flatMap(([kind, count]) =>
    Array.from({ length: count }, () => (kind === "read" ? "read" : "decide") satisfies Kind)
  )
  yield* Effect.acquireUseRelease(
    Effect.forEach(kinds, worker),
    // A run by hand sends what there is to say once it is over.
    () => (isTicking ? Effect.raceFirst(ticking, sendAlerts(workshop.alerts)) : ticking),
    (stops) => Effect.all(stops, { concurrency: "unbounded", discard: true })
  )
})

/** Adds the ticks that have come by now. */
export const addTicks = Effect.fnUntraced(function* (workshop: Workshop) {
  const clock = yield* makeClock(workshop.jobs, yield* makeWork(workshop))
  yield* clock.tick
})
