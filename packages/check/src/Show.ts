/**
 * Reads all that there is to say of one instance: its resource, its policies and its last tasks, each apart from the others.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import type { CloudBackupError } from "@holdfast/core/CloudBackupError"
import { fromEpochMillis } from "@holdfast/core/Timestamp"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { formatVersion } from "./CheckReport.ts"
import { formatDuration } from "./formatDuration.ts"
import type { Part, ShowDiagnostic, ShowReport } from "./ShowReport.ts"
import { warningsOf } from "./warnings.ts"

/** How to read. */
export interface ShowOptions {
  /** The seed of the emulator that answers in the place of the cloud, if one does. */
  readonly emulator: string | null
  /** How many tasks are shown at most, 1 to 1,000. */
  readonly maxTasks: number
  /** How long the run may take; what is not read by then is not shown. */
  readonly timeLimitMillis: number
  /** How much of that has passed before. */
  readonly elapsedMillis: number
  /** What should be mended though it works, for the report's diagnostics. */
  readonly warnings: ReadonlyArray<{ readonly summary: string; readonly remedy: string }>
}

/** Shows an instance. Never fails: what went wrong is in the report. */
export const show = Effect.fn("Show.show")(function* (
  instanceId: string,
  options: ShowOptions
): Effect.fn.Return<ShowReport, never, CloudBackup> {
  const cloud = yield* CloudBackup
  const { maxTasks } = options

  const read = <A>(part: Part, reading: Effect.Effect<A, CloudBackupError>): Effect.Effect<A, ShowDiagnostic> =>
    Effect.timeoutOrElse(
      Effect.mapError(reading, (error) => unread(part, error)),
      {
        duration: Math.max(0, options.timeLimitMillis - options.elapsedMillis),
        orElse: () => Effect.fail(late(part, options.timeLimitMillis))
      }
    )
  // A page may be shorter than was asked for, and even empty, without being the last one.
  const tasks = cloud
    .listTasks(instanceId, { pageSize: maxTasks })
    .pipe(Stream.flatMap(Stream.fromIterable), Stream.take(maxTasks), Stream.runCollect)

  const seen = yield* Effect.result(
    Effect.all(
      {
        // The others are given up where this one fails: without the resource there is nothing to show.
        resource: read("resource", cloud.getResource(instanceId, { includeTenantInfo: true })),
        policies: Effect.result(read("policies", cloud.listPolicies({ computeInstanceId: instanceId }))),
        tasks: Effect.result(read("tasks", tasks))
      },
      { concurrency: "unbounded" }
    )
  )
  const skewMillis = yield* cloud.clockSkewMillis
  const frame = {
    format_version: formatVersion,
    instance_id: instanceId,
    timestamp: fromEpochMillis((yield* Clock.currentTimeMillis) + skewMillis),
    endpoint: cloud.endpoint,
    emulator: options.emulator
  }
  const warnings = warningsOf(options.warnings, skewMillis)
  if (Result.isFailure(seen)) {
    return { ...frame, ...nothing, diagnostics: [seen.failure, ...warnings] }
  }
  const found = seen.success
  const problems = [Result.getFailure(found.policies), Result.getFailure(found.tasks)].flatMap(Option.toArray)
  return {
    ...frame,
    complete: problems.length === 0,
    resource: found.resource,
    policies: Result.getOrElse(found.policies, () => []),
    tasks: Result.getOrElse(found.tasks, () => []),
    diagnostics: [...problems, ...warnings]
  }
})

/** The report of a run that could not begin: `diagnostics` say why. */
export const failed = Effect.fnUntraced(function* (
  instanceId: string,
  diagnostics: ShowReport["diagnostics"]
): Effect.fn.Return<ShowReport> {
  return {
    format_version: formatVersion,
    instance_id: instanceId,
    timestamp: fromEpochMillis(yield* Clock.currentTimeMillis),
    endpoint: "",
    emulator: null,
    ...nothing,
    diagnostics
  }
})

const nothing = { complete: false, resource: null, policies: [], tasks: [] }

const unread = (part: Part, error: CloudBackupError): ShowDiagnostic => ({
  severity: "error",
  summary: error.message,
  detail: error.remedy,
  part,
  tag: error._tag,
  ...(error.requestId === undefined ? {} : { request_id: error.requestId })
})

const late = (part: Part, limitMillis: number): ShowDiagnostic => ({
  severity: "error",
  summary: `the run's time limit of ${formatDuration(limitMillis)} ended before the answer had come`,
  detail: "Allow more time with --timeout.",
  part,
  tag: "TimeLimit"
})
