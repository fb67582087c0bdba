/**
 * The command tree, and how the program says that it was called wrongly.
 */

import { escapeText } from "@holdfast/report/Terminal"
import * as Console from "effect/Console"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Layer from "effect/Layer"
import { auth } from "./commands/auth.ts"
import { check } from "./commands/check.ts"
import { emulator } from "./commands/emulator.ts"
import { validate } from "./commands/validate.ts"
import { stderr, useColor } from "./Output.ts"

export const cli = Command.make("drift").pipe(
  Command.withDescription("Tells which machines are not backed up as a manifest declares."),
  Command.withSubcommands([check, validate, auth, emulator]),
  Command.withExamples([
    { command: "drift check", description: "Compare backup.yaml with Cloud Backup" },
    { command: "drift check --help", description: "All flags and the exit codes" },
    { command: "drift --completions bash", description: "Print a completion script for the shell" }
  ])
)

const formatter = CliOutput.defaultFormatter({ colors: useColor(undefined, process.stdout) })

/** A bad value from the environment is reported as one of the flag's, with a schema's error inside: say what is meant. */
const explain = (message: string): string => {
  const config = /SchemaError\((.*)\n\s+at \["(.+)"\]\)/s.exec(message)
  return (config === null ? message : `${config[2]}: ${config[1]}`).split("\n").map(escapeText).join("\n")
}

/** A bad call says what is wrong on standard error, and leaves standard output to results. */
const presenter: CliOutput.Presenter = {
  present: (event) => {
    switch (event._tag) {
      case "Help":
        return Console.log(formatter.formatHelpDoc(event.helpDoc))
      case "Version":
        return Console.log(`${event.name} ${event.version}`)
      case "InvalidInvocation":
        return stderr(
          `${event.errors.map((error) => `error: ${explain(error.message)}`).join("\n")}\n  See ${event.commandPath.join(" ")} --help\n`
        )
    }
  }
}

/** `-v` is for more words, as everywhere; who types it by habit must not get a green exit without a check. */
const versionFlag: typeof GlobalFlag.Version = {
  ...GlobalFlag.Version,
  flag: Flag.Boolean("version").pipe(
    Flag.withAlias("V"),
    Flag.withDescription("Show version information"),
    Flag.withDefault(false)
  )
}

/** What the command line runs with: its presenter, and the flags that every command has. */
export const layer = Layer.mergeAll(
  CliOutput.layerPresenter(presenter),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, versionFlag, GlobalFlag.Completions] })
)
