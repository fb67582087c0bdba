/**
 * How a run ends: all that its report says is written in one transaction, or nothing of it.
 */
import type { CheckReport } from "@holdfast/check/CheckReport"
import type { Diagnostic } from "@holdfast/manifest/Diagnostic"
import * as Effect from "effect/Effect"
import { couldTell } from "./couldTell.ts"
import type { Database } from "./Database.ts"
import { findingsTable } from "./findingsTable.ts"
import { type Followed, followFindings } from "./followFindings.ts"
import { hashOf } from "./hashOf.ts"
import { inBatches } from "./inBatches.ts"
import { announceNews } from "./news.ts"
import { toOutboxRow } from "./outboxRow.ts"
import type { Announce, Fence, RunChanges, RunStore } from "./RunStore.ts"
import { countsByPlace, headOf, rowsOf, waiversOf } from "./reportRows.ts"
import { countsOf, type RunRow, toRun } from "./runColumns.ts"
import { type StoredFinding, toFinding } from "./StoredFinding.ts"
import { storableText } from "./storableText.ts"

/** How many diagnostics the reason of a failed run repeats. */
const diagnosticsTold = 10

/**
 * For how long PostgreSQL waits for us between two statements of a closing: as ever, and longer where much has to be worked out in
 * between. A report of 150,000 machines could never be closed otherwise.
 */
const idleMillis = 5_000
const idleMillisPerRow = 0.2

const nothing: Followed = { opened: [], seen: [], resolved: [], unknown: [], unwaived: [] }

/** The steps over `database`. */
export const closingSteps = (database: Database["Service"]): Pick<RunStore["Service"], "finish" | "fail"> => {
  const { now, sql, transact } = database
  const news = announceNews(sql)
  const findings = findingsTable(database)

  const insertAll = <A extends Record<string, unknown>>(table: string, rows: ReadonlyArray<A>) =>
    inBatches(rows, (some) => sql`INSERT INTO ${sql(table)} ${sql.insert(some)}`)

  /** The run, if the fence still holds; whether this very closing is done already, if it does not. */
  const close = Effect.fnUntraced(function* ({ fence, runId }: Fence, columns: Record<string, unknown>) {
    const [closed] = yield* sql<RunRow>`
      UPDATE runs SET ${sql.update(columns)} WHERE run_id = ${runId} AND fence = ${fence} AND state = 'running' RETURNING *`
    if (closed !== undefined) return closed
    const [done] = yield* sql`
      SELECT run_id FROM runs WHERE run_id = ${runId} AND fence = ${fence} AND state = ${columns.state}`
    return done !== undefined
  })

  /** How many runs in a row could not tell or failed, the run that began at `startedAt` left out, and how many of them failed. */
  const streakBefore = Effect.fnUntraced(function* (job: string, startedAt: number) {
    const [row] = yield* sql<{ count: number; failed: number }>`
      SELECT COUNT(*) AS count, COUNT(CASE WHEN state = 'failed' THEN 1 END) AS failed FROM runs
      WHERE job = ${job} AND state IN ('finished', 'failed') AND started_at < ${startedAt}
        AND started_at > COALESCE((
          SELECT MAX(started_at) FROM runs
          WHERE job = ${job} AND ${couldTell(sql)} AND started_at < ${startedAt}
        ), -1)`
    return { count: row?.count ?? 0, failed: row?.failed ?? 0 }
  })

  const previousOf = Effect.fnUntraced(function* (job: string, startedAt: number) {
    const [row] = yield* sql<RunRow>`
      SELECT * FROM runs
      WHERE job = ${job} AND state IN ('finished', 'failed') AND started_at < ${startedAt}
      ORDER BY started_at DESC LIMIT 1`
    return row === undefined ? undefined : toRun(row)
  })

  /** Writes what there is to tell, and lets everybody know. */
  const tell = Effect.fnUntraced(function* (
    row: RunRow,
    report: CheckReport | null,
    { opened, resolved, unwaived }: Followed,
    announce: Announce
  ) {
    const at = row.finished_at ?? 0
    const startedAt = row.started_at ?? at
    const before = yield* streakBefore(row.job, startedAt)
    const [told] = yield* sql`SELECT run_id FROM runs WHERE run_id = ${row.run_id} AND ${couldTell(sql)}`
    const changes: RunChanges = {
      run: toRun(row),
      previous: yield* previousOf(row.job, startedAt),
      opened: opened.map(toFinding),
      resolved: resolved.map(toFinding),
      unwaived: unwaived.map(toFinding),
      couldNotTell: told === undefined ? before.count + 1 : 0,
      couldNotTellBefore: before.count,
      failedBefore: before.failed,
      report
    }
    const messages = yield* Effect.try({
      try: () => announce(changes, at).map((message) => toOutboxRow(message, at)),
      catch: (error) => (error instanceof Error ? error.message : String(error))
    }).pipe(
      // Better a run that nobody is told of than one that is never closed, and keeps its job from running.
      Effect.catch((why) =>
        Effect.as(Effect.logError(`Nobody is told of the run: its alerts cannot be made: ${why}`), [])
      )
    )
    yield* inBatches(messages, (some) => sql`INSERT INTO outbox ${sql.insert(some)} ON CONFLICT (outbox_id) DO NOTHING`)
    yield* sql`DELETE FROM chunks WHERE run_id = ${row.run_id}`
    yield* news
  })

  const seeWaivers = (job: string, at: number, report: CheckReport) =>
    inBatches(
      waiversOf(job, at, report),
      (some) => sql`
        INSERT INTO waivers ${sql.insert(some)}
        ON CONFLICT (job, waiver_id) DO UPDATE SET
          state = excluded.state, last_seen = excluded.last_seen, used = waivers.used + excluded.used,
          waiver_json = excluded.waiver_json`
    )

  const finish = Effect.fn("RunStore.finish")(function* (fence: Fence, report: CheckReport, announce: Announce) {
    const counts = countsOf(report)
    const patience = String(Math.ceil(idleMillis + report.resources.length * idleMillisPerRow))
    const step = Effect.gen(function* () {
      yield* sql.onDialectOrElse({
        pg: () => sql`SELECT set_config('idle_in_transaction_session_timeout', ${patience}, true)`,
        orElse: () => Effect.void
      })
      const finished_at = yield* now
      const closed = yield* close(fence, { state: "finished", finished_at, ...storable({ ...counts }) })
      if (typeof closed === "boolean") return closed
      const { job, run_id, tick } = closed
      const at = closed.started_at ?? finished_at
      const of = { run_id, job, tick }
      yield* insertAll("run_reports", [{ run_id, head_json: headOf(report) }])
      yield* insertAll("run_rows", rowsOf(of, report))
      yield* insertAll("run_counts", countsByPlace(of, report))
      yield* seeWaivers(job, at, report)
      const followed = followFindings(yield* findings.open(job), report, {
        job,
        runId: run_id,
        at,
        idOf: (key) => hashOf([job, run_id, key])
      })
      yield* findings.write(followed, at)
      const repairs = followed.resolved.filter(isRepair)
      yield* sql`
        UPDATE runs SET ${sql.update({
          opened: followed.opened.length,
          resolved: followed.resolved.length,
          repaired: repairs.length,
          repaired_millis: repairs.reduce((sum, { began_at }) => sum + at - began_at, 0)
        })} WHERE run_id = ${run_id}`
      yield* tell(closed, report, followed, announce)
      return true
    })
    return yield* transact("close the run", step)
  })

  const fail = Effect.fn("RunStore.fail")(function* (
    fence: Fence,
    diagnostics: ReadonlyArray<Diagnostic>,
    announce: Announce
  ) {
    const step = Effect.gen(function* () {
      const finished_at = yield* now
      const why = storableText(whyOf(diagnostics))
      const closed = yield* close(fence, { state: "failed", finished_at, exit_code: 1, why })
      if (typeof closed === "boolean") return closed
      yield* findings.doubt(closed.job, closed.started_at ?? finished_at)
      yield* tell(closed, null, nothing, announce)
      return true
    })
    return yield* transact("close the run", step)
  })

  return { finish, fail }
}

/** What was wrong and is as declared again. */
const isRepair = ({ kind, resolution, waived }: StoredFinding): boolean =>
  kind !== "not_compared" && resolution === "in_sync" && !waived

const storable = (columns: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [name, typeof value === "string" ? storableText(value) : value])
  )

const whyOf = (diagnostics: ReadonlyArray<Diagnostic>): string => {
  const told = diagnostics.slice(0, diagnosticsTold).map(({ column, detail, line, path, summary }) => {
    const place = path === undefined ? "" : `${path}${line === undefined ? "" : `:${line}:${column ?? 1}`}: `
    return `${place}${summary}${detail === undefined ? "" : `: ${detail}`}`
  })
  const more = diagnostics.length - told.length
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join("\n")
}
