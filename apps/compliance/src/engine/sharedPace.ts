/**
 * A transport that sends no more requests in a second than all replicas together may: they reserve the time of a service in their
 * database, a slice at a time, and send within what they have.
 *
 * Waiting for its turn, a request has not begun: its own time limit counts from when it is sent.
 */
import { Transport, type TransportRequest } from "@holdfast/core/Transport"
import { Quotas } from "@holdfast/history/Quotas"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Quota } from "../config/ComplianceConfig.ts"

/** A slice is at least this long, or each request would take a transaction. What is not used of it is lost. */
const leastSliceMillis = 100

/** A turn that comes up while nobody waits is held so long; later it could not be told from those that others have by then. */
const heldMillis = 100

/** After a failure of the database, as long is waited. */
const pause = "500 millis"

/** When each request to one service may be sent. */
class Lane {
  readonly #service: string
  readonly #slotMillis: number
  readonly #reserve: (millis: number) => Effect.Effect<number>
  /** Those that wait, in the order in which they came. */
  readonly #waiting = new Set<() => void>()
  /** When requests may be sent, by `performance.now`. */
  #turns: Array<number> = []
  #isServing = false

  constructor(service: string, rate: number, quotas: Quotas["Service"]) {
    this.#service = service
    this.#slotMillis = 1_000 / rate
    this.#reserve = (millis) =>
      Effect.catch(quotas.reserve(this.#service, millis), (error) =>
        Effect.logWarning(`No time of ${this.#service} can be reserved: ${error.message}`).pipe(
          Effect.andThen(Effect.sleep(pause)),
          Effect.andThen(Effect.suspend(() => this.#reserve(millis)))
        )
      )
  }

  /** Waits for a turn. */
  get turn(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const go = () => resume(Effect.void)
      this.#waiting.add(go)
      return Effect.sync(() => void this.#waiting.delete(go))
    })
  }

  /** Gives turns to those that wait, until nobody does; where that is done already, nothing. */
  get serve(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#isServing) return Effect.void
      this.#isServing = true
      return Effect.whileLoop({
        while: () => {
          this.#isServing = this.#waiting.size > 0
          return this.#isServing
        },
        body: () => this.#next(),
        step: () => undefined
      })
    })
  }

  #next(): Effect.Effect<void> {
    const now = performance.now()
    this.#turns = this.#turns.filter((at) => at >= now - heldMillis)
    const [first] = this.#turns
    if (first === undefined) return this.#fill()
    if (first > now) return Effect.sleep(first - now)
    return Effect.sync(() => {
      for (const go of [...this.#waiting]) {
        const [at] = this.#turns
        if (at === undefined || at > now) return
        this.#turns.shift()
        this.#waiting.delete(go)
        go()
      }
    })
  }

  /** Reserves turns for those that wait, and for those that will in a moment. */
  #fill(): Effect.Effect<void> {
    const count = Math.max(
      Math.min(this.#waiting.size, Math.ceil(1_000 / this.#slotMillis)),
      Math.ceil(leastSliceMillis / this.#slotMillis)
    )
    return Effect.map(this.#reserve(count * this.#slotMillis), (millis) => {
      const begin = performance.now() + millis
      this.#turns = Array.from({ length: count }, (_, index) => begin + index * this.#slotMillis)
    })
  }
}

/** What is read of the cloud; tokens are few, and none of the quota. */
const isCounted = ({ method, token }: TransportRequest): boolean => method === "GET" && token !== undefined

/** Keeps a quota over the transport of the context; none is kept where there is none. */
export const layer = (quota: Quota | undefined): Layer.Layer<Transport, never, Transport | Quotas> =>
  Layer.effect(
    Transport,
    Effect.gen(function* () {
      const transport = yield* Transport
      const quotas = yield* Quotas
      if (quota === undefined) return transport
      const scope = yield* Effect.scope
      const lanes = new Map<string, Lane>()
      const laneOf = (url: string): Lane => {
        const { origin } = new URL(url)
        const lane = lanes.get(origin) ?? new Lane(origin, quota.requestsPerSecond, quotas)
        lanes.set(origin, lane)
        return lane
      }
      return Transport.of({
        ...transport,
        send: (request) => {
          if (!isCounted(request)) return transport.send(request)
          const lane = laneOf(request.url)
          return Effect.forkIn(lane.serve, scope, { startImmediately: false }).pipe(
            Effect.andThen(lane.turn),
            Effect.andThen(transport.send(request))
          )
        }
      })
    })
  )
