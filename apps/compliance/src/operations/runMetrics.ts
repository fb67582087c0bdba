/**
 * What a replica counts of the runs that it closes. Effect's metrics, so that they are exported over OTLP, too; they begin at zero with
 * the process, as counters do.
 */
import { type Announce, type RunChanges, RunStore } from "@holdfast/history/RunStore"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

/** What is counted, by name, with what it means. */
export const descriptions = {
  holdfast_runs_total: "Ticks and runs by what became of them, of those that this replica closed or recorded.",
  holdfast_run_duration_seconds: "How long runs took from their beginning to their result.",
  holdfast_api_requests_total: "Requests that were sent to the cloud for runs that this replica closed.",
  holdfast_api_retries_total: "How many of them were sent again.",
  holdfast_api_errors_total: "Resources that could not be read, by error, of runs that this replica closed.",
  /** Counted where they are sent: `alerts/Delivery.ts`. */
  holdfast_alerts_total: "Alerts by channel and by what became of them, of those that this replica sent."
} as const

type Labels = Readonly<Record<string, string>>

const counter = (name: keyof typeof descriptions, attributes: Labels) =>
  Metric.counter(name, { description: descriptions[name], attributes, incremental: true })

/** In seconds: a run may take a moment, and hours. */
const boundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]

const duration = (job: string) =>
  Metric.histogram("holdfast_run_duration_seconds", {
    description: descriptions.holdfast_run_duration_seconds,
    attributes: { job },
    boundaries
  })

/** What can become of a tick; without a result there is no verdict. */
const ends = [
  ...["in_sync", "drifted", "could_not_tell", "error"].map((verdict) => ({ state: "finished", verdict })),
  { state: "failed", verdict: "error" },
  { state: "missed", verdict: "none" },
  { state: "skipped", verdict: "none" }
]

const add = (metric: Metric.Counter<number>, by: number) => Metric.update(metric, by)

/** Has all counters of `jobs` be there from the beginning: nothing is missed of one that rises from nought. */
export const beginAtZero = (jobs: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.forEach(
    jobs,
    (job) =>
      Effect.all([
        ...ends.map((end) => add(counter("holdfast_runs_total", { job, ...end }), 0)),
        add(counter("holdfast_api_requests_total", { job }), 0),
        add(counter("holdfast_api_retries_total", { job }), 0)
      ]),
    { discard: true }
  )

const record = Effect.fnUntraced(function* ({ report, run }: RunChanges) {
  const { job, state } = run
  yield* add(counter("holdfast_runs_total", { job, state, verdict: run.verdict ?? "error" }), 1)
  if (run.started_at !== null && run.finished_at !== null) {
    yield* Metric.update(duration(job), (Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000)
  }
  if (report === null) return
  yield* add(counter("holdfast_api_requests_total", { job }), report.requests.sent)
  yield* add(counter("holdfast_api_retries_total", { job }), report.requests.retried)
  const errors = new Map<string, number>()
  for (const { error } of report.resources) {
    if (error !== null) errors.set(error.tag, (errors.get(error.tag) ?? 0) + 1)
  }
  for (const [error, count] of errors) yield* add(counter("holdfast_api_errors_total", { job, error }), count)
})

/** The store, and what it closes counted: once it is written, and only by whoever wrote it. */
export const counted = (store: RunStore["Service"]): RunStore["Service"] => {
  const closing = <E>(announce: Announce, close: (announce: Announce) => Effect.Effect<boolean, E>) =>
    Effect.suspend(() => {
      let seen: RunChanges | undefined
      const see: Announce = (changes, now) => {
        seen = changes
        return announce(changes, now)
      }
      return Effect.tap(close(see), (isWritten) => (isWritten && seen !== undefined ? record(seen) : Effect.void))
    })
  return RunStore.of({
    ...store,
    addTicks: (job, ticks, until) =>
      Effect.tap(store.addTicks(job, ticks, until), (added) =>
        // Those that another replica was first to add are the earlier ones.
        Effect.forEach(
          ticks.slice(ticks.length - added).filter(({ state }) => state !== "due"),
          ({ state }) => add(counter("holdfast_runs_total", { job, state, verdict: "none" }), 1),
          { discard: true }
        )
      ),
    finish: (fence, report, announce) => closing(announce, (see) => store.finish(fence, report, see)),
    fail: (fence, diagnostics, announce) => closing(announce, (see) => store.fail(fence, diagnostics, see))
  })
}
