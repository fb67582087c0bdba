/**
 * `compliance start`: runs the jobs of a configuration until it is told to stop.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { load } from "../config/load.ts"
import * as flags from "./flags.ts"

export const start = Command.make(
  "start",
  { config: flags.config },
  Effect.fn("compliance start")(function* ({ config }) {
    yield* load(config)
  })
).pipe(
  Command.withShortDescription("Run the jobs until told to stop"),
  Command.withDescription(
    "Runs the jobs of a configuration at their times, until it is told to stop. Several of these on one database share the work."
  )
)
