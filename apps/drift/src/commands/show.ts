/**
 * `drift show`: one live resource with its policies and its last tasks, for whoever asks what is with a machine.
 */
import * as Show from "@holdfast/check/Show"
import { exitCodeOf, meanings, type ShowReport } from "@holdfast/check/ShowReport"
import { Credentials } from "@holdfast/core/Credentials"
import { idPattern } from "@holdfast/core/Resource"
import * as RetryPolicy from "@holdfast/core/RetryPolicy"
import { diagnostics } from "@holdfast/report/diagnostics"
import { showJson, showPretty } from "@holdfast/report/show"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as addresses from "../addresses.ts"
import { callable } from "../CommandLine.ts"
import { ExitWith, toDiagnostics } from "../Failure.ts"
import * as flags from "../flags.ts"
import * as Output from "../Output.ts"
import * as services from "../services.ts"

/** What was given as an instance cannot be the id of one; nothing is sent for it. */
export class InstanceIdError extends Schema.TaggedError<InstanceIdError>("@holdfast/drift/InstanceIdError")(
  "InstanceIdError",
  { given: Schema.String }
) {
  readonly remedy = "An id is 1 to 50 lower-case letters, digits, `-` or `_`, as `yc compute instance list` shows it."
  override get message() {
    return `${JSON.stringify(this.given.slice(0, 60))} cannot be the id of an instance`
  }
}

interface Options extends addresses.Addresses {
  readonly format: "pretty" | "json"
  readonly tasks: number
  readonly timeout: number
  readonly retryPolicy: keyof typeof services.retryPolicies
  readonly emulate: string | undefined
  readonly color: boolean | undefined
}

const read = Effect.fnUntraced(function* (id: string, options: Options) {
  if (!idPattern.test(id)) return yield* new InstanceIdError({ given: id })
  const cloud = yield* services.found(options)
  return yield* Show.show(id, {
    emulator: options.emulate ?? null,
    maxTasks: options.tasks,
    timeLimitMillis: options.timeout,
    elapsedMillis: services.elapsedMillis(),
    warnings: Context.get(cloud, Credentials).warnings
  }).pipe(Effect.provide(cloud))
}, Effect.scoped)

/** The result on standard output, if there is one; on standard error what was not read, unless the result says it there. */
const present = Effect.fnUntraced(function* (report: ShowReport, { color, format }: Options) {
  const isShown = report.resource !== null
  if (format === "json") yield* Output.stdout(showJson(report))
  else if (isShown) {
    yield* Output.stdout(showPretty(report, { color: Output.useColor(color, process.stdout) }))
    return
  }
  const problems = report.diagnostics.filter(({ severity }) => !isShown || severity === "error")
  if (problems.length > 0) {
    yield* Output.stderr(diagnostics(problems, { color: Output.useColor(color, process.stderr) }))
  }
})

const main = Effect.fn("drift show")(function* (id: string, options: Options) {
  const report = yield* read(id, options).pipe(
    // What the layers ask for follows the policy, too.
    Effect.provideService(RetryPolicy.CurrentRetryPolicy, services.retryPolicies[options.retryPolicy]),
    Effect.catch((error) => Show.failed(id, toDiagnostics(error)))
  )
  yield* present(report, options)
  const code = exitCodeOf(report)
  if (code !== 0) return yield* new ExitWith({ code })
})

const exitCodes = Object.entries(meanings)
  .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)
  .join("\n")

export const show = callable({
  name: "show",
  short: "Show one machine's resource, policies and last tasks",
  description: `Shows what Cloud Backup knows of one instance: the state of its resource, the policies that are applied to it, and its last tasks. It only reads, and judges nothing.\n\nExit codes:\n${exitCodes}`,
  examples: [
    { command: "drift show epd5fs8ojqhg0000aaaa", description: "What is with this machine?" },
    { command: "drift show epd5fs8ojqhg0000aaaa --tasks 50", description: "With more of its past" },
    { command: "drift show epd5fs8ojqhg0000aaaa --format json", description: "For a machine to read" }
  ],
  argument: {
    name: "instance",
    description: "The id of the instance, as the manifest and `yc compute instance list` have it",
    isVariadic: false,
    kind: "text"
  },
  flags: {
    format: flags.format,
    tasks: flags.integer("tasks", {
      metavar: "count",
      description: "How many of its last tasks are shown at most, 1 to 1000",
      variable: flags.twin("tasks"),
      least: 1,
      most: 1000,
      fallback: 10,
      expected: "Expected a whole number from 1 to 1000"
    }),
    timeout: flags.timeout,
    retryPolicy: flags.retryPolicy,
    emulate: flags.emulate,
    color: flags.color,
    ...addresses.flags
  },
  run: (options, [id = ""]) => main(id, options)
})
