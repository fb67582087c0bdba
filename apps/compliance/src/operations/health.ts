/**
 * What supervisors ask of a replica: `/healthz`, whether the process lives, and `/readyz`, whether it can do its work.
 */
import type { Database } from "@holdfast/history/Database"
import { isCurrent } from "@holdfast/history/isCurrent"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** How long the database may take to answer. */
const patience = Duration.seconds(2)

/** How long the clock may have made no turn; it makes four a second. */
const longestTurnMillis = 30_000

/** When the clock of this replica made its last turn that did not fail, in milliseconds on a clock that is never set. */
export class Pulse {
  #at = performance.now()

  /** To be run after each turn. */
  readonly beat = Effect.sync(() => {
    this.#at = performance.now()
  })

  /** How long ago that was. */
  readonly age = Effect.sync(() => performance.now() - this.#at)
}

/** One thing that must hold. */
interface Condition {
  readonly name: string
  readonly ok: boolean
  /** Why not. */
  readonly detail: string
}

const holds = (name: string): Condition => ({ name, ok: true, detail: "" })
const fails = (name: string, detail: string): Condition => ({ name, ok: false, detail })

const ofDatabase: Effect.Effect<ReadonlyArray<Condition>, never, Database> = Effect.matchEffect(
  Effect.timeout(isCurrent, patience),
  {
    onFailure: (error) =>
      Effect.succeed([
        fails(
          "database",
          error._tag === "TimeoutError"
            ? `it has not answered for ${Duration.toSeconds(patience)} s`
            : `it cannot be read (${error.reason}): see the log`
        )
      ]),
    onSuccess: (current) =>
      Effect.succeed([
        holds("database"),
        current ? holds("schema") : fails("schema", "the database is of another version than this program")
      ])
  }
)

const ofClock = (pulse: Pulse) =>
  Effect.map(pulse.age, (age) =>
    age < longestTurnMillis
      ? holds("clock")
      : fails("clock", `no turn has succeeded for ${Math.round(age / 1000)} s: see the log`)
  )

const answer = (status: number, body: object) =>
  HttpServerResponse.text(`${JSON.stringify(body)}\n`, { status, contentType: "application/json" })

/** The routes. They need nobody's leave, and say nothing of what was found, nor where the database is, and what it says itself. */
export const healthRoutes = (pulse: Pulse) =>
  HttpRouter.addAll([
    HttpRouter.route(
      "GET",
      "/healthz",
      Effect.sync(() => answer(200, { status: "alive" }))
    ),
    HttpRouter.route(
      "GET",
      "/readyz",
      Effect.gen(function* () {
        const conditions = [...(yield* ofDatabase), yield* ofClock(pulse)]
        const isReady = conditions.every(({ ok }) => ok)
        return answer(isReady ? 200 : 503, { status: isReady ? "ready" : "not ready", conditions })
      })
    )
  ])
