/**
 * `compliance validate`: reads a configuration, and the manifests of its jobs, without asking anybody.
 */
import { safe } from "@holdfast/report/Terminal"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { load } from "../config/load.ts"
import * as Output from "../Output.ts"
import * as flags from "./flags.ts"

export const validate = Command.make(
  "validate",
  { config: flags.config },
  Effect.fn("compliance validate")(function* ({ config }) {
    const { jobs } = yield* load(config)
    yield* Output.stdout(safe`${config}: valid, ${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}\n`)
  })
).pipe(
  Command.withShortDescription("Check that a configuration is well written"),
  Command.withDescription(
    "Reads a configuration, and reports every mistake with its place. It needs no credentials, no database and no network. Exit codes: 0 valid, 1 not."
  )
)
