/**
 * `drift init`: a manifest of what is there, for a team that has none yet.
 */
import * as Init from "@holdfast/check/Init"
import type { ManifestDraft } from "@holdfast/check/ManifestDraft"
import { Credentials } from "@holdfast/core/Credentials"
import * as RetryPolicy from "@holdfast/core/RetryPolicy"
import { diagnostics } from "@holdfast/report/diagnostics"
import { manifest } from "@holdfast/report/manifest"
import { safe } from "@holdfast/report/Terminal"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as addresses from "../addresses.ts"
import { callable } from "../CommandLine.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"
import * as services from "../services.ts"

/** Nobody said where to look. */
export class NoFolder extends Schema.TaggedError<NoFolder>("@holdfast/drift/NoFolder")("NoFolder", {}) {
  readonly remedy =
    "Name it with --folder-id, once for each folder, or with YC_FOLDER_ID: `yc resource-manager folder list` shows the ids."
  override get message() {
    return "No folder is named"
  }
}

interface Options extends addresses.Addresses {
  readonly folders: ReadonlyArray<string>
  readonly output: string | undefined
  readonly timeout: number
  readonly retryPolicy: keyof typeof services.retryPolicies
  readonly emulate: string | undefined
}

const read = Effect.fnUntraced(function* (options: Options) {
  const cloud = yield* services.found(options)
  return yield* Init.init(options.folders, {
    timeLimitMillis: options.timeout,
    elapsedMillis: services.elapsedMillis(),
    warnings: Context.get(cloud, Credentials).warnings
  }).pipe(Effect.provide(cloud))
}, Effect.scoped)

/** What was made, and what is to be done with it. */
const summary = ({ groups, resources, waivers }: ManifestDraft, output: string | undefined): string => {
  const counts = [
    [groups.length, "group"],
    [resources.length, "resource"],
    [waivers.length, "waiver"]
  ] as const
  const made = counts.map(([count, what]) => `${count} ${what}${count === 1 ? "" : "s"}`).join(", ")
  return safe`${output ?? "The manifest"} has ${made}. Review it, then run drift check ${output ?? "on it"}.\n`
}

const main = Effect.fn("drift init")(function* (options: Options) {
  const { folders, output } = options
  if (folders.length === 0) return yield* new NoFolder()
  // Before the cloud is read, and once more when the file is written.
  if (output !== undefined) yield* Output.refuseExisting(output)
  const { diagnostics: problems, draft } = yield* read(options).pipe(
    // What the layers ask for follows the policy, too.
    Effect.provideService(RetryPolicy.CurrentRetryPolicy, services.retryPolicies[options.retryPolicy])
  )
  const text = manifest(draft)
  yield* output === undefined ? Output.stdout(text) : Output.newFile(output, text)
  yield* Output.stderr(
    diagnostics(problems, { color: Output.useColor(undefined, process.stderr) }) + summary(draft, output)
  )
})

export const init = callable({
  name: "init",
  short: "Draft a manifest of what is there",
  description:
    "Reads the instances and resources of folders, and writes a manifest that they satisfy today: groups by the label that divides them best, what most members of a group satisfy as what is expected of it, and a waiver of 30 days for what the others lack. It only reads the cloud, and never overwrites a file. Exit codes: 0 written, 1 not.",
  examples: [
    { command: "drift init --folder-id b1g5fs8ojqhg0000aaaa", description: "Look at what it would be" },
    {
      command: "drift init --folder-id b1gprod0000000000001 --folder-id b1gtest0000000000001 --output backup.yaml",
      description: "Begin with two folders"
    }
  ],
  flags: {
    folders: flags.folders,
    output: flags.newFile,
    timeout: flags.timeout,
    retryPolicy: flags.retryPolicy,
    emulate: flags.emulate,
    ...addresses.flags
  },
  run: (options) => main(options)
})
