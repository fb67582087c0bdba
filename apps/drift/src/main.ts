/**
 * The program: its wiring, and the exit code. Loading it runs it.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Cli from "./Cli.ts"
import * as Failure from "./Failure.ts"
import { ignoreClosedPipes } from "./Output.ts"
import * as platform from "./platform.ts"
import * as Telemetry from "./Telemetry.ts"
import { version } from "./version.ts"

/** Ctrl-C can arrive twice: from the terminal, and passed on by a package manager. That is one wish to stop, not two. */
const echoMillis = 500

// The first signal asks for an orderly end; a reader that has stalled must not make a later one useless.
let signalledAt: number | undefined
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    signalledAt ??= performance.now()
    if (performance.now() - signalledAt > echoMillis) process.exit(130)
  })
}

Effect.andThen(ignoreClosedPipes, Command.run(Cli.cli, { version })).pipe(
  Effect.catchCause(Failure.report),
  Effect.provide(Telemetry.layer),
  Effect.provide(Layer.merge(Cli.layer, platform.layer)),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
