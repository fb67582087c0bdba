/**
 * The program: its wiring, and the exit code. Loading it runs it.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Telemetry from "@holdfast/telemetry/Telemetry"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import type { Callable } from "./CommandLine.ts"
import * as Failure from "./Failure.ts"
import * as Output from "./Output.ts"
import * as platform from "./platform.ts"
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

/** Each is loaded when it is called: others would only make it start later. */
const commands: Readonly<Record<string, () => Promise<Callable>>> = {
  check: () => import("./commands/check.ts").then(({ check }) => check),
  snapshot: () => import("./commands/snapshot.ts").then(({ snapshot }) => snapshot),
  init: () => import("./commands/init.ts").then(({ init }) => init),
  show: () => import("./commands/show.ts").then(({ show }) => show),
  validate: () => import("./commands/validate.ts").then(({ validate }) => validate),
  verify: () => import("./commands/verify.ts").then(({ verify }) => verify),
  schema: () => import("./commands/schema.ts").then(({ schema }) => schema),
  explain: () => import("./commands/explain.ts").then(({ explain }) => explain),
  emulator: () => import("./commands/emulator.ts").then(({ emulator }) => emulator)
}

const args = process.argv.slice(2)

const program = Effect.gen(function* () {
  const [name = "", ...words] = args
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  const call = load === undefined ? undefined : (yield* Effect.promise(load)).call(words, process.env)
  if (call !== undefined) return yield* call
  const { run } = yield* Effect.promise(() => import("./Cli.ts"))
  yield* run(args)
})

program.pipe(
  Effect.catchCause(Failure.report),
  Effect.provide(
    Telemetry.layer({
      name: "holdfast",
      version,
      warn: (text) => Effect.ignore(Output.stderr(`warning: ${text}\n`))
    })
  ),
  Effect.provide(platform.layer),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    // All has been written: connections that are being closed keep nobody waiting.
    teardown: (exit, onExit) =>
      Runtime.defaultTeardown(exit, (code) => {
        onExit(code)
        process.exit(code)
      })
  })
)
