/**
 * `drift emulator`: serves a seed as Cloud Backup and IAM until it is stopped.
 */
import * as Config from "effect/Config"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { asNamed, twin } from "../flags.ts"
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

export const emulator = Command.make(
  "emulator",
  {
    seed: Argument.Path("seed").pipe(
      Argument.withDescription("The seed: a YAML file with the resources to serve, as docs/emulator.md describes it"),
      Argument.map(asNamed)
    ),
    host: Flag.String("host").pipe(
      Flag.withDescription(`Address to listen on [${twin("emulator-host")}]. Default: 127.0.0.1`),
      Flag.withFallbackConfig(Config.String(twin("emulator-host"))),
      Flag.withDefault("127.0.0.1")
    ),
    port: Flag.Int("port").pipe(
      Flag.withDescription(`Port to listen on; 0 takes a free one [${twin("emulator-port")}]. Default: 8080`),
      Flag.withFallbackConfig(Config.Int(twin("emulator-port"))),
      Flag.withDefault(8080),
      Flag.filter(
        (port) => port >= 0 && port <= 65_535,
        (port) => `Expected a port from 0 to 65535, and this is ${port}`
      )
    )
  },
  Effect.fn("drift emulator")(function* ({ host, port, seed: path }) {
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
).pipe(
  Command.withShortDescription("Serve a seed as Cloud Backup"),
  Command.withDescription(
    "Serves a seed as Cloud Backup and IAM do, on this machine, until it is stopped: for demos, and for tests of what uses them."
  ),
  Command.withExamples([
    { command: "drift emulator fleet.yaml", description: "Serve a fleet on port 8080" },
    { command: "drift emulator fleet.yaml --port 0", description: "On a free port" }
  ])
)
