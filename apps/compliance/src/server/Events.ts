/**
 * News for pages that are open: the version of history when it changes, as server-sent events.
 */
import { History } from "@holdfast/history/History"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as Refused from "./Refused.ts"

/** How many may listen at once. */
const maxListeners = 200

/** How often history is asked whether anything is new; one question for all who listen. */
const pace = Duration.seconds(2)

/** How often a word is said, so that nothing on the way takes the connection for dead. */
const heartbeat = Duration.seconds(15)

/** How long one may listen before asking again, and being asked who it is. */
const longest = Duration.minutes(30)

export class Events extends Context.Service<
  Events,
  {
    /** What one listener hears, for as long as the scope is open. */
    readonly listen: Effect.Effect<Stream.Stream<Uint8Array>, Refused.Refused, Scope.Scope>
    /** Ends what all hear, so that the server can stop. */
    readonly close: Effect.Effect<void>
  }
>()("@holdfast/compliance/Events") {
  static readonly layer = Layer.effect(
    Events,
    Effect.gen(function* () {
      const history = yield* History
      const listeners = yield* Ref.make(0)
      const version = yield* SubscriptionRef.make<string | undefined>(undefined)
      const closed = Latch.makeUnsafe(false)
      const look = Effect.gen(function* () {
        if ((yield* Ref.get(listeners)) === 0) return
        // What cannot be told now is asked for again; the pages ask for themselves, and are told why.
        const next = yield* Effect.orElseSucceed(history.version, () => undefined)
        if (next !== undefined && next !== (yield* SubscriptionRef.get(version)))
          yield* SubscriptionRef.set(version, next)
      })
      yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(pace)))
      const listen = Effect.gen(function* () {
        const size = yield* Ref.getAndUpdate(
          listeners,
          (all) => Math.min(all, maxListeners) + (all < maxListeners ? 1 : 0)
        )
        if (size >= maxListeners) {
          return yield* Refused.overcrowded(
            `${maxListeners} pages are open already.`,
            "Close some. Pages can be read all the same, and say of when they are."
          )
        }
        yield* Effect.addFinalizer(() => Ref.update(listeners, (all) => all - 1))
        yield* look
        const news = SubscriptionRef.changes(version).pipe(
          Stream.filter((each) => each !== undefined),
          // An event without data would not be told: the version of an empty history is an empty text.
          Stream.map((each) => `event: version\ndata: ${JSON.stringify(each)}\n\n`)
        )
        const beats = Stream.map(Stream.tick(heartbeat), () => ": here\n\n")
        return Stream.merge(news, beats).pipe(
          Stream.interruptWhen(Effect.raceFirst(closed.await, Effect.sleep(longest))),
          Stream.encodeText
        )
      })
      return Events.of({ listen, close: closed.open })
    })
  )
}
