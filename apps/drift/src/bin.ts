#!/usr/bin/env node
/**
 * The program: wiring, and the exit code.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Cli from "./Cli.ts"
import * as Failure from "./Failure.ts"
import { ignoreClosedPipes } from "./Output.ts"
import { version } from "./version.ts"

/** 128 + 15, as shells reckon it; an interrupt (130) is the runtime's own default. */
const terminatedExitCode = 143

let isTerminated = false
process.once("SIGTERM", () => {
  isTerminated = true
})

Effect.andThen(ignoreClosedPipes, Command.run(Cli.cli, { version })).pipe(
  Effect.catchCause(Failure.report),
  Effect.provide(Layer.merge(Cli.layer, NodeServices.layer)),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) =>
      Runtime.defaultTeardown(exit, (code) => onExit(isTerminated && code === 130 ? terminatedExitCode : code))
  })
)
