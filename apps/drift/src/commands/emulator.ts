/**
 * `drift emulator`: serves a seed as Cloud Backup and IAM until it is stopped.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { callable } from "../CommandLine.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"

/** The emulator could not listen. */
export class EmulatorError extends Schema.TaggedError<EmulatorError>("@holdfast/drift/EmulatorError")("EmulatorError", {
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

const main = Effect.fn("drift emulator")(function* (
  { host, port }: { readonly host: string; readonly port: number },
  path: string
) {
  const { defaultToken, readSeed, serve } = yield* Effect.promise(() => import("../emulated.ts"))
  const seed = yield* readSeed(path)
  const announce = (url: string) =>
    Output.stdout(
      `Emulating Cloud Backup with ${seed.resources.length} resources. To use it in another shell:\n\n` +
        `export HOLDFAST_BACKUP_URL=${url} HOLDFAST_IAM_URL=${url} YC_IAM_TOKEN=${seed.tokens[0] ?? defaultToken}\n\n`
    )
  return yield* serve(seed, { host, port }, announce).pipe(
    Effect.catchTag("ServeError", ({ cause }) =>
      Effect.fail(
        new EmulatorError({
          detail: `The emulator cannot listen on ${host}:${port}: ${cause instanceof Error ? cause.message : String(cause)}`,
          remedy: "Choose another address or port with --host and --port; port 0 takes a free one."
        })
      )
    )
  )
})

export const emulator = callable({
  name: "emulator",
  short: "Serve a seed as Cloud Backup",
  description:
    "Serves a seed as Cloud Backup and IAM do, on this machine, until it is stopped: for demos, and for tests of what uses them.",
  examples: [
    { command: "drift emulator fleet.yaml", description: "Serve a fleet on port 8080" },
    { command: "drift emulator fleet.yaml --port 0", description: "On a free port" }
  ],
  argument: {
    kind: "path",
    name: "seed",
    description: "The seed: a YAML file with the resources to serve, as docs/emulator.md describes it",
    isVariadic: false
  },
  flags: {
    host: flags.text("host", `Address to listen on [${flags.twin("emulator-host")}]. Default: 127.0.0.1`, "127.0.0.1", {
      variable: flags.twin("emulator-host")
    }),
    port: flags.integer("port", {
      variable: flags.twin("emulator-port"),
      description: "Port to listen on; 0 takes a free one",
      least: 0,
      most: 65_535,
      fallback: 8080,
      expected: "Expected a port from 0 to 65535"
    })
  },
  run: (options, [path = ""]) => main(options, path)
})
