/**
 * Ticks, and how their runs begin.
 */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"
import { inBatches } from "./inBatches.ts"
import { announceNews } from "./news.ts"
import type { Fence, RunStore, Tick } from "./RunStore.ts"
import { storableText } from "./storableText.ts"

type Steps = Pick<RunStore["Service"], "now" | "consideredUntil" | "addTicks" | "addManual" | "due" | "begin">

/** How far ahead of the clock a time may be that another replica has written: servers' clocks differ by so much after a failover. */
const aheadMillis = 60_000

/** The steps over `database`. */
export const tickSteps = (database: Database["Service"]): Steps => {
  const { now, read, sql, transact } = database
  const news = announceNews(sql)

  /** A job that is new is considered from now on. */
  const ensureJob = Effect.fnUntraced(function* (job: string, at: number) {
    yield* sql`INSERT INTO jobs ${sql.insert({ job, since: at, considered_until: at })} ON CONFLICT (job) DO NOTHING`
    const [row] = yield* sql<{ considered_until: number }>`SELECT considered_until FROM jobs WHERE job = ${job}`
    return row?.considered_until ?? at
  })

  const insertRuns = Effect.fnUntraced(function* (
    job: string,
    trigger_kind: "schedule" | "manual",
    ticks: ReadonlyArray<Tick>,
    created_at: number
  ) {
    const added: Array<string> = []
    const rows = ticks.map(({ state, tick, why }) => ({
      run_id: randomUUID(),
      job,
      tick,
      trigger_kind,
      state,
      why: storableText(why),
      created_at
    }))
    yield* inBatches(rows, (some) =>
      Effect.map(
        sql<{ run_id: string }>`
          INSERT INTO runs ${sql.insert(some)} ON CONFLICT (job, tick) DO NOTHING RETURNING run_id`,
        (inserted) => added.push(...inserted.map(({ run_id }) => run_id))
      )
    )
    if (added.length > 0) yield* news
    return added
  })

  const consideredUntil = Effect.fn("RunStore.consideredUntil")(function* (job: string) {
    const step = Effect.flatMap(now, (at) => ensureJob(job, at))
    return yield* transact("read what is scheduled", step)
  })

  const addTicks = Effect.fn("RunStore.addTicks")(function* (job: string, ticks: ReadonlyArray<Tick>, until: number) {
    const step = Effect.gen(function* () {
      const at = yield* now
      const considered = yield* ensureJob(job, at)
      const isAhead = considered > at + aheadMillis
      // Written before the clock was set back: nothing would be run until then.
      if (isAhead) yield* sql`DELETE FROM runs WHERE job = ${job} AND tick > ${at} AND state IN ('missed', 'skipped')`
      const added = yield* insertRuns(job, "schedule", ticks, at)
      if (isAhead || considered < until) yield* sql`UPDATE jobs SET considered_until = ${until} WHERE job = ${job}`
      return added.length
    })
    return yield* transact("record what is due", step)
  })

  const addManual = Effect.fn("RunStore.addManual")(function* (job: string) {
    const step = Effect.gen(function* () {
      const at = yield* now
      yield* ensureJob(job, at)
      // Another run of the same millisecond has its tick: this one takes the next that is free.
      for (let tick = at; ; tick++) {
        const [runId] = yield* insertRuns(job, "manual", [{ tick, state: "due", why: "" }], at)
        if (runId !== undefined) return runId
      }
    })
    return yield* transact("record a run", step)
  })

  const due = read(
    "read what is due",
    sql<{ runId: string; job: string; tick: number }>`
      SELECT run_id AS "runId", job, tick FROM runs AS one
      WHERE state = 'due'
        AND NOT EXISTS (SELECT 1 FROM runs AS other WHERE other.job = one.job AND other.state = 'running')
        AND tick = (SELECT MIN(tick) FROM runs AS other WHERE other.job = one.job AND other.state = 'due')
      ORDER BY tick, job`
  )

  const begin = Effect.fn("RunStore.begin")(function* (runId: string, options: { readonly timeLimitMillis: number }) {
    const step = Effect.gen(function* () {
      const at = yield* now
      // That there is one at most is seen to by the index `runs_running`, which the other replicas' runs meet, too. A transaction
      // of its own, since PostgreSQL would refuse all that follows in this one.
      const begun = sql.withTransaction(sql<Fence>`
        UPDATE runs SET state = 'running', fence = fence + 1, started_at = ${at}, deadline = ${at + options.timeLimitMillis}
        WHERE run_id = ${runId} AND state = 'due'
          AND NOT EXISTS (SELECT 1 FROM runs AS other WHERE other.job = runs.job AND other.state = 'running')
        RETURNING run_id AS "runId", fence`)
      const [row] = yield* Effect.catchIf(
        begun,
        ({ reason }) => reason._tag === "UniqueViolation",
        () => Effect.succeed([])
      )
      if (row !== undefined) yield* news
      return row
    })
    return yield* transact("begin the run", step)
  })

  return { now: read("read the time", now), consideredUntil, addTicks, addManual, due, begin }
}
