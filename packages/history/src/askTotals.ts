/**
 * What is asked of all jobs at once: how they are, what they have counted, what is about to end.
 */
import { WaiverReport } from "@holdfast/check/CheckReport"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Database } from "./Database.ts"
import { decoded } from "./decoded.ts"
import type { History } from "./History.ts"
import { lastRuns } from "./lastRuns.ts"
import type { FindingCount, TrendPoint, WaiverSeen } from "./Run.ts"
import { type RunRow, runColumns, toRun } from "./runColumns.ts"
import { storableText } from "./storableText.ts"

type Questions = Pick<History["Service"], "jobs" | "waivers" | "trend" | "figures" | "version">

const dayMillis = 86_400_000

const waiverOf = Schema.decodeUnknownSync(Schema.fromJsonString(WaiverReport))

const time = (millis: number): string => new Date(millis).toISOString()

/** The questions to `database`. */
export const askTotals = (database: Database["Service"]): Questions => {
  const { read, sql } = database
  const columns = sql.literal(runColumns.join(", "))

  const ofJob = (job: string | undefined) => (job === undefined ? [] : [sql`job = ${storableText(job)}`])

  const jobs = Effect.gen(function* () {
    const named = yield* lastRuns(sql)
    const counted = yield* sql<{ job: string; count: number }>`
      SELECT job, COUNT(*) AS count FROM findings WHERE resolved_at IS NULL GROUP BY job`
    const ids = named.flatMap(({ last, lastInSync, latest, running }) => [last, latest, lastInSync, running])
    const wanted = [...new Set(ids)].filter((id) => id !== null)
    const rows =
      wanted.length === 0 ? [] : yield* sql<RunRow>`SELECT ${columns} FROM runs WHERE ${sql.in("run_id", wanted)}`
    const runs = new Map(rows.map((row) => [row.run_id, toRun(row)]))
    const open = new Map(counted.map(({ count, job }) => [job, count]))
    const runOf = (id: string | null) => (id === null ? null : (runs.get(id) ?? null))
    return named.map(({ job, last, lastInSync, latest, running }) => ({
      job,
      last: runOf(last),
      latest: runOf(latest),
      lastInSync: runOf(lastInSync),
      running: runOf(running),
      openFindings: open.get(job) ?? 0
    }))
  })

  const waivers = Effect.fn("History.waivers")(function* ({ job }: { readonly job?: string | undefined }) {
    const action = "read the waivers"
    const rows = yield* read(
      action,
      sql<
        Omit<WaiverSeen, "until_at" | "first_seen" | "last_seen" | "waiver"> & {
          until_at: number
          first_seen: number
          last_seen: number
          waiver_json: string
        }
      >`
        SELECT job, waiver_id, state, until_at, first_seen, last_seen, used, waiver_json FROM waivers
        WHERE ${sql.and([
          ...ofJob(job),
          sql`last_seen = (SELECT MAX(started_at) FROM runs WHERE runs.job = waivers.job AND state = 'finished')`
        ])}
        ORDER BY until_at, job, waiver_id`
    )
    return yield* decoded(database, action, () =>
      rows.map(({ first_seen, last_seen, until_at, waiver_json, ...row }) => ({
        ...row,
        until_at: time(until_at),
        first_seen: time(first_seen),
        last_seen: time(last_seen),
        waiver: waiverOf(waiver_json)
      }))
    )
  })

  const counted = ["total", "compared", "in_sync", "drifted", "missing", "not_compared", "pending", "waived"]
  const sums = sql.literal(counted.map((name) => `CAST(SUM(${name}) AS BIGINT) AS ${name}`).join(", "))

  const trend = Effect.fn("History.trend")(function* (filter: Parameters<History["Service"]["trend"]>[0]) {
    const { from, job, to } = filter
    const conditions = sql.and([...ofJob(job), sql`state = 'finished'`, sql`tick >= ${from}`, sql`tick < ${to}`])
    const rows = yield* read(
      "read the trend",
      sql<Omit<TrendPoint, "day"> & { readonly day: number }>`
        SELECT day, CAST(SUM(runs) AS BIGINT) AS runs, ${sums} FROM (
          SELECT tick / ${sql.literal(String(dayMillis))} AS day, ${sql.literal(counted.join(", "))},
            ROW_NUMBER() OVER (PARTITION BY job, tick / ${sql.literal(String(dayMillis))} ORDER BY tick DESC) AS nth,
            COUNT(*) OVER (PARTITION BY job, tick / ${sql.literal(String(dayMillis))}) AS runs
          FROM runs WHERE ${conditions}
        ) AS one WHERE nth = 1 GROUP BY day ORDER BY day`
    )
    return rows.map((row) => ({ ...row, day: time(row.day * dayMillis).slice(0, 10) }))
  })

  const figures = Effect.fn("History.figures")(function* (filter: Parameters<History["Service"]["figures"]>[0]) {
    const { from, job, to } = filter
    const action = "read the figures"
    const open = yield* read(
      action,
      sql<Omit<FindingCount, "waived"> & { readonly waived: number }>`
        SELECT kind, severity, reason_code, waived, COUNT(*) AS count FROM findings
        WHERE ${sql.and([...ofJob(job), sql`resolved_at IS NULL`])}
        GROUP BY kind, severity, reason_code, waived ORDER BY kind, severity, reason_code, waived`
    )
    const [repairs] = yield* read(
      action,
      sql<{ repaired: number; repaired_ms: number }>`
        SELECT CAST(COALESCE(SUM(repaired), 0) AS BIGINT) AS repaired,
          CAST(COALESCE(SUM(repaired_millis), 0) AS BIGINT) AS repaired_ms
        FROM runs WHERE ${sql.and([...ofJob(job), sql`started_at >= ${from}`, sql`started_at < ${to}`])}`
    )
    return {
      open: open.map((row) => ({ ...row, waived: row.waived === 1 })),
      repaired: repairs?.repaired ?? 0,
      repaired_ms: repairs?.repaired_ms ?? 0
    }
  })

  const version = Effect.map(
    read("read what is new", sql<{ version: string }>`SELECT version FROM news`),
    ([row]) => row?.version ?? ""
  )

  return { jobs: read("read the jobs", jobs), waivers, trend, figures, version }
}
