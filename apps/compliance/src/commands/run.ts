/**
 * `compliance run`: one run of a job now, or what is due.
 */
import { meanings } from "@holdfast/check/ExitCode"
import { History } from "@holdfast/history/History"
import type { HistoryError } from "@holdfast/history/HistoryError"
import type { Run } from "@holdfast/history/Run"
import { RunStore } from "@holdfast/history/RunStore"
import { nearest, quote } from "@holdfast/manifest/Diagnostic"
import { safe } from "@holdfast/report/Terminal"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { flush } from "../alerts/Delivery.ts"
import type { ComplianceConfig, Job } from "../config/ComplianceConfig.ts"
import { load } from "../config/load.ts"
import { addTicks, work } from "../engine/work.ts"
import { ExitWith } from "../Failure.ts"
import * as Output from "../Output.ts"
import * as services from "../services.ts"
import * as flags from "./flags.ts"

/** The configuration has no such job. */
class UnknownJob extends Schema.TaggedError<UnknownJob>("@holdfast/compliance/UnknownJob")("UnknownJob", {
  job: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `There is no job ${quote(this.job)} in the configuration`
  }
}

const findJob = (job: string, { jobs }: ComplianceConfig): Effect.Effect<Job, UnknownJob> => {
  const found = jobs.find(({ name }) => name === job)
  if (found !== undefined) return Effect.succeed(found)
  const names = jobs.map(({ name }) => name)
  const near = nearest(job, names)
  const remedy = near === undefined ? `It has ${names.map(quote).join(", ")}.` : `Did you mean ${quote(near)}?`
  return Effect.fail(new UnknownJob({ job, remedy }))
}

/** Asks again while the database is away, for less than `patienceMillis` at a time. */
const patiently = <A>(asked: Effect.Effect<A, HistoryError>, patienceMillis: number): Effect.Effect<A, HistoryError> =>
  Effect.retry(asked, {
    while: ({ isRetryable }) => isRetryable,
    schedule: Schedule.upTo(Schedule.spaced("1 second"), { duration: patienceMillis })
  })

const often = Schedule.spaced("250 millis")

/** Runs a job now, and tells what came of it, however it ends. */
const runNow = Effect.fnUntraced(function* ({ name, timeoutMillis }: Job, config: ComplianceConfig) {
  const history = yield* History
  const runId = yield* RunStore.use((store) => store.addManual(name))
  const ended = Effect.repeat(patiently(history.run(runId), timeoutMillis), {
    until: (run) => run === undefined || !["due", "running"].includes(run.state),
    schedule: often
  })
  const run = yield* Effect.raceFirst(ended, working(config))
  return [{ job: name, run: run ?? null }]
})

/** Adds the ticks that have come, sees all that is due to its end, and tells what came last of each job. */
const runDue = Effect.fnUntraced(function* (config: ComplianceConfig) {
  const store = yield* RunStore
  const names = new Set(config.jobs.map(({ name }) => name))
  const lasts = History.use(({ jobs }) => Effect.map(jobs, (all) => new Map(all.map(({ job, last }) => [job, last]))))
  const left = Effect.gen(function* () {
    return [...(yield* store.due), ...(yield* store.open)].filter(({ job }) => names.has(job))
  })
  yield* addTicks(services.workshopOf(config))
  const before = yield* lasts
  const coming = new Set((yield* left).map(({ job }) => job))
  // Nobody sees before its next tick whether a new job works.
  for (const job of names) if ((before.get(job) ?? null) === null && !coming.has(job)) yield* store.addManual(job)
  const patience = Math.max(...config.jobs.map(({ timeoutMillis }) => timeoutMillis))
  const done = Effect.repeat(patiently(left, patience), { until: (runs) => runs.length === 0, schedule: often })
  yield* Effect.raceFirst(done, working(config))
  const known = yield* lasts
  return [...names].map((job) => ({ job, run: known.get(job) ?? null }))
})

const working = (config: ComplianceConfig) =>
  Effect.andThen(work(services.workshopOf(config), { isTicking: false }), Effect.never)

/** The code of several runs: drift wins, as in a check, and what could not be told is never good. */
const worst = [2, 1, 3, 0]

/** Why a run has no better answer: its own words, or, where it could not compare everything, what kept it from the first. */
const reasonOf = Effect.fnUntraced(function* ({ run_id, summary, why }: Run) {
  if (summary === null || summary.not_compared === 0) return why
  const history = yield* History
  const { items } = yield* history.rows(run_id, { state: "not_compared", limit: 1 })
  const size = `${summary.not_compared} of ${summary.total} not compared`
  return [why, size, ...items.map(({ address, reason }) => `${address}: ${reason}`)]
    .filter((part) => part !== "")
    .join("; ")
})

/** What came of a job, in a line. */
const lineOf = Effect.fnUntraced(function* (job: string, run: Run | null) {
  const reason = run === null ? "" : yield* reasonOf(run)
  return `${safe`${job}: ${run?.verdict ?? "error"}`}${reason === "" ? "" : safe`: ${reason}`}\n`
})

/** Flags that say nothing, or too much. */
class OneOf extends Schema.TaggedError<OneOf>("@holdfast/compliance/OneOf")("OneOf", {}) {
  readonly remedy = "Name a job with --job, or run what its schedule says with --due."
  override get message() {
    return "compliance run takes either --job or --due"
  }
}

const exitCodes = Object.entries(meanings)
  .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)
  .join("\n")

export const run = Command.make(
  "run",
  {
    config: flags.config,
    job: Flag.String("job").pipe(Flag.withMetavar("name"), Flag.withDescription("The job to run now"), Flag.optional),
    due: Flag.Boolean("due").pipe(
      Flag.withDescription("Run what is due by the schedules of all jobs"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("compliance run")(function* ({ config: path, due, job }) {
    const config = yield* load(path)
    if (Option.isSome(job) === due) return yield* new OneOf()
    const named = Option.isSome(job) ? yield* findJob(job.value, config) : undefined
    const results = yield* Effect.gen(function* () {
      const results = named === undefined ? yield* runDue(config) : yield* runNow(named, config)
      yield* flush(config.alerts)
      return yield* Effect.forEach(results, ({ job, run }) =>
        Effect.map(lineOf(job, run), (line) => ({ line, code: run?.exit_code ?? 1 }))
      )
    }).pipe(Effect.provide(services.layer(config)))
    yield* Output.stdout(results.map(({ line }) => line).join(""))
    const codes = results.map(({ code }) => code)
    const code = worst.find((one) => codes.includes(one)) ?? 1
    if (code !== 0) return yield* new ExitWith({ code })
  })
).pipe(
  Command.withShortDescription("Run a job now, or what is due, and wait for it"),
  Command.withDescription(
    `With --job, runs a job once, now, and records the run. With --due, it is a replica for as long as there is something to do: it adds the ticks that have come since it was called last, each of which is run once however often it is called, runs a job that never ran, and tells what came last of each job. So cron, a systemd timer or a Kubernetes CronJob is the clock. Replicas that are at work help with it; where a job runs already, its run waits until that one is over.\n\nExit codes, of several jobs the worst:\n${exitCodes}`
  ),
  Command.withExamples([
    { command: "compliance run --job nightly", description: "Run the job nightly of compliance.yaml" },
    { command: "compliance run --due", description: "Run what is due, from cron" }
  ])
)
