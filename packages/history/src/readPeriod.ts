/**
 * Reads what a period came to from the database of a history, some rows at a time: what is kept of them is what the report lists.
 */
import { CheckReport } from "@holdfast/check/CheckReport"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Fragment } from "effect/sql/Statement"
import { Database } from "./Database.ts"
import { decoded } from "./decoded.ts"
import type { HistoryError } from "./HistoryError.ts"
import type { Period } from "./Period.ts"
import type { PeriodReport } from "./PeriodReport.ts"
import { type JobSpan, PeriodTally } from "./PeriodTally.ts"
import type { RunCount } from "./Run.ts"
import { type RunRow, runColumns, toRun } from "./runColumns.ts"
import { type FindingRow, fromRow, toFinding } from "./StoredFinding.ts"
import { storableText } from "./storableText.ts"

/** How many runs are read at a time, each with what it counted and what it says of waivers. */
const runsAtOnce = 50

const findingsAtOnce = 1_000

/** What is asked for. */
export interface PeriodQuestion {
  readonly period: Period
  /** Missing: all jobs. */
  readonly job?: string | undefined
  readonly tool: PeriodReport["tool"]
}

const headOf = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({ waivers: CheckReport.fields.waivers })))

type CountRow = RunCount & { readonly run_id: string }

type SpanRow = { readonly job: string; readonly known_from: number | null; readonly known_until: number | null }

/** All pages of rows, one after the other: `read` gives those that follow a row, at most `limit` of them. */
const eachPage = <Row>(
  limit: number,
  read: (after: Row | undefined) => Effect.Effect<ReadonlyArray<Row>, HistoryError>,
  use: (rows: ReadonlyArray<Row>) => Effect.Effect<void, HistoryError>
): Effect.Effect<void, HistoryError> =>
  Effect.gen(function* () {
    let after: Row | undefined
    for (;;) {
      const rows: ReadonlyArray<Row> = yield* read(after)
      yield* use(rows)
      after = rows.at(-1)
      if (rows.length < limit) return
    }
  })

/** What a period came to. The same question of the same data has the same answer. */
export const readPeriod = Effect.fn("readPeriod")(function* ({ job, period, tool }: PeriodQuestion) {
  const database = yield* Database
  const { read, sql } = database
  const action = "read a period"
  const { from, to } = period
  const ofJob: ReadonlyArray<Fragment> = job === undefined ? [] : [sql`job = ${storableText(job)}`]

  const spans = yield* read(
    action,
    sql<SpanRow>`
      SELECT job,
        COALESCE((SELECT MIN(tick) FROM runs WHERE runs.job = jobs.job AND tick >= forgotten_until),
          CASE WHEN forgotten_until > 0 THEN forgotten_until END) AS known_from,
        (SELECT finished_at FROM runs WHERE runs.job = jobs.job AND state = 'finished'
          ORDER BY started_at DESC LIMIT 1) AS known_until
      FROM jobs WHERE ${sql.and(ofJob)}`
  )
  const jobs = spans.map(
    (span): JobSpan => ({
      job: span.job,
      knownFrom: span.known_from ?? undefined,
      knownUntil: span.known_until ?? undefined
    })
  )
  const tally = new PeriodTally({ period, job: job ?? null, tool, jobs })

  yield* eachPage<RunRow>(
    runsAtOnce,
    (after) => {
      const rest = after === undefined ? [] : [sql`(tick, run_id) > (${after.tick}, ${after.run_id})`]
      return read(
        action,
        sql<RunRow>`
          SELECT ${sql.literal(runColumns.join(", "))} FROM runs
          WHERE ${sql.and([...ofJob, sql`tick >= ${from}`, sql`tick < ${to}`, ...rest])}
          ORDER BY tick, run_id LIMIT ${runsAtOnce}`
      )
    },
    Effect.fnUntraced(function* (rows) {
      if (rows.length === 0) return
      const runs = new Map(rows.map((row) => [row.run_id, toRun(row)]))
      for (const run of runs.values()) tally.addRun(run)
      const theirs = sql.in("run_id", [...runs.keys()])
      const counts = yield* read(action, sql<CountRow>`SELECT * FROM run_counts WHERE ${theirs}`)
      for (const count of counts) {
        const run = runs.get(count.run_id)
        if (run !== undefined) tally.addCount(run, count)
      }
      const heads = yield* read(
        action,
        sql<{ run_id: string; head_json: string }>`SELECT run_id, head_json FROM run_reports WHERE ${theirs}`
      )
      yield* decoded(database, action, () => {
        for (const { head_json, run_id } of heads) {
          const run = runs.get(run_id)
          const { waivers } = headOf(head_json)
          if (run !== undefined) tally.addWaivers({ job: run.job, tick: Date.parse(run.tick), waivers })
        }
      })
    })
  )

  yield* eachPage<FindingRow>(
    findingsAtOnce,
    (after) => {
      const rest =
        after === undefined ? [] : [sql`(first_seen, finding_id) > (${after.first_seen}, ${after.finding_id})`]
      const during = [sql`began_at < ${to}`, sql`(resolved_at IS NULL OR resolved_at >= ${from})`]
      return read(
        action,
        sql<FindingRow>`
          SELECT * FROM findings WHERE ${sql.and([...ofJob, ...during, ...rest])}
          ORDER BY first_seen, finding_id LIMIT ${findingsAtOnce}`
      )
    },
    (rows) =>
      decoded(database, action, () => {
        for (const row of rows) tally.addFinding(toFinding(fromRow(row)))
      })
  )

  return tally.report()
})
