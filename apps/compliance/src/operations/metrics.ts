/**
 * `/metrics`: what a replica counts, and what the history that it shares says now.
 */
import { severities } from "@holdfast/check/CheckReport"
import type { Database } from "@holdfast/history/Database"
import { History, type JobState } from "@holdfast/history/History"
import type { HistoryError } from "@holdfast/history/HistoryError"
import { verdicts } from "@holdfast/history/Run"
import { type Gauges, readGauges } from "@holdfast/history/readGauges"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Metric from "effect/Metric"
import { version } from "../version.ts"
import { contentType, exposition, type Family, type Sample } from "./exposition.ts"
import { descriptions } from "./runMetrics.ts"

const isOurs = (name: string): name is keyof typeof descriptions => Object.hasOwn(descriptions, name)

const samplesOf = ({ attributes, state, type }: Metric.Metric.Snapshot): ReadonlyArray<Sample> => {
  const labels = attributes ?? {}
  if (type === "Counter") return [{ labels, value: Number(state.count) }]
  if (type !== "Histogram") return []
  const buckets = state.buckets.filter(([boundary]) => Number.isFinite(boundary))
  return [
    ...buckets.map(([le, value]) => ({ suffix: "_bucket" as const, labels: { ...labels, le: String(le) }, value })),
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: state.count },
    { suffix: "_sum", labels, value: state.sum },
    { suffix: "_count", labels, value: state.count }
  ]
}

/** What this process has counted. */
const counted = Effect.map(Metric.snapshot, (all): ReadonlyArray<Family> => {
  const ofName = Map.groupBy(all, ({ id }) => id)
  return Object.entries(descriptions).map(([name, help]) => ({
    name,
    help,
    type: name.endsWith("_seconds") ? "histogram" : "counter",
    samples: isOurs(name) ? (ofName.get(name) ?? []).flatMap(samplesOf) : []
  }))
})

const states = ["in_sync", "drifted", "missing", "pending", "not_compared", "waived"] as const

const seconds = (time: string): number => Date.parse(time) / 1000

/** What the history says of jobs, and of what is open. */
const known = (names: ReadonlyArray<string>, all: ReadonlyArray<JobState>, gauges: Gauges): ReadonlyArray<Family> => {
  // What was scheduled once, and is no more, is nobody's to watch: else series would be added for ever.
  const jobs = all.filter(({ job }) => names.includes(job))
  const gauge = (name: string, help: string, samples: ReadonlyArray<Sample>): Family => ({
    ...{ name, help, samples },
    type: "gauge"
  })
  const ofLast = (sample: (job: string, last: NonNullable<JobState["last"]>) => ReadonlyArray<Sample>) =>
    jobs.flatMap(({ job, last }) => (last === null ? [] : sample(job, last)))
  const count = (items: Gauges["findings"], job: string, severity: string) =>
    items.find((one) => one.job === job && one.severity === severity)?.count ?? 0
  return [
    gauge(
      "holdfast_resources",
      "Resources of the last run of a job by state; none where it has no report.",
      ofLast((job, { summary }) =>
        summary === null ? [] : states.map((state) => ({ labels: { job, state }, value: summary[state] }))
      )
    ),
    gauge(
      "holdfast_unlisted",
      "What the last run of a job found that no rule covers.",
      ofLast((job, { summary }) => (summary === null ? [] : [{ labels: { job }, value: summary.unlisted }]))
    ),
    gauge(
      "holdfast_last_run_timestamp_seconds",
      "When the last run of a job had its result.",
      ofLast((job, { finished_at }) => (finished_at === null ? [] : [{ labels: { job }, value: seconds(finished_at) }]))
    ),
    gauge(
      "holdfast_last_run_verdict",
      "1 for what the last run of a job answered, 0 for the other answers.",
      ofLast((job, { verdict }) =>
        verdicts.map((one) => ({ labels: { job, verdict: one }, value: one === verdict ? 1 : 0 }))
      )
    ),
    gauge(
      "holdfast_last_in_sync_timestamp_seconds",
      "When a run of a job answered that all is in sync, the last time.",
      jobs.flatMap(({ job, lastInSync }) =>
        lastInSync?.finished_at ? [{ labels: { job }, value: seconds(lastInSync.finished_at) }] : []
      )
    ),
    gauge(
      "holdfast_open_findings",
      "Open findings that no waiver accepts.",
      jobs.flatMap(({ job }) =>
        severities.map((severity) => ({ labels: { job, severity }, value: count(gauges.findings, job, severity) }))
      )
    ),
    gauge(
      "holdfast_open_runs",
      "Runs that are due or running.",
      jobs.flatMap(({ job }) =>
        (["due", "running"] as const).map((state) => ({
          labels: { job, state },
          value: gauges.runs.find((one) => one.job === job && one.state === state)?.count ?? 0
        }))
      )
    ),
    gauge("holdfast_queue_depth", "Parts of running runs that nobody has read yet.", [
      { labels: {}, value: gauges.chunks }
    ]),
    gauge("holdfast_outbox_messages", "Alerts that are to be sent, and those that were given up.", [
      { labels: { state: "waiting" }, value: gauges.messages.waiting },
      { labels: { state: "given_up" }, value: gauges.messages.givenUp }
    ])
  ]
}

/** A database that hangs must not make the scrape fail: then nobody would learn why. */
const patience = Duration.seconds(5)

/** All metrics as text; those of the history are left out where it does not answer. */
export const metricsText = (jobs: ReadonlyArray<string>): Effect.Effect<string, never, Database | History> =>
  Effect.gen(function* () {
    const history = yield* History
    const asked: Effect.Effect<ReadonlyArray<Family>, HistoryError, Database> = Effect.gen(function* () {
      return known(jobs, yield* history.jobs, yield* readGauges)
    })
    const answered = yield* Effect.result(Effect.timeout(asked, patience))
    const isUp = answered._tag === "Success"
    const process: ReadonlyArray<Family> = [
      {
        name: "holdfast_build_info",
        help: "The version of the program, and of what it runs on.",
        type: "gauge",
        samples: [{ labels: { version, node: globalThis.process.versions.node }, value: 1 }]
      },
      {
        name: "holdfast_database_up",
        help: "Whether the database of the history answers.",
        type: "gauge",
        samples: [{ labels: {}, value: isUp ? 1 : 0 }]
      }
    ]
    return exposition([...process, ...(isUp ? answered.success : []), ...(yield* counted)])
  })

/** The route. Who may see the dashboard may see this. */
export const metricsRoute = (jobs: ReadonlyArray<string>) =>
  HttpRouter.add(
    "GET",
    "/metrics",
    Effect.map(metricsText(jobs), (text) => HttpServerResponse.text(text, { contentType }))
  )
