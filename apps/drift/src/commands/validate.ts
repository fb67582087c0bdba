/**
 * `drift validate`: reads manifests without asking the cloud.
 */
import * as ManifestSource from "@holdfast/manifest/ManifestSource"
import { diagnostics } from "@holdfast/report/diagnostics"
import { safe } from "@holdfast/report/Terminal"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { ExitWith } from "../Failure.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"

export const validate = Command.make(
  "validate",
  { files: flags.files, format: flags.format, color: flags.color },
  Effect.fn("drift validate")(function* ({ color, files, format }) {
    const result = yield* ManifestSource.load(files).pipe(
      Effect.map((manifest) => ({ manifest, problems: [] as ManifestSource.ManifestError["diagnostics"] | [] })),
      Effect.catchTag("ManifestError", (error) => Effect.succeed({ manifest: undefined, problems: error.diagnostics }))
    )
    const isValid = result.manifest !== undefined
    if (format === "json") {
      const report = {
        format_version: "1.0",
        valid: isValid,
        error_count: result.problems.length,
        resource_count: result.manifest?.resources.length ?? 0,
        diagnostics: result.problems
      }
      yield* Output.stdout(`${JSON.stringify(report, null, 2)}\n`)
    }
    if (result.manifest === undefined) {
      if (format === "pretty") {
        yield* Output.stderr(diagnostics(result.problems, { color: Output.useColor(color, process.stderr) }))
      }
      return yield* new ExitWith({ code: 1 })
    }
    if (format === "pretty") {
      const paths = result.manifest.files.map(({ path }) => path).join(", ")
      yield* Output.stdout(safe`${paths}: valid, ${result.manifest.resources.length} resources\n`)
    }
  })
).pipe(
  Command.withShortDescription("Check that manifests are well written"),
  Command.withDescription(
    "Reads manifests and reports every mistake with its place. It needs no credentials and no network. Exit codes: 0 valid, 1 not."
  ),
  Command.withExamples([
    { command: "drift validate", description: "Validate backup.yaml" },
    { command: "drift validate 'env/*.yaml'", description: "Validate several files together" },
    { command: "drift validate - < backup.yaml", description: "Validate standard input" }
  ])
)
