/**
 * What is thrown away: by age and by number, a little at a time, so that nobody waits for it.
 *
 * Never what tells how a job is now (its last run, its last that was in sync, those that are due or running), and never an open finding.
 */
import * as Effect from "effect/Effect"
import { Database } from "./Database.ts"
import type { HistoryError } from "./HistoryError.ts"
import { lastRuns } from "./lastRuns.ts"
import { announceNews } from "./news.ts"

/** How long is kept what, in milliseconds; without a limit, for ever. */
export interface Limits {
  /** Runs, by their ticks, with their counts; resolved findings, from their end. */
  readonly runsMillis?: number | undefined
  /** The rows of runs, and alerts that were sent. */
  readonly rowsMillis?: number | undefined
  /** How many runs of all jobs together. */
  readonly maxRuns?: number | undefined
}

/** What was thrown away. */
export interface ThrownAway {
  readonly runs: number
  /** Runs that lost their rows, and are still there. */
  readonly runsWithoutRows: number
  readonly findings: number
  readonly messages: number
}

/** How many runs, with ten thousand rows each, and how many of what is small one transaction deletes. */
const runsAtOnce = 10
const rowsAtOnce = 1_000

/** Alerts of what no run brings, which is found again as long as it is so: forgotten sooner, they would be sent again. */
const foundAgain = ["run_missed", "waiver_ends"]
const foundAgainMillis = 100 * 86_400_000

/** Throws away what is over `limits`. */
export const retain = Effect.fn("history.retain")(function* (
  limits: Limits
): Effect.fn.Return<ThrownAway, HistoryError, Database> {
  const database = yield* Database
  const { read, sql, transact } = database
  const action = "throw away what is old"
  const now = yield* read(action, database.now)
  const news = announceNews(sql)
  const last = yield* read(action, lastRuns(sql))
  const kept = [...new Set(last.flatMap((one) => [one.last, one.latest, one.lastInSync]))].filter((id) => id !== null)
  const isNotKept = kept.length === 0 ? sql`1 = 1` : sql`NOT ${sql.in("run_id", kept)}`

  /** Deletes until nothing is left to be deleted; `step` answers how many were. */
  const all = Effect.fnUntraced(function* (step: Effect.Effect<number, HistoryError>) {
    let deleted = 0
    for (;;) {
      const some = yield* step
      deleted += some
      if (some === 0) return deleted
      yield* Effect.yieldNow
    }
  })

  const runsBefore = (tick: number) =>
    transact(
      action,
      Effect.gen(function* () {
        const old = yield* sql<{ run_id: string; job: string; tick: number }>`
          SELECT run_id, job, tick FROM runs
          WHERE tick < ${tick} AND state NOT IN ('due', 'running') AND ${isNotKept}
          ORDER BY tick, run_id LIMIT ${runsAtOnce}`
        if (old.length === 0) return 0
        yield* sql`DELETE FROM runs WHERE ${sql.in(
          "run_id",
          old.map(({ run_id }) => run_id)
        )}`
        for (const { job, tick } of old) {
          yield* sql`UPDATE jobs SET forgotten_until = ${tick + 1} WHERE job = ${job} AND forgotten_until <= ${tick}`
        }
        yield* news
        return old.length
      })
    )

  const rowsBefore = (tick: number) =>
    transact(
      action,
      Effect.gen(function* () {
        const old = yield* sql<{ run_id: string }>`
          SELECT run_id FROM run_reports
          WHERE run_id IN (SELECT run_id FROM runs WHERE tick < ${tick} AND ${isNotKept}) LIMIT ${runsAtOnce}`
        if (old.length === 0) return 0
        const ids = old.map(({ run_id }) => run_id)
        yield* sql`DELETE FROM run_rows WHERE ${sql.in("run_id", ids)}`
        yield* sql`DELETE FROM run_reports WHERE ${sql.in("run_id", ids)}`
        yield* news
        return ids.length
      })
    )

  const findingsBefore = (time: number) =>
    transact(
      action,
      Effect.gen(function* () {
        const old = yield* sql`
          DELETE FROM findings WHERE finding_id IN
            (SELECT finding_id FROM findings WHERE resolved_at < ${time} ORDER BY resolved_at LIMIT ${rowsAtOnce})
          RETURNING finding_id`
        if (old.length > 0) yield* news
        return old.length
      })
    )

  const messagesBefore = (time: number) =>
    transact(
      action,
      Effect.map(
        sql`
          DELETE FROM outbox WHERE outbox_id IN
            (SELECT outbox_id FROM outbox
             WHERE created_at < ${time} AND COALESCE(sent_at, given_up_at, dropped_at) IS NOT NULL
               AND (NOT ${sql.in("event", foundAgain)} OR created_at < ${now - foundAgainMillis})
             LIMIT ${rowsAtOnce})
          RETURNING outbox_id`,
        (old) => old.length
      )
    )

  const { maxRuns, rowsMillis, runsMillis } = limits
  /** The tick of the newest run that is one too many. */
  const surplus = Effect.fnUntraced(function* (most: number) {
    const [row] = yield* read(
      action,
      sql<{ tick: number }>`SELECT tick FROM runs ORDER BY tick DESC LIMIT 1 OFFSET ${most}`
    )
    return row === undefined ? 0 : row.tick + 1
  })
  const oldestRun = Math.max(
    runsMillis === undefined ? 0 : now - runsMillis,
    maxRuns === undefined ? 0 : yield* surplus(maxRuns)
  )
  return {
    runs: yield* all(runsBefore(oldestRun)),
    runsWithoutRows: rowsMillis === undefined ? 0 : yield* all(rowsBefore(now - rowsMillis)),
    findings: runsMillis === undefined ? 0 : yield* all(findingsBefore(now - runsMillis)),
    messages: rowsMillis === undefined ? 0 : yield* all(messagesBefore(now - rowsMillis))
  }
})
