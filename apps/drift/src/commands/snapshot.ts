/**
 * `drift snapshot`: saves the live side of a check.
 */
import { exitCodeOf, meanings, Snapshot } from "@holdfast/check/Snapshot"
import { takeSnapshot } from "@holdfast/check/takeSnapshot"
import * as RetryPolicy from "@holdfast/core/RetryPolicy"
import * as ManifestSource from "@holdfast/manifest/ManifestSource"
import type { Variables } from "@holdfast/manifest/Variables"
import { diagnostics } from "@holdfast/report/diagnostics"
import { jsonText } from "@holdfast/report/json"
import { safe } from "@holdfast/report/Terminal"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as addresses from "../addresses.ts"
import { callable } from "../CommandLine.ts"
import { ExitWith } from "../Failure.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"
import { refuseInputs } from "../outputFiles.ts"
import * as Progress from "../Progress.ts"
import * as services from "../services.ts"
import { version } from "../version.ts"

interface Options extends addresses.Addresses {
  readonly files: ReadonlyArray<string>
  readonly output: string | undefined
  readonly concurrency: number
  readonly timeout: number
  readonly retryPolicy: keyof typeof services.retryPolicies
  readonly emulate: string | undefined
  readonly variables: Variables
  readonly quiet: boolean
}

/** The run's time ended before all was read: half a snapshot would be taken for a whole one. */
class SnapshotTimeLimit extends Schema.TaggedError<SnapshotTimeLimit>("@holdfast/drift/SnapshotTimeLimit")(
  "SnapshotTimeLimit",
  {}
) {
  readonly remedy = "Allow more time with --timeout."
  override get message() {
    return "The run's time limit ended before the snapshot was taken; nothing is written"
  }
}

const take = Effect.fnUntraced(function* (manifest: ManifestSource.Manifest, options: Options) {
  const progress = Progress.make(!options.quiet)
  const cloud = yield* services.found(options)
  return yield* takeSnapshot(manifest, {
    version,
    emulator: options.emulate ?? null,
    concurrency: options.concurrency,
    onProgress: progress.update
  }).pipe(
    Effect.timeoutOrElse({
      duration: Math.max(0, options.timeout - services.elapsedMillis()),
      orElse: () => Effect.fail(new SnapshotTimeLimit())
    }),
    Effect.ensuring(progress.end),
    Effect.provide(cloud)
  )
}, Effect.scoped)

/** What could not be read, and what was. */
const conclude = (snapshot: Snapshot, output: string | undefined, color: boolean): string => {
  const gaps = diagnostics(
    snapshot.unread.map(({ error, folder_id, instance_id, part }) => ({
      severity: "error" as const,
      summary: `Not read: ${part === "resource" ? `the resource of ${instance_id}` : `${part} of ${folder_id}`}: ${error.tag}: ${error.message}`,
      detail: error.remedy
    })),
    { color }
  )
  const { folders, resources } = snapshot
  // One that the service does not know is told of, too, and is no resource.
  const alone = resources.filter(({ resource }) => resource !== null).length
  const count = folders.reduce((sum, { resources }) => sum + (resources?.length ?? 0), alone)
  const where = output === undefined ? "" : safe`${output}: `
  return `${gaps}${where}${snapshot.complete ? "taken whole" : "taken in part"}, ${count} resources, ${folders.length} folders\n`
}

const main = Effect.fn("drift snapshot")(function* (options: Options) {
  const { files, output } = options
  const manifest = yield* ManifestSource.load(files, options.variables)
  if (output !== undefined) {
    const seed = options.emulate === undefined ? [] : [options.emulate]
    const read = [...manifest.files.map(({ path }) => path), ...seed]
    yield* refuseInputs([{ flag: `--output ${output}`, path: output }], read)
  }
  const snapshot = yield* Effect.provideService(
    take(manifest, options),
    RetryPolicy.CurrentRetryPolicy,
    services.retryPolicies[options.retryPolicy]
  )
  const code = exitCodeOf(snapshot)
  if (code !== 1) {
    const text = jsonText(Schema.encodeSync(Snapshot)(snapshot))
    yield* output === undefined ? Output.stdout(text) : Output.file(output, [text])
  }
  if (!options.quiet || code !== 0) {
    yield* Output.stderr(
      conclude(snapshot, code === 1 ? undefined : output, Output.useColor(undefined, process.stderr))
    )
  }
  if (code !== 0) return yield* new ExitWith({ code })
})

const exitCodes = Object.entries(meanings)
  .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)
  .join("\n")

export const snapshot = callable({
  name: "snapshot",
  short: "Save what the cloud says of a manifest's machines",
  description: `Saves the live side of a check: the folders that a manifest asks about, the resources that it declares, and their policies. drift check --against compares with it, without credentials. It holds no secret.\n\nExit codes:\n${exitCodes}`,
  examples: [
    { command: "drift snapshot --output live.json", description: "Of what backup.yaml is about" },
    { command: "drift check --against live.json", description: "Compare with it later, anywhere" }
  ],
  argument: flags.files,
  flags: {
    output: flags.output,
    concurrency: flags.concurrency,
    timeout: flags.timeout,
    retryPolicy: flags.retryPolicy,
    emulate: flags.emulate,
    variables: flags.variables,
    quiet: flags.quiet,
    ...addresses.flags
  },
  run: (options, paths) => main({ ...options, files: flags.manifestsOf(paths) })
})
