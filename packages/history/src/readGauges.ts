/**
 * What a supervisor asks of a history again and again: how much is open, under way, and waiting.
 */
import type { Severity } from "@holdfast/manifest/Expectations"
import * as Effect from "effect/Effect"
import { Database } from "./Database.ts"
import type { HistoryError } from "./HistoryError.ts"

export interface Gauges {
  /** Open findings that no waiver accepts. */
  readonly findings: ReadonlyArray<{ readonly job: string; readonly severity: Severity; readonly count: number }>
  /** Runs that are due or running. */
  readonly runs: ReadonlyArray<{ readonly job: string; readonly state: "due" | "running"; readonly count: number }>
  /** Parts of running runs that nobody has answered yet. */
  readonly chunks: number
  /** Alerts that are to be sent, and those that could not be. */
  readonly messages: { readonly waiting: number; readonly givenUp: number }
}

/** Counts what there is now. */
export const readGauges: Effect.Effect<Gauges, HistoryError, Database> = Effect.gen(function* () {
  const { read, sql } = yield* Database
  const step = Effect.gen(function* () {
    const findings = yield* sql<Gauges["findings"][number]>`
      SELECT job, severity, COUNT(*) AS count FROM findings
      WHERE resolved_at IS NULL AND waived = 0 GROUP BY job, severity ORDER BY job, severity`
    const runs = yield* sql<Gauges["runs"][number]>`
      SELECT job, state, COUNT(*) AS count FROM runs
      WHERE state IN ('due', 'running') GROUP BY job, state ORDER BY job, state`
    const [chunks] = yield* sql<{ count: number }>`SELECT COUNT(*) AS count FROM chunks WHERE done_at IS NULL`
    const [waiting] = yield* sql<{ count: number }>`
      SELECT COUNT(*) AS count FROM outbox WHERE sent_at IS NULL AND given_up_at IS NULL AND dropped_at IS NULL`
    const [givenUp] = yield* sql<{ count: number }>`
      SELECT COUNT(*) AS count FROM outbox WHERE given_up_at IS NOT NULL`
    return {
      findings,
      runs,
      chunks: chunks?.count ?? 0,
      messages: { waiting: waiting?.count ?? 0, givenUp: givenUp?.count ?? 0 }
    }
  })
  return yield* read("count what is open", step)
})
