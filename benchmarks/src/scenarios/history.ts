import { statSync } from "node:fs"
import { join } from "node:path"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { Database } from "@holdfast/history/Database"
import { History } from "@holdfast/history/History"
import type { HistoryError } from "@holdfast/history/HistoryError"
import { RunStore } from "@holdfast/history/RunStore"
import * as SqlHistory from "@holdfast/history/SqlHistory"
import * as SqlRunStore from "@holdfast/history/SqlRunStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { startPostgres } from "../../../packages/history/test/support/postgres.ts"
import { drifted, report, row } from "../../../packages/history/test/support/reports.ts"
import { day, fill, firstNight, instances, lastNight } from "../fillHistory.ts"
import { type Figures, quantile } from "../measure.ts"
import { newDirectory, type Ratio, type Result } from "../scenario.ts"

/** How often each question is asked. */
const asked = 200
/** How often a run of ten thousand rows is closed. */
const closed = 5

const history = <A, E>(ask: (history: History["Service"]) => Effect.Effect<A, E>) => Effect.flatMap(History, ask)

type Question = (at: number) => Effect.Effect<unknown, HistoryError, History>

/** What a page of the dashboard asks. */
const questions: Readonly<Record<string, Question>> = {
  overview: () =>
    history((_) =>
      Effect.all([
        _.version,
        _.jobs,
        _.figures({ from: lastNight - 30 * day, to: lastNight + day }),
        _.trend({ from: lastNight - 90 * day, to: lastNight + day }),
        _.waivers({}),
        _.findings({ isOpen: true, limit: 20 })
      ])
    ),
  "an instance's page": (at: number) => history((_) => _.instance(`epd${(at * 7919) % instances}`)),
  "a job's page": (at: number) =>
    history((_) =>
      Effect.all([
        _.runs({ job: `job-${at % 20}`, limit: 50 }),
        _.figures({ job: `job-${at % 20}`, from: lastNight - 30 * day, to: lastNight + day }),
        _.trend({ job: `job-${at % 20}`, from: lastNight - 90 * day, to: lastNight + day }),
        _.findings({ job: `job-${at % 20}`, isOpen: true, limit: 50 })
      ])
    ),
  "a page of a run": (at: number) => history((_) => _.rows(`run-${at % 20}-364`, { limit: 100, state: "drifted" })),
  "findings, a page deep in the past": (at: number) =>
    history((_) =>
      _.findings({
        limit: 100,
        owner: `team-${at % 40}`,
        after: Buffer.from(JSON.stringify([firstNight + (at % 300) * day, ""])).toString("base64url")
      })
    )
}

const timeOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const startedAt = performance.now()
    yield* effect
    return performance.now() - startedAt
  })

/** A night of 10,000 resources, of which one in ten has drifted. */
const night = (at: number): CheckReport =>
  report(
    Array.from({ length: 10_000 }, (_, index) =>
      (index + at) % 10 === 0 ? drifted(`new${index}`) : row(`new${index}`)
    )
  )

const closing = (at: number) =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const runId = yield* store.addManual("large")
    const fence = yield* store.begin(runId, { timeLimitMillis: 60_000 })
    const of = night(at)
    return yield* timeOf(fence === undefined ? Effect.die("it did not begin") : store.finish(fence, of, () => []))
  })

const measured = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* fill
  // What a server does by itself sooner or later.
  yield* sql.onDialectOrElse({ pg: () => sql`VACUUM ANALYZE`, orElse: () => Effect.void })
  const times = new Map<string, Figures>()
  for (const [name, ask] of Object.entries(questions)) {
    const of: Array<number> = []
    for (let at = 0; at < asked; at++) of.push(yield* timeOf(ask(at)))
    times.set(name, of)
  }
  const closings: Array<number> = []
  for (let at = 0; at < closed; at++) closings.push(yield* closing(at))
  times.set("a run of 10,000 rows, closed", closings)
  return times
})

const on = (location: string) =>
  Effect.runPromise(
    Effect.provide(
      measured,
      Layer.mergeAll(SqlHistory.layer, SqlRunStore.layer).pipe(Layer.provideMerge(Database.layer(location)))
    )
  )

const p95 = (name: string, figures: Figures, limit: number, aim: number): Ratio => ({
  name,
  value: quantile(figures, 0.95),
  limit,
  aim,
  direction: "at most"
})

/** What a dashboard asks of 1,000,000 findings, on both databases: the 95th percentile of each page. */
export const historyOfAMillion = async (): Promise<ReadonlyArray<Result>> => {
  const file = join(newDirectory(), "history.sqlite")
  const sqlite = await on(file)
  const server = await startPostgres()
  const postgres = await server
    .createDatabase("history")
    .then(() => on(server.url("history")))
    .finally(() => server.remove())
  return [["SQLite", sqlite] as const, ["PostgreSQL", postgres] as const].map(([name, times]) => ({
    scenario: `history of 1,000,000 findings in ${name}`,
    unit: "ms" as const,
    figures: Object.fromEntries(times),
    ratios: [...times].map(([page, figures]) =>
      page.startsWith("a run of")
        ? p95(`${page}: the longest`, figures, 3_000, 1_000)
        : p95(`${page}: 95th percentile`, figures, 100, 20)
    ),
    ...(name === "SQLite" ? { notes: [`The file has ${Math.round(statSync(file).size / 1e6)} MB.`] } : {})
  }))
}
