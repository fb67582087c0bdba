#!/usr/bin/env node
/**
 * The program: its wiring, and the exit code. Loading it runs it.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Telemetry from "@holdfast/telemetry/Telemetry"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Cli from "./Cli.ts"
import * as Failure from "./Failure.ts"
import * as Log from "./Log.ts"
import * as platform from "./platform.ts"
import { version } from "./version.ts"

/** Ctrl-C can arrive twice: from the terminal, and passed on by a package manager. That is one wish to stop, not two. */
const echoMillis = 500

// The first signal asks for an orderly end, the second one for any.
let signalledAt: number | undefined
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    signalledAt ??= performance.now()
    if (performance.now() - signalledAt > echoMillis) process.exit(130)
  })
}

const args = process.argv.slice(2)

/** A service that was told to stop has done what it should. */
const endOf = (code: number): number => (code === 130 && args[0] === "start" ? 0 : code)

Cli.run(args).pipe(
  Effect.provide(Telemetry.layer({ name: "holdfast-compliance", version, warn: (text) => Effect.logWarning(text) })),
  Effect.provide(Log.layer),
  Effect.catchCause(Failure.report),
  Effect.provide(platform.layer),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    // All has been written: connections that are being closed keep nobody waiting.
    teardown: (exit, onExit) =>
      Runtime.defaultTeardown(exit, (code) => {
        onExit(endOf(code))
        process.exit(endOf(code))
      })
  })
)
