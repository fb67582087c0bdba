/**
 * `compliance run`: one run of a job now.
 */
import { meanings } from "@holdfast/check/ExitCode"
import { History } from "@holdfast/history/History"
import { RunStore } from "@holdfast/history/RunStore"
import { nearest, quote } from "@holdfast/manifest/Diagnostic"
import { safe } from "@holdfast/report/Terminal"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { flush } from "../alerts/Delivery.ts"
import type { ComplianceConfig } from "../config/ComplianceConfig.ts"
import { load } from "../config/load.ts"
import { work } from "../engine/work.ts"
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

const checkJob = (job: string, { jobs }: ComplianceConfig): Effect.Effect<void, UnknownJob> => {
  const names = jobs.map(({ name }) => name)
  if (names.includes(job)) return Effect.void
  const near = nearest(job, names)
  const remedy = near === undefined ? `It has ${names.map(quote).join(", ")}.` : `Did you mean ${quote(near)}?`
  return Effect.fail(new UnknownJob({ job, remedy }))
}

/** Waits for the end of a run, however it ends. */
const ended = Effect.fnUntraced(function* (runId: string) {
  const history = yield* History
  return yield* Effect.repeat(history.run(runId), {
    until: (run) => run === undefined || !["due", "running"].includes(run.state),
    schedule: Schedule.spaced("250 millis")
  })
})

const exitCodes = Object.entries(meanings)
  .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)
  .join("\n")

export const run = Command.make(
  "run",
  {
    config: flags.config,
    job: Flag.String("job").pipe(Flag.withMetavar("name"), Flag.withDescription("The job to run"))
  },
  Effect.fn("compliance run")(function* ({ config: path, job }) {
    const config = yield* load(path)
    yield* checkJob(job, config)
    const result = yield* Effect.gen(function* () {
      const runId = yield* RunStore.use((store) => store.addManual(job))
      const result = yield* Effect.raceFirst(
        ended(runId),
        Effect.andThen(work(services.workshopOf(config), { isTicking: false }), Effect.never)
      )
      yield* flush(config.alerts)
      return result
    }).pipe(Effect.provide(services.layer(config)))
    const code = result?.exit_code ?? 1
    const why = result === undefined || result.why === "" ? "" : safe`: ${result.why}`
    yield* Output.stdout(`${safe`${job}: ${result?.verdict ?? "error"}`}${why}\n`)
    if (code !== 0) return yield* new ExitWith({ code })
  })
).pipe(
  Command.withShortDescription("Run a job now, and wait for it"),
  Command.withDescription(
    `Runs a job once, now, and records the run: by hand, from cron, from a systemd timer or from a Kubernetes CronJob. Replicas that are at work help with it; where the job runs already, this run waits until that one is over.\n\nExit codes:\n${exitCodes}`
  ),
  Command.withExamples([
    { command: "compliance run --job nightly", description: "Run the job nightly of compliance.yaml" }
  ])
)
