/**
 * The command line.
 */
import { escapeText } from "@holdfast/report/Terminal"
import * as Console from "effect/Console"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Terminal from "effect/Terminal"
import { alerts } from "./commands/alerts.ts"
import { backup } from "./commands/backup.ts"
import { exporting } from "./commands/export.ts"
import { report } from "./commands/report.ts"
import { run as runJob } from "./commands/run.ts"
import { start } from "./commands/start.ts"
import { status } from "./commands/status.ts"
import { validate } from "./commands/validate.ts"
import { ExitWith } from "./Failure.ts"
import { stderr, useColor } from "./Output.ts"
import type { Environment } from "./platform.ts"
import { version } from "./version.ts"

const cli = Command.make("compliance").pipe(
  Command.withDescription("Checks manifests on a schedule, and remembers what it found."),
  Command.withSubcommands([start, runJob, status, report, alerts, exporting, backup, validate]),
  Command.withExamples([
    { command: "compliance start", description: "Run the jobs of compliance.yaml" },
    { command: "compliance start --demo", description: "See what it is like, on an emulator" },
    { command: "compliance validate", description: "Look for mistakes in it" },
    {
      command: "compliance report --period 2026-10 --format html --output october.html",
      description: "October, for an auditor"
    }
  ])
)

const formatter = CliOutput.defaultFormatter({ colors: useColor(process.stdout) })

/** A bad call says what is wrong on standard error, and leaves standard output to results. */
const presenter: CliOutput.Presenter = {
  present: (event) => {
    switch (event._tag) {
      case "Help":
        return Console.log(formatter.formatHelpDoc(event.helpDoc))
      case "Version":
        return Console.log(`${event.name} ${event.version}`)
      case "InvalidInvocation": {
        const errors = event.errors.map(({ message }) => `error: ${message.split("\n").map(escapeText).join("\n")}`)
        return stderr(`${errors.join("\n")}\n  See ${event.commandPath.join(" ")} --help\n`)
      }
    }
  }
}

const unused = Effect.die("no command prompts or starts processes")

/** Effect's CLI asks for a terminal to prompt at and for a way to start processes; no command does either. */
const layerUnused = Layer.mergeAll(
  Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: unused,
      rows: unused,
      size: unused,
      readInput: unused,
      readLine: unused,
      display: () => unused
    })
  ),
  Layer.succeed(
    ChildProcessSpawner.ChildProcessSpawner,
    ChildProcessSpawner.make(() => unused)
  )
)

const layer = Layer.mergeAll(
  layerUnused,
  CliOutput.layerPresenter(presenter),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
)

/** Does what `args` say, or says what is wrong with them. */
export const run = (args: ReadonlyArray<string>): Effect.Effect<void, unknown, Environment> =>
  Command.runWith(cli, { version })(args).pipe(
    // It has been said. No command at all is an error, too.
    Effect.catchIf(CliError.isCliError, () => Effect.fail(new ExitWith({ code: 1 }))),
    Effect.provide(layer)
  )
