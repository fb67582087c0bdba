/**
 * `drift validate`: reads manifests without asking the cloud.
 */
import { formatVersion } from "@holdfast/check/CheckReport"
import * as ManifestSource from "@holdfast/manifest/ManifestSource"
import { printManifest } from "@holdfast/manifest/printManifest"
import type { Variables } from "@holdfast/manifest/Variables"
import { diagnostics } from "@holdfast/report/diagnostics"
import { jsonText } from "@holdfast/report/json"
import { safe } from "@holdfast/report/Terminal"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { callable } from "../CommandLine.ts"
import { ExitWith } from "../Failure.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"

/** Two results were asked for, and there is one standard output. */
export class TwoResults extends Schema.TaggedError<TwoResults>("@holdfast/drift/TwoResults")("TwoResults", {}) {
  readonly remedy = "Leave out --format json, or HOLDFAST_FORMAT: the exit code tells whether the manifest is valid."
  override get message() {
    return "--print writes the manifest as YAML, and --format json asks for a report as JSON"
  }
}

interface Options {
  readonly files: ReadonlyArray<string>
  readonly format: "pretty" | "json"
  readonly color: boolean | undefined
  readonly print: boolean
  readonly variables: Variables
}

const count = (things: ReadonlyArray<unknown>, noun: string): string =>
  `${things.length} ${noun}${things.length === 1 ? "" : "s"}`

/** The result for a person. */
const present = Effect.fnUntraced(function* (manifest: ManifestSource.Manifest, print: boolean) {
  const { files, folders, groups, resources } = manifest
  const paths = files.map(({ path }) => path).join(", ")
  const counts = [count(resources, "resource"), ...(groups.length === 0 ? [] : [count(groups, "group")])].join(", ")
  yield* Output.stdout(print ? printManifest(manifest) : safe`${paths}: valid, ${counts}\n`)
  if (resources.length + groups.length + folders.length === 0) {
    yield* Output.stderr("warning: drift check takes an empty manifest for an error, unless --allow-empty\n")
  }
})

const main = Effect.fn("drift validate")(function* ({ color, files, format, print, variables }: Options) {
  if (print && format === "json") return yield* new TwoResults()
  const { manifest, problems } = yield* Effect.match(ManifestSource.load(files, variables), {
    onFailure: (error) => ({ manifest: undefined, problems: error.diagnostics }),
    onSuccess: (manifest) => ({ manifest, problems: [] })
  })
  if (format === "json") {
    const report = {
      format_version: formatVersion,
      valid: manifest !== undefined,
      error_count: problems.length,
      resource_count: manifest?.resources.length ?? 0,
      diagnostics: problems
    }
    yield* Output.stdout(jsonText(report))
  } else if (manifest !== undefined) yield* present(manifest, print)
  else yield* Output.stderr(diagnostics(problems, { color: Output.useColor(color, process.stderr) }))
  if (manifest === undefined) return yield* new ExitWith({ code: 1 })
})

export const validate = callable({
  name: "validate",
  short: "Check that manifests are well written",
  description:
    "Reads manifests and reports every mistake with its place, or prints what they come to. It needs no credentials and no network. Exit codes: 0 valid, 1 not.",
  examples: [
    { command: "drift validate", description: "Validate backup.yaml" },
    { command: "drift validate 'env/*.yaml'", description: "Validate several files together" },
    { command: "drift validate - < backup.yaml", description: "Validate standard input" },
    { command: "drift validate --print --var env=prod", description: "See what includes and variables come to" }
  ],
  argument: flags.files,
  flags: {
    format: flags.format,
    color: flags.color,
    print: flags.toggle(
      "print",
      "Print all that the files declare as one manifest: includes merged, variables filled in, with what each entry takes by default"
    ),
    variables: flags.variables
  },
  run: (options, paths) => main({ ...options, files: flags.manifestsOf(paths) })
})
