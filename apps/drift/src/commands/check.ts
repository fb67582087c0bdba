/**
 * `drift check`: reads the declared resources and reports which are not as declared.
 */
import * as Check from "@holdfast/check/Check"
import type { CheckReport, FailOn } from "@holdfast/check/CheckReport"
import * as ExitCode from "@holdfast/check/ExitCode"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import * as RetryPolicy from "@holdfast/core/RetryPolicy"
import * as ManifestSource from "@holdfast/manifest/ManifestSource"
import type { Variables } from "@holdfast/manifest/Variables"
import { diagnostics } from "@holdfast/report/diagnostics"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as addresses from "../addresses.ts"
import { callable } from "../CommandLine.ts"
import { ExitWith, toDiagnostics } from "../Failure.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"
import { outputFilesOf, refuseInputs, refuseShared } from "../outputFiles.ts"
import * as Progress from "../Progress.ts"
import { type Presentation, presenterOf } from "../present.ts"
import * as services from "../services.ts"
import { version } from "../version.ts"

const exitCodes = Object.entries(ExitCode.meanings)
  .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)
  .join("\n")

/** A run that could not begin: said to a person on standard error, and to a machine as a report of nothing. */
const explain = Effect.fnUntraced(function* (problems: CheckReport["diagnostics"], options: Presentation) {
  yield* Output.stderr(diagnostics(problems, { color: Output.useColor(options.color, process.stderr) }))
  if (options.format === "pretty" && options.reports.length === 0) return yield* new ExitWith({ code: 1 })
  return yield* Check.failed(version, problems)
})

interface Options extends Presentation, addresses.Addresses {
  readonly files: ReadonlyArray<string>
  readonly concurrency: number
  readonly timeout: number
  readonly retryPolicy: keyof typeof services.retryPolicies
  readonly emulate: string | undefined
  readonly against: string | undefined
  readonly resume: string | undefined
  readonly allowEmpty: boolean
  readonly failOn: FailOn
  readonly baseline: string | undefined
  readonly variables: Variables
}

/** Flags that cannot go together. */
class ConflictingFlags extends Schema.TaggedError<ConflictingFlags>("@holdfast/drift/ConflictingFlags")(
  "ConflictingFlags",
  { flags: Schema.Array(Schema.String) }
) {
  readonly remedy = "Give one of them."
  override get message() {
    return `${this.flags.join(" and ")} cannot go together: each says what is compared with`
  }
}

/** Nothing is new without something before. */
class MissingBaseline extends Schema.TaggedError<MissingBaseline>("@holdfast/drift/MissingBaseline")(
  "MissingBaseline",
  {}
) {
  readonly remedy = "Name an earlier JSON report with --baseline."
  override get message() {
    return "--fail-on new takes a baseline"
  }
}

/** What is read from, and what the report says of it. */
const cloudOf = Effect.fnUntraced(function* (options: Options) {
  const { against } = options
  if (against === undefined) {
    const cloud = yield* services.found(options)
    const { warnings } = Context.get(cloud, Credentials)
    return { cloud, emulator: options.emulate ?? null, snapshot: null, warnings }
  }
  const { recorded } = yield* Effect.promise(() => import("../recorded.ts"))
  const { emulator, layer, timestamp } = yield* recorded(against)
  return { cloud: yield* Layer.build(layer), emulator, snapshot: { path: against, timestamp }, warnings: [] }
})

/** What an earlier run has told. */
const carriedOf = Effect.fnUntraced(function* (
  manifest: ManifestSource.Manifest,
  endpoint: string,
  { emulate, resume }: Options
) {
  if (resume === undefined) return {}
  const { carried } = yield* Effect.promise(() => import("../earlierReport.ts"))
  return { carried: yield* carried(resume, manifest, { emulator: emulate ?? null, endpoint }) }
})

/** What was known before. */
const baselineOf = Effect.fnUntraced(function* (path: string | undefined, emulator: string | null) {
  if (path === undefined) return {}
  const { baseline } = yield* Effect.promise(() => import("../earlierReport.ts"))
  return { baseline: yield* baseline(path, emulator) }
})

type Present = Effect.Success<ReturnType<typeof presenterOf>>

const run = Effect.fnUntraced(function* (manifest: ManifestSource.Manifest, present: Present, options: Options) {
  const { against, emulate, resume } = options
  const given = { "--emulate": emulate, "--against": against, "--resume": against === undefined ? undefined : resume }
  const conflicting = Object.entries(given).filter(([, value]) => value !== undefined)
  if (conflicting.length > 1) return yield* new ConflictingFlags({ flags: conflicting.map(([flag]) => flag) })
  if (options.failOn === "new" && options.baseline === undefined) return yield* new MissingBaseline()
  const progress = Progress.make(!options.quiet)
  const platform = yield* Effect.context<FileSystem.FileSystem>()
  const { cloud, emulator, snapshot, warnings } = yield* cloudOf(options)
  const known = yield* baselineOf(options.baseline, emulator)
  const earlier = yield* carriedOf(manifest, Context.get(cloud, CloudBackup).endpoint, options)
  return yield* Check.check(manifest, {
    version,
    emulator,
    snapshot,
    ...earlier,
    ...known,
    concurrency: options.concurrency,
    timeLimitMillis: options.timeout,
    elapsedMillis: services.elapsedMillis(),
    warnings,
    allowEmpty: options.allowEmpty,
    failOn: options.failOn,
    onProgress: progress.update,
    onInterrupt: (partial) =>
      Effect.andThen(
        progress.end,
        Effect.catch(present(partial), (error) => Output.stderr(diagnostics(toDiagnostics(error), { color: false })))
      ).pipe(Effect.provide(platform))
  }).pipe(Effect.ensuring(progress.end), Effect.provide(cloud))
}, Effect.scoped)

const main = Effect.fn("drift check")(function* (options: Options) {
  const { against, attest, baseline, emulate, resume } = options
  const outputs = outputFilesOf(options)
  yield* refuseShared(outputs)
  const named = outputs.length === 0 ? [] : yield* ManifestSource.find(options.files)
  const inputs = [against, attest, baseline, emulate, resume].filter((path) => path !== undefined)
  yield* refuseInputs(outputs, [...named, ...inputs])
  const present = yield* presenterOf(options)
  const manifest = yield* Effect.result(ManifestSource.load(options.files, options.variables))
  // Also what it includes, which nobody knew before.
  if (Result.isSuccess(manifest)) {
    yield* refuseInputs(
      outputs,
      manifest.success.files.map(({ path }) => path)
    )
  }
  const report = yield* Effect.fromResult(manifest).pipe(
    Effect.flatMap((known) => run(known, present, options)),
    // What the layers ask for follows the policy, too.
    Effect.provideService(RetryPolicy.CurrentRetryPolicy, services.retryPolicies[options.retryPolicy]),
    Effect.catch((error) => explain(toDiagnostics(error), options))
  )
  yield* present(report)
  if (report.exit_code !== 0) return yield* new ExitWith({ code: report.exit_code })
})

export const check = callable({
  name: "check",
  short: "Compare the manifest with Cloud Backup",
  description: `Compares the resources that a manifest declares with Cloud Backup, and says which are not backed up as declared. It only reads.\n\nExit codes:\n${exitCodes}`,
  examples: [
    { command: "drift check", description: "Check backup.yaml against the cloud" },
    {
      command: "drift check 'env/*.yaml' --format json --output report.json",
      description: "Check several files, for a machine to read"
    },
    { command: "drift check backup.yaml --emulate fleet.yaml", description: "Try it without a cloud" },
    { command: "drift check --retry-policy patient --timeout 1h", description: "A nightly job" }
  ],
  argument: flags.files,
  flags: {
    format: flags.reportFormat,
    reports: flags.reports,
    attest: flags.attest,
    output: flags.output,
    concurrency: flags.concurrency,
    timeout: flags.timeout,
    retryPolicy: flags.retryPolicy,
    emulate: flags.emulate,
    against: flags.against,
    resume: flags.resume,
    allowEmpty: flags.toggle(
      "allow-empty",
      "A manifest without resources, or a group without members, is in sync, not an error"
    ),
    color: flags.color,
    quiet: flags.quiet,
    verbose: flags.verbose,
    explain: flags.toggle(
      "explain",
      "Also show how the cloud was read: which lists and single reads, how many requests, and why"
    ),
    failOn: flags.failOn,
    baseline: flags.baseline,
    variables: flags.variables,
    ...addresses.flags
  },
  run: (options, paths) => main({ ...options, files: flags.manifestsOf(paths) })
})
