/**
 * `compliance validate`: reads a configuration, and the manifests of its jobs, without asking anybody.
 */
import type { Diagnostic } from "@holdfast/manifest/Diagnostic"
import * as ManifestSource from "@holdfast/manifest/ManifestSource"
import { diagnostics } from "@holdfast/report/diagnostics"
import { safe } from "@holdfast/report/Terminal"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import type { Job } from "../config/ComplianceConfig.ts"
import { load } from "../config/load.ts"
import { ExitWith } from "../Failure.ts"
import * as Output from "../Output.ts"
import * as flags from "./flags.ts"

/** The mistakes in the manifests of some jobs, each once. */
const mistakesIn = Effect.fnUntraced(function* (jobs: ReadonlyArray<Job>) {
  const found = new Map<string, Diagnostic>()
  for (const { manifests, variables } of jobs) {
    const problems = yield* Effect.match(ManifestSource.load(manifests, variables), {
      onFailure: (error): ReadonlyArray<Diagnostic> => error.diagnostics,
      onSuccess: () => []
    })
    for (const problem of problems) found.set(JSON.stringify(problem), problem)
  }
  return [...found.values()]
})

export const validate = Command.make(
  "validate",
  { config: flags.config },
  Effect.fn("compliance validate")(function* ({ config }) {
    const { jobs } = yield* load(config)
    const mistakes = yield* mistakesIn(jobs)
    if (mistakes.length > 0) {
      yield* Output.stderr(diagnostics(mistakes, { color: Output.useColor(process.stderr) }))
      return yield* new ExitWith({ code: 1 })
    }
    yield* Output.stdout(safe`${config}: valid, ${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}\n`)
  })
).pipe(
  Command.withShortDescription("Check that a configuration is well written"),
  Command.withDescription(
    "Reads a configuration and the manifests of its jobs, and reports every mistake with its place. It needs no credentials, no database and no network. Exit codes: 0 valid, 1 not."
  )
)
