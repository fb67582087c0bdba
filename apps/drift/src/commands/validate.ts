/**
 * `drift validate`: reads manifests without asking the cloud.
 */
import { formatVersion } from "@holdfast/check/CheckReport"
import * as ManifestSource from "@holdfast/manifest/ManifestSource"
import { diagnostics } from "@holdfast/report/diagnostics"
import { jsonText } from "@holdfast/report/json"
import { safe } from "@holdfast/report/Terminal"
import * as Effect from "effect/Effect"
import { callable } from "../CommandLine.ts"
import { ExitWith } from "../Failure.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"

interface Options {
  readonly files: ReadonlyArray<string>
  readonly format: "pretty" | "json"
  readonly color: boolean | undefined
}

const main = Effect.fn("drift validate")(function* ({ color, files, format }: Options) {
  const { count, isEmpty, paths, problems } = yield* Effect.match(ManifestSource.load(files), {
    onFailure: (error) => ({ paths: "", count: 0, isEmpty: true, problems: error.diagnostics }),
    onSuccess: (manifest) => ({
      paths: manifest.files.map(({ path }) => path).join(", "),
      count: manifest.resources.length,
      isEmpty: manifest.resources.length + manifest.groups.length === 0,
      problems: []
    })
  })
  const isValid = problems.length === 0
  if (format === "json") {
    const report = {
      format_version: formatVersion,
      valid: isValid,
      error_count: problems.length,
      resource_count: count,
      diagnostics: problems
    }
    yield* Output.stdout(jsonText(report))
  } else if (isValid) {
    yield* Output.stdout(safe`${paths}: valid, ${count} ${count === 1 ? "resource" : "resources"}\n`)
    if (isEmpty) {
      yield* Output.stderr("warning: drift check takes an empty manifest for an error, unless --allow-empty\n")
    }
  } else yield* Output.stderr(diagnostics(problems, { color: Output.useColor(color, process.stderr) }))
  if (!isValid) return yield* new ExitWith({ code: 1 })
})

export const validate = callable({
  name: "validate",
  short: "Check that manifests are well written",
  description:
    "Reads manifests and reports every mistake with its place. It needs no credentials and no network. Exit codes: 0 valid, 1 not.",
  examples: [
    { command: "drift validate", description: "Validate backup.yaml" },
    { command: "drift validate 'env/*.yaml'", description: "Validate several files together" },
    { command: "drift validate - < backup.yaml", description: "Validate standard input" }
  ],
  argument: flags.files,
  flags: { format: flags.format, color: flags.color },
  run: (options, paths) => main({ ...options, files: flags.manifestsOf(paths) })
})
