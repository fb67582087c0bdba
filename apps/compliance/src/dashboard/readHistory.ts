/**
 * What each page is made of, read from history.
 */
import { states } from "@holdfast/check/CheckReport"
import { type FindingFilter, History, type JobState, type RowFilter, type RunFilter } from "@holdfast/history/History"
import { Outbox } from "@holdfast/history/Outbox"
import type { Run, WaiverSeen } from "@holdfast/history/Run"
import * as Effect from "effect/Effect"
import * as Refused from "../server/Refused.ts"
import type { InstanceValues } from "./instancePage.ts"
import { type Overview, trendDays } from "./overviewPage.ts"
import { type JobView, jobViews, type ScheduledJob } from "./standing.ts"
import { mostGivenUp } from "./undelivered.ts"
import { sorted } from "./waiversPage.ts"

const dayMillis = 86_400_000

/** The days that a trend is of, the last one included. */
export const trendRange = (now: number) => {
  const tomorrow = (Math.floor(now / dayMillis) + 1) * dayMillis
  return { from: tomorrow - trendDays * dayMillis, to: tomorrow }
}

/** Nothing has been told: no job has a run that is over. */
export const isUntold = (states: ReadonlyArray<JobState>): boolean =>
  states.every(({ last, latest }) => last === null && latest === null)

/** All jobs as they stand now. */
export const readViews = Effect.fnUntraced(function* (scheduled: ReadonlyArray<ScheduledJob>, now: number) {
  const history = yield* History
  return jobViews(scheduled, yield* history.jobs, now)
})

export const readOverview = Effect.fnUntraced(function* (scheduled: ReadonlyArray<ScheduledJob>, now: number) {
  const history = yield* History
  const range = trendRange(now)
  const views = yield* readViews(scheduled, now)
  const figures = yield* history.figures(range)
  const trend = yield* history.trend(range)
  const { ended, soon } = sorted(yield* history.waivers({}), now)
  const outbox = yield* Outbox
  const undelivered = { givenUp: yield* outbox.givenUp(mostGivenUp), waiting: yield* outbox.waiting }
  return { views, figures, trend, endingWaivers: ended.length + soon.length, undelivered } satisfies Overview
})

/** One job, or that there is none of the name. */
export const readJob = Effect.fnUntraced(function* (
  scheduled: ReadonlyArray<ScheduledJob>,
  job: string,
  filter: RunFilter,
  now: number
) {
  const history = yield* History
  const view = (yield* readViews(scheduled, now)).find((each) => each.job === job)
  if (view === undefined) {
    return yield* Refused.notFound(`There is no job ${job}.`, "The overview lists the jobs that there are.")
  }
  const last = view.state?.last ?? null
  const counts = last === null ? [] : yield* history.counts(last.run_id)
  const runs = yield* history.runs({ ...filter, job })
  const trend = yield* history.trend({ ...trendRange(now), job })
  return { view, counts, runs, trend }
})

/** One run, or that there is none of the id. */
export const readRun = Effect.fnUntraced(function* (runId: string) {
  const history = yield* History
  const run = yield* history.run(runId)
  if (run === undefined) {
    return yield* Refused.notFound(
      `There is no run ${runId}.`,
      "It may be older than what is kept: a job's page lists its runs."
    )
  }
  return { run, counts: yield* history.counts(runId) }
})

/** The report of a run, or why there is none. */
export const readReport = Effect.fnUntraced(function* (runId: string) {
  const history = yield* History
  yield* readRun(runId)
  const report = yield* history.report(runId)
  if (report !== undefined) return report
  return yield* Refused.notFound(
    `The run ${runId} has no report: it has not ended, it failed, or its rows are older than what is kept.`,
    "The page of the run says what became of it; `retention.rows` says how long rows are kept."
  )
})

export const readRows = Effect.fnUntraced(function* (runId: string, filter: RowFilter) {
  const history = yield* History
  return yield* history.rows(runId, filter)
})

/** How many rows of each state a run's page begins with. */
const rowsPerState = 25

/** The first rows of each state but in sync: of those there are many, and they say little. */
export const readRowsByState = Effect.fnUntraced(function* ({ run_id, summary }: Run) {
  const history = yield* History
  const amiss = states.filter((state) => state !== "in_sync" && (summary?.[state] ?? 0) > 0)
  const parts = yield* Effect.forEach(amiss, (state) =>
    Effect.map(history.rows(run_id, { state, limit: rowsPerState }), (part) => [state, part] as const)
  )
  return new Map(parts)
})

export const readFindings = Effect.fnUntraced(function* (filter: FindingFilter) {
  const history = yield* History
  const states = yield* history.jobs
  return { findings: yield* history.findings(filter), states }
})

export const readWaivers = Effect.fnUntraced(function* (filter: { readonly job?: string | undefined }) {
  const history = yield* History
  const states = yield* history.jobs
  return { waivers: yield* history.waivers(filter), states }
})

/** Whether a waiver accepts something of an instance by its id, or by one of its names in a job. */
const isAccepting = ({ job, waiver }: WaiverSeen, instanceId: string, names: ReadonlySet<string>): boolean =>
  [waiver.target, ...waiver.accepts].some((target) => target === instanceId || names.has(`${job}\n${target}`))

/** How many ticks of a job an instance's page looks through for those that told nothing. */
const latestTicks = 200

export const readInstance = Effect.fnUntraced(function* (
  scheduled: ReadonlyArray<ScheduledJob>,
  instanceId: string,
  now: number
) {
  const history = yield* History
  const story = yield* history.instance(instanceId)
  if (story === undefined) {
    return yield* Refused.notFound(
      `No run ever saw an instance ${instanceId}.`,
      "Check the id. A name is found on the page of a run."
    )
  }
  const names = new Set(story.runs.map(({ address, job }) => `${job}\n${address}`))
  const waivers = (yield* history.waivers({})).filter((each) => isAccepting(each, instanceId, names))
  const views: ReadonlyArray<JobView> = yield* readViews(scheduled, now)
  const jobs = [...new Set(story.runs.map(({ job }) => job))]
  const ticks = yield* Effect.forEach(jobs, (job) =>
    Effect.map(history.runs({ job, limit: latestTicks }), ({ items }) => [job, items] as const)
  )
  return { story, waivers, views, ticks: new Map(ticks) } satisfies InstanceValues
})
