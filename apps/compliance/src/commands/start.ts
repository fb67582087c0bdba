/**
 * `compliance start`: runs the jobs of a configuration until it is told to stop.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { load } from "../config/load.ts"
import { work } from "../engine/work.ts"
import * as services from "../services.ts"
import * as flags from "./flags.ts"

export const start = Command.make(
  "start",
  { config: flags.config },
  Effect.fn("compliance start")(function* ({ config: path }) {
    const config = yield* load(path)
    yield* Effect.gen(function* () {
      yield* Effect.logInfo(`${path}: ${config.jobs.length} ${config.jobs.length === 1 ? "job" : "jobs"}`)
      yield* work(services.workshopOf(config), { isTicking: true })
    }).pipe(Effect.provide(services.layer(config)))
  })
).pipe(
  Command.withShortDescription("Run the jobs until told to stop"),
  Command.withDescription(
    "Runs the jobs of a configuration at their times, until it is told to stop by SIGTERM or SIGINT: then what is under way is finished or handed over, and the exit code is 0. Several of these on one database share the work."
  )
)
