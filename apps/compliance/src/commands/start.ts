/**
 * `compliance start`: runs the jobs of a configuration until it is told to stop.
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { load } from "../config/load.ts"
import { serve } from "../serve.ts"
import * as services from "../services.ts"
import * as flags from "./flags.ts"

/** What is said of the demo is no wish for the service. */
class OnlyOfDemo extends Schema.TaggedError<OnlyOfDemo>("@holdfast/compliance/OnlyOfDemo")("OnlyOfDemo", {}) {
  readonly remedy = "Add --demo, or leave them out."
  override get message() {
    return "--seed and --open go with --demo"
  }
}

/** The service of a configuration. */
const main = Effect.fnUntraced(function* (path: string) {
  const config = yield* load(path)
  const size = `${config.jobs.length} ${config.jobs.length === 1 ? "job" : "jobs"}`
  yield* serve(config, services.workshopOf(config), (url) =>
    Effect.logInfo(`${path}: ${size}, the dashboard is at ${url}`)
  ).pipe(Effect.provide(services.layer(config)))
})

export const start = Command.make(
  "start",
  {
    config: flags.config,
    demo: Flag.Boolean("demo").pipe(
      Flag.withDescription(
        "Show what it is like: an emulated fleet whose state changes, with a month of past results. It reads no configuration, asks no cloud and keeps nothing"
      ),
      Flag.withDefault(false)
    ),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("With --demo: the same seed has the same things happen. Default: 1"),
      Flag.optional
    ),
    open: Flag.Boolean("open").pipe(
      Flag.withDescription("With --demo: show the dashboard in a browser"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("compliance start")(function* ({ config, demo, open, seed }) {
    if (!demo && (open || Option.isSome(seed))) return yield* new OnlyOfDemo()
    if (!demo) return yield* main(config)
    const module = yield* Effect.promise(() => import("../demo/demo.ts"))
    yield* module.demo({ seed: Option.getOrElse(seed, () => 1), open })
  })
).pipe(
  Command.withShortDescription("Run the jobs until told to stop"),
  Command.withDescription(
    "Runs the jobs of a configuration at their times, until it is told to stop by SIGTERM or SIGINT: then what is under way is finished or handed over, and the exit code is 0. Several of these on one database share the work."
  )
)
