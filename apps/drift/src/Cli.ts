/**
 * The command line as Effect's CLI has it: for help, for completions, and to say that the program was called wrongly.
 */

import { escapeText } from "@holdfast/report/Terminal"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Terminal from "effect/Terminal"
import * as CommandLine from "./CommandLine.ts"
import { status } from "./commands/auth.ts"
import { check } from "./commands/check.ts"
import { emulator } from "./commands/emulator.ts"
import { explain } from "./commands/explain.ts"
import { importTerraform } from "./commands/importTerraform.ts"
import { init } from "./commands/init.ts"
import { schema } from "./commands/schema.ts"
import { show } from "./commands/show.ts"
import { snapshot } from "./commands/snapshot.ts"
import { validate } from "./commands/validate.ts"
import { verify } from "./commands/verify.ts"
import { ExitWith } from "./Failure.ts"
import { stderr, surviving, useColor } from "./Output.ts"
import type { Environment } from "./platform.ts"
import { version } from "./version.ts"

/** A flag's text, from the command line or from its twin. */
const textOf = ({
  choices = [],
  isRepeated,
  kind,
  name,
  variable = ""
}: CommandLine.Flag<unknown>): Flag.Flag<string> => {
  if (isRepeated === true) {
    const lines = Flag.map(Flag.atLeast(Flag.String(name), 1), (all) => all.join("\n"))
    return Flag.withFallbackConfig(lines, Config.String(variable))
  }
  switch (kind) {
    case "switch":
      return Flag.map(Flag.withFallbackConfig(Flag.Boolean(name), Config.Boolean(variable)), String)
    case "choice":
      return Flag.withFallbackConfig(Flag.Literals(name, choices), Config.Literals(choices, variable))
    case "path":
      return Flag.withFallbackConfig(Flag.Path(name), Config.String(variable))
    case "integer":
    case "text":
      return variable === "" ? Flag.String(name) : Flag.withFallbackConfig(Flag.String(name), Config.String(variable))
  }
}

/** A flag in terms of Effect's CLI. */
const flagOf = (flag: CommandLine.Flag<unknown>): Flag.Flag<unknown> => {
  const { alias, description, expected = "It means nothing here", fallback, metavar, read } = flag
  const named = Flag.withDescription(textOf(flag), description)
  const shown = metavar === undefined ? named : Flag.withMetavar(named, metavar)
  return (alias === undefined ? shown : Flag.withAlias(shown, alias)).pipe(
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(read(text)),
      () => expected
    ),
    Flag.optional,
    Flag.map(Option.getOrElse(() => fallback))
  )
}

/** What a command takes beside its flags, in terms of Effect's CLI. */
const argumentOf = ({ description, isVariadic, kind, name }: NonNullable<CommandLine.Command["argument"]>) => {
  const operand = kind === "path" ? Argument.map(Argument.Path(name), CommandLine.asNamed) : Argument.String(name)
  const described = Argument.withDescription(operand, description)
  return isVariadic ? Argument.variadic(described) : Argument.map(described, (one): ReadonlyArray<string> => [one])
}

/** A command in terms of Effect's CLI. */
export const commandOf = ({ command }: CommandLine.Callable) => {
  const { argument, description, examples, flags, name, run, short } = command
  const operands = argument === undefined ? {} : { operands: argumentOf(argument) }
  const config = {
    ...operands,
    options: Object.fromEntries(Object.entries(flags).map(([key, flag]) => [key, flagOf(flag)]))
  }
  return Command.make(name, config, ({ operands = [], options }) => run(options, operands)).pipe(
    Command.withShortDescription(short),
    Command.withDescription(description),
    Command.withExamples(examples)
  )
}

const commands = { check, init, show, snapshot, validate, verify, schema, explain, emulator }

const auth = Command.make("auth").pipe(
  Command.withShortDescription("Credentials"),
  Command.withDescription("What there is to say of the credentials."),
  Command.withSubcommands([commandOf(status)])
)

const imports = Command.make("import").pipe(
  Command.withShortDescription("Make a manifest of what other programs know"),
  Command.withDescription("Makes a manifest of what other programs know, for a team to begin with."),
  Command.withSubcommands([commandOf(importTerraform)])
)

const cli = Command.make("drift").pipe(
  Command.withDescription("Tells which machines are not backed up as a manifest declares."),
  Command.withSubcommands([...Object.values(commands).map(commandOf), imports, auth]),
  Command.withExamples([
    { command: "drift check", description: "Compare backup.yaml with Cloud Backup" },
    { command: "drift check --help", description: "All flags and the exit codes" },
    { command: "drift --completions bash", description: "Print a completion script for the shell" }
  ])
)

const formatter = CliOutput.defaultFormatter({ colors: useColor(undefined, process.stdout) })

/** A bad value from the environment is reported as one of the flag's, with a schema's error inside: say what is meant. */
const meaningOf = (message: string): string => {
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
          `${event.errors.map((error) => `error: ${meaningOf(error.message)}`).join("\n")}\n  See ${event.commandPath.join(" ")} --help\n`
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

/** What the command line runs with. */
export const layer = Layer.mergeAll(
  layerUnused,
  CliOutput.layerPresenter(presenter),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, versionFlag, GlobalFlag.Completions] })
)

/**
 * The word that denies help or the version, or gives them a value: Effect's CLI shows them all the same, and a gate that has checked
 * nothing would be green.
 */
const deniedBuiltIn = (args: ReadonlyArray<string>): string | undefined =>
  args.find(
    (word, index) =>
      /^--(help|version)=|^--no-(help|version)$|^-[hV]=/.test(word) ||
      (/^(--help|--version|-h|-V)$/.test(word) && CommandLine.booleans.test(args[index + 1] ?? ""))
  )

/** The command that `args` call, and how it is called. */
const calledBy = ([name = "", action = ""]: ReadonlyArray<string>) => {
  if (name === "auth" && action === "status") return { called: status, path: "auth status" }
  if (name === "import" && action === "terraform") return { called: importTerraform, path: "import terraform" }
  return Object.entries(commands)
    .filter(([known]) => known === name)
    .map(([path, called]) => ({ called, path }))[0]
}

/**
 * The flag of a call whose value is not there: Effect's CLI takes help or the version that stand in its place for themselves, and an
 * empty path for this directory.
 */
const flagWithoutValue = ({ called }: NonNullable<ReturnType<typeof calledBy>>, args: ReadonlyArray<string>) => {
  const end = args.indexOf("--")
  for (const [index, word] of args.slice(0, end < 0 ? args.length : end).entries()) {
    const equals = word.indexOf("=")
    const name = equals < 0 ? word : word.slice(0, equals)
    const flag = Object.values(called.command.flags).find(
      (known) => known.kind !== "switch" && `--${known.name}` === name
    )
    const value = equals < 0 ? args[index + 1] : word.slice(equals + 1)
    const isBuiltIn = equals < 0 && /^(--help|--version|--completions|-h|-V)(=|$)/.test(value ?? "")
    if (flag !== undefined && (isBuiltIn || (flag.kind === "path" && value === ""))) return flag
  }
  return undefined
}

const refuse = (problem: string, path: string) =>
  Effect.andThen(stderr(`error: ${problem}\n  See ${path} --help\n`), Effect.fail(new ExitWith({ code: 1 })))

/** Does what `args` say, or says what is wrong with them. */
export const run = (args: ReadonlyArray<string>): Effect.Effect<void, unknown, Environment> => {
  const call = calledBy(args)
  const flag = call === undefined ? undefined : flagWithoutValue(call, args)
  if (call !== undefined && flag !== undefined) {
    const expected = flag.metavar ?? flag.choices?.join(" | ") ?? flag.kind
    return refuse(`Missing value for flag --${flag.name}. Expected: ${expected}`, `drift ${call.path}`)
  }
  const denied = deniedBuiltIn(args)
  if (denied !== undefined) return refuse(`${escapeText(denied)} takes no value, and cannot be denied`, "drift")
  return Effect.sync(() => [process.stdout, process.stderr].map(surviving)).pipe(
    Effect.andThen(Command.runWith(cli, { version })(args)),
    // It has been said. No command at all is an error, too: a gate that checks nothing is not green.
    Effect.catchIf(CliError.isCliError, () => Effect.fail(new ExitWith({ code: 1 }))),
    Effect.provide(layer)
  )
}
