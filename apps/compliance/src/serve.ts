/**
 * A replica as a service: its clock and its workers, and the dashboard before the history that they write.
 */
import { RunStore } from "@holdfast/history/RunStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { ComplianceConfig } from "./config/ComplianceConfig.ts"
import type { Server } from "./config/readServer.ts"
import type { Workshop } from "./engine/makeWork.ts"
import { work } from "./engine/work.ts"
import { healthRoutes, Pulse } from "./operations/health.ts"
import { metricsRoute } from "./operations/metrics.ts"
import { keepRetention } from "./operations/retention.ts"
import { beginAtZero, counted } from "./operations/runMetrics.ts"
import { Dashboard } from "./server/Dashboard.ts"

/** Nothing can listen where the dashboard should. */
class ListenError extends Schema.TaggedError<ListenError>("@holdfast/compliance/ListenError")("ListenError", {
  address: Schema.String,
  detail: Schema.String
}) {
  readonly remedy = "Give it another address with `listen` below `server`, or end what has this one."
  override get message() {
    return `The dashboard cannot listen on ${this.address}: ${this.detail}`
  }
}

const addressOf = ({ host, port }: Server): string => `${host.includes(":") ? `[${host}]` : host}:${port}`

const detailOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause && cause.code === "EADDRINUSE"
    ? "another program listens there"
    : cause instanceof Error
      ? cause.message
      : String(cause)

/** Works and answers until it is interrupted. `onListen` is told where the dashboard is. */
export const serve = Effect.fn("serve")(function* <E, R>(
  { jobs, retention, server }: ComplianceConfig,
  workshop: Workshop,
  onListen: (url: string) => Effect.Effect<void, E, R>
) {
  const names = jobs.map(({ name }) => name)
  const pulse = new Pulse()
  const store = counted(yield* RunStore)
  yield* beginAtZero(names)
  yield* Effect.gen(function* () {
    const { url } = yield* Dashboard
    yield* onListen(url)
    yield* Effect.forkScoped(keepRetention(retention))
    yield* work(workshop, { isTicking: true, onTurn: pulse.beat })
  }).pipe(
    Effect.scoped,
    Effect.provideService(RunStore, store),
    Effect.provide(
      Dashboard.layer(
        { jobs, server, emulator: workshop.emulator },
        Layer.merge(healthRoutes(pulse), metricsRoute(names))
      ).pipe(
        Layer.catchTag("ServeError", ({ cause }) =>
          Layer.effect(Dashboard, Effect.fail(new ListenError({ address: addressOf(server), detail: detailOf(cause) })))
        )
      )
    )
  )
})
