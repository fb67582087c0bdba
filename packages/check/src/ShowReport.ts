/**
 * What is known of one instance, as a value and as JSON: its resource, its policies and its last tasks, as the API has them.
 *
 * `format_version` is that of `CheckReport`.
 */
import { PolicyFromJson } from "@holdfast/core/Policy"
import { ResourceFromJson } from "@holdfast/core/Resource"
import { TaskFromJson } from "@holdfast/core/Task"
import { Timestamp, toEpochMillis } from "@holdfast/core/Timestamp"
import { Diagnostic } from "@holdfast/manifest/Diagnostic"
import * as Schema from "effect/Schema"

/** What is read, each by a request of its own. */
export const parts = ["resource", "policies", "tasks"] as const
export type Part = (typeof parts)[number]

/** What is wrong; of a read that failed also with what failed. */
export const ShowDiagnostic = Schema.Struct({
  ...Diagnostic.fields,
  /** The part that was not read; missing where it is about none. */
  part: Schema.optionalKey(Schema.Literals(parts)),
  /** The name of the error, such as `PermissionDenied`. */
  tag: Schema.optionalKey(Schema.String),
  /** The service's id of the request, where it gave one. */
  request_id: Schema.optionalKey(Schema.String)
})
export type ShowDiagnostic = typeof ShowDiagnostic.Type

/** The whole result. Arrays are never null: one that was not read is empty, and `diagnostics` have its part. */
export const ShowReport = Schema.Struct({
  format_version: Schema.String,
  instance_id: Schema.String,
  /** When it was read by the service's clock, which all ages are reckoned by. */
  timestamp: Timestamp,
  /** Every part was read. */
  complete: Schema.Boolean,
  /** The base URL that it was read from; empty where nothing could be asked. */
  endpoint: Schema.String,
  /** The seed of the emulator that answered in the place of the cloud; `null` in a real run. */
  emulator: Schema.NullOr(Schema.String),
  /** `null` where it was not read, or the service does not know the instance. */
  resource: Schema.NullOr(ResourceFromJson),
  policies: Schema.Array(PolicyFromJson),
  /** Newest first, and no more than were asked for. */
  tasks: Schema.Array(TaskFromJson),
  diagnostics: Schema.Array(ShowDiagnostic)
})
export type ShowReport = typeof ShowReport.Type

/** The exit codes of `drift show`, with what each means. */
export const meanings = {
  0: "the resource, its policies and its tasks are shown; whether that is as it should be, drift check tells",
  1: "error: a bad id or flag, no credentials, the service does not know the instance, or it could not be read",
  3: "shown in part: the policies or the tasks could not be read",
  130: "interrupted; nothing is shown"
} as const

/** What was not read is never shown as if it were not there. */
export const exitCodeOf = ({ complete, resource }: ShowReport): 0 | 1 | 3 => (resource === null ? 1 : complete ? 0 : 3)

/**
 * How long ago `instant` was at `now`, in milliseconds; negative where it is yet to come. `undefined` where there is none: a
 * time that is not set can also come as 1970.
 */
export const ageMillis = (instant: Timestamp | undefined, now: Timestamp): number | undefined => {
  const at = instant === undefined ? 0 : toEpochMillis(instant)
  return at > 0 ? toEpochMillis(now) - at : undefined
}
