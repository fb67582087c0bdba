import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Exit, Schema } from "effect"
import * as Command from "effect/cli/Command"
import { commandOf, layer } from "../src/Cli.ts"
import { callable, type Command as Description, type Options } from "../src/CommandLine.ts"
import * as flags from "../src/flags.ts"
import * as platform from "../src/platform.ts"

const kinds = {
  format: flags.format,
  output: flags.output,
  concurrency: flags.concurrency,
  timeout: flags.timeout,
  color: flags.color,
  verbose: flags.verbose,
  host: flags.text("host", "Where to listen", "127.0.0.1", { variable: "HOLDFAST_HOST" }),
  region: flags.text("region", "A text without a twin", undefined)
}

interface Call {
  readonly options: Options<typeof kinds>
  readonly operands: ReadonlyArray<string>
}

/** What a command takes beside its flags. */
type Takes = Pick<NonNullable<Description["argument"]>, "kind" | "isVariadic">

/** A command with flags of every kind that takes any number of files or words, or one; it notes how it is called. */
const recorder = (takes: Takes) => {
  const calls: Array<Call> = []
  const command = callable({
    name: "record",
    short: "Note the call",
    description: "Notes the call.",
    examples: [],
    argument: { name: "things", description: "Things", ...takes },
    flags: kinds,
    run: (options, operands) => Effect.sync(() => calls.push({ options, operands }))
  })
  return { calls, command }
}

/** Words that mostly make a plain call, and some that do not, wherever they stand. */
const plain: ReadonlyArray<string> = [
  ...[
    "a.yaml",
    "env/*.yaml",
    "-",
    "../up.yaml",
    "./b.yaml",
    "/abs/c.yaml",
    "true.yaml",
    "--format json",
    "--format=pretty"
  ],
  ...["--output report.json", "--output=../out/report.json", "--concurrency 7", "--concurrency=256", "--timeout 1h30m"],
  ...["--timeout=90s", "--color", "--no-color", "-v", "--verbose", "--no-verbose", "--host ::1", "--host=localhost"],
  ...["--region ru-central1", "--region=-x"]
]
const odd: ReadonlyArray<string> = [
  ...["--format xml", "--format", "json", "--format=", "--concurrency 0", "--concurrency=257", "--concurrency 1e2"],
  ...[
    "--concurrency -1",
    "--timeout soon",
    "--timeout=",
    "--color=false",
    "--color no",
    "-v=true",
    "-vv",
    "--verbose off"
  ],
  ...[
    "--verbos",
    "--host",
    "--host -1",
    "--",
    "-- -v",
    "--=",
    "=",
    "true",
    "0",
    "--no-format",
    "--region --host",
    "--help"
  ]
]
const Phrase = Schema.Union([
  Schema.Literals(plain),
  Schema.Literals(plain),
  Schema.Literals(plain),
  Schema.Literals(odd)
])

const twin = (...values: ReadonlyArray<string>) => Schema.optionalKey(Schema.Literals(["", " ", ...values, ...values]))

const Environment = Schema.Struct({
  HOLDFAST_FORMAT: twin("json", "pretty", "JSON"),
  HOLDFAST_OUTPUT: twin("x/y.json", "../z", "/abs"),
  HOLDFAST_CONCURRENCY: twin("7", "007", "0", "7.0"),
  HOLDFAST_TIMEOUT: twin("90s", "1h", "90"),
  HOLDFAST_COLOR: twin("true", "false", "yes"),
  HOLDFAST_VERBOSE: twin("true", "false", "1"),
  HOLDFAST_HOST: twin("::1", "a b")
})

/** What Effect's CLI understands of a call; nothing where it refuses it. */
const understood = (takes: Takes, args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) => {
  const { calls, command } = recorder(takes)
  const run = Command.runWith(commandOf(command), { version: "1.2.3", renderErrors: false })(args)
  return Effect.map(
    Effect.exit(
      run.pipe(Effect.provide([layer, platform.layer, ConfigProvider.layer(ConfigProvider.fromEnv({ env }))]))
    ),
    (exit) => (Exit.isSuccess(exit) ? calls : [])
  )
}

/** What is read in a few steps; nothing where the call is not plain. */
const readPlain = (takes: Takes, args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) => {
  const { calls, command } = recorder(takes)
  const call = command.call(args, env)
  return Effect.as(call === undefined ? Effect.void : Effect.provide(call, platform.layer), calls)
}

describe("a plain call", () => {
  it.effect.prop(
    "means what Effect's CLI understands by it",
    {
      takes: Schema.Struct({ kind: Schema.Literals(["path", "text"]), isVariadic: Schema.Boolean }),
      phrases: Schema.Array(Phrase).check(Schema.isMaxLength(5)),
      env: Environment
    },
    ({ env, phrases, takes }) =>
      Effect.gen(function* () {
        const args = phrases.flatMap((phrase) => phrase.split(" "))
        const calls = yield* readPlain(takes, args, env)
        if (calls.length > 0) assert.deepStrictEqual(calls, yield* understood(takes, args, env))
      }),
    { arbitrary: { runs: 3000, seed: "command line" } }
  )

  it.effect.each([
    [[], {}],
    [["a.yaml", "env/*.yaml", "-"], {}],
    [["--format", "json", "a.yaml", "--output=report.json", "--no-color", "-v"], {}],
    [["--concurrency", "7", "--timeout=90s", "--host", "::1"], { HOLDFAST_FORMAT: "json", HOLDFAST_VERBOSE: "true" }]
  ] as const)("%j is read in a few steps, with %j in the environment", ([args, env]) =>
    Effect.gen(function* () {
      for (const kind of ["path", "text"] as const) {
        const takes = { kind, isVariadic: true }
        const calls = yield* readPlain(takes, args, env)
        assert.strictEqual(calls.length, 1)
        assert.deepStrictEqual(calls, yield* understood(takes, args, env))
      }
    })
  )
})
