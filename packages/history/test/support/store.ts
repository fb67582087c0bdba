/** A history on an empty database, whose clock the test sets. */

import { it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { Effect, Layer } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { Database } from "../../src/Database.ts"
import { History } from "../../src/History.ts"
import { type Announce, RunStore } from "../../src/RunStore.ts"
import * as SqlHistory from "../../src/SqlHistory.ts"
import * as SqlRunStore from "../../src/SqlRunStore.ts"

export const hour = 3_600_000
export const day = 24 * hour
/** 2026-10-01, midnight in UTC. */
export const october = Date.UTC(2026, 9, 1)

export const silent: Announce = () => []

/** A clock that stands still where it is put. */
export class Hands {
  time = october
  readonly now = Effect.sync(() => this.time)
}

/** Both services over the database at `address`. */
export const layerAt = (address: string, hands?: Hands) =>
  Layer.mergeAll(SqlHistory.layer, SqlRunStore.layer).pipe(
    Layer.provideMerge(Database.layer(address, hands === undefined ? {} : { now: hands.now }))
  )

/** What a test works with. */
export interface Kit {
  readonly history: History["Service"]
  readonly store: RunStore["Service"]
  readonly hands: Hands
  readonly address: string
  /** Runs `job` at `at` and closes it with `report`; the run's id. */
  readonly run: (at: number, report: CheckReport, job?: string) => Effect.Effect<string, unknown>
}

/** Runs a job as the service does. */
export const runner =
  (store: RunStore["Service"], hands: Hands): Kit["run"] =>
  (at, report, job = "nightly") =>
    Effect.gen(function* () {
      hands.time = at
      yield* store.addTicks(job, [{ tick: at, state: "due", why: "" }], at)
      const due = (yield* store.due).find((one) => one.job === job)
      const fence = yield* store.begin(due?.runId ?? "", { timeLimitMillis: hour })
      hands.time = at + 60_000
      if (fence === undefined || !(yield* store.finish(fence, report, silent)))
        return yield* Effect.die("it did not run")
      return fence.runId
    })

/** A test on an empty database. */
export const onEmpty =
  (address: () => Promise<string>) =>
  (title: string, test: (kit: Kit) => Effect.Effect<void, unknown, Database | SqlClient>) =>
    it.live(title, () =>
      Effect.gen(function* () {
        const at = yield* Effect.promise(address)
        const hands = new Hands()
        const use = Effect.gen(function* () {
          const store = yield* RunStore
          yield* test({ history: yield* History, store, hands, address: at, run: runner(store, hands) })
        })
        yield* Effect.provide(use, layerAt(at, hands))
      })
    )
