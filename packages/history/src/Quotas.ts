/**
 * The time of services that replicas share: whoever wants to send something reserves some of it first.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Database } from "./Database.ts"
import type { HistoryError } from "./HistoryError.ts"

/** What seems to be taken for longer than this is of a clock that was set back: replicas reserve seconds at most. */
const farthestMillis = 60_000

export class Quotas extends Context.Service<
  Quotas,
  {
    /** Reserves the next `millis` of a service that nobody has; answers in how many milliseconds they begin. */
    readonly reserve: (service: string, millis: number) => Effect.Effect<number, HistoryError>
  }
>()("@holdfast/history/Quotas") {
  /** Over `Database`. */
  static readonly layer: Layer.Layer<Quotas, never, Database> = Layer.effect(
    Quotas,
    Effect.map(Database, ({ now, sql, transact }) =>
      Quotas.of({
        reserve: Effect.fn("Quotas.reserve")(function* (service: string, millis: number) {
          const length = Math.ceil(millis)
          const step = Effect.gen(function* () {
            const at = yield* now
            const [row] = yield* sql<{ next_free: number }>`
              INSERT INTO quotas ${sql.insert({ service, next_free: at + length })}
              ON CONFLICT (service) DO UPDATE SET next_free =
                CASE WHEN quotas.next_free BETWEEN ${at} AND ${at + farthestMillis} THEN quotas.next_free ELSE ${at} END
                + ${length}
              RETURNING next_free`
            return Math.max(0, (row?.next_free ?? at + length) - length - at)
          })
          // Done twice, it reserves twice: that is slower, and never too fast.
          return yield* transact("reserve time of a service", step)
        })
      })
    )
  )
}
