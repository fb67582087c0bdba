/**
 * The result of a check, as a value and as JSON: the one thing that every report format, and the exit code, is made from.
 *
 * `format_version` follows Terraform: a new minor adds fields, a new major may remove or change them.
 */
import { Diagnostic } from "@holdfast/manifest/Diagnostic"
import { severities } from "@holdfast/manifest/Expectations"
import * as Schema from "effect/Schema"

/** The version of the JSON that this module writes. */
export const formatVersion = "1.0"

/** What a resource can turn out to be; each is in exactly one state. */
export const states = ["in_sync", "drifted", "missing", "pending", "not_compared", "waived"] as const
export type ResourceState = (typeof states)[number]

const Severity = Schema.Literals(severities)

export { severities }

/** One field that is not as declared. */
export const Change = Schema.Struct({
  /** The expectation's name in the manifest. */
  field: Schema.String,
  /** What the manifest declares. */
  desired: Schema.Json,
  /** What Cloud Backup says; `null` where it says nothing. */
  actual: Schema.Json,
  severity: Severity,
  /** The rule that found it, such as `HF010`. */
  reason_code: Schema.String,
  /** What is wrong, in a sentence. */
  reason: Schema.String,
  /** What to do, in a sentence. */
  remedy: Schema.String,
  /** Of ages: how old, and how old it may be, in whole seconds. */
  age_seconds: Schema.optionalKey(Schema.Int),
  limit_seconds: Schema.optionalKey(Schema.Int)
})
export type Change = typeof Change.Type

/** Why a resource could not be compared. */
export const ReadError = Schema.Struct({
  /** The name of the error, such as `PermissionDenied`. */
  tag: Schema.String,
  /** The whole message, with the request's ids. */
  message: Schema.String,
  /** The part of the message that does not differ from request to request. */
  detail: Schema.String,
  /** What to do, in a sentence. */
  remedy: Schema.String,
  /** HTTP status. */
  status: Schema.NullOr(Schema.Int),
  /** `google.rpc.Code`. */
  grpc_code: Schema.NullOr(Schema.Int),
  request_id: Schema.NullOr(Schema.String),
  retryable: Schema.Boolean,
  attempts: Schema.Natural
})
export type ReadError = typeof ReadError.Type

/** What became of one declared resource. */
export const ResourceReport = Schema.Struct({
  /** Its name in the manifest. */
  address: Schema.String,
  instance_id: Schema.String,
  state: Schema.Literals(states),
  /** How bad its drift is, as declared. */
  severity: Severity,
  /** The first rule that applies, `in_sync`, `pending`, or the name of the error. */
  reason_code: Schema.String,
  /** Why it is in this state, in a sentence, also when all is well. */
  reason: Schema.String,
  /** What differs; empty where nothing does or nothing could be compared. */
  changes: Schema.Array(Change),
  /** Of `not_compared`. */
  error: Schema.NullOr(ReadError),
  /** Where the manifest declares it. */
  source: Schema.Struct({ path: Schema.String, line: Schema.Int, column: Schema.Int })
})
export type ResourceReport = typeof ResourceReport.Type

/** How many resources are in each state. */
export const Summary = Schema.Struct({
  total: Schema.Natural,
  /** Those that were read: all but `not_compared`. */
  compared: Schema.Natural,
  in_sync: Schema.Natural,
  drifted: Schema.Natural,
  missing: Schema.Natural,
  pending: Schema.Natural,
  not_compared: Schema.Natural,
  waived: Schema.Natural,
  unlisted: Schema.Natural,
  /** `compared` over `total`, 0 to 1; 0 of an empty selection. */
  coverage: Schema.Finite
})
export type Summary = typeof Summary.Type

/** The whole result. Arrays are sorted by address and never null. */
export const CheckReport = Schema.Struct({
  format_version: Schema.String,
  tool: Schema.Struct({ name: Schema.String, version: Schema.String }),
  run_id: Schema.String,
  /** When the run began, RFC 3339 in UTC. */
  timestamp: Schema.String,
  /** Every resource was read and has a verdict. */
  complete: Schema.Boolean,
  /** The run was cut short by a signal. */
  interrupted: Schema.Boolean,
  exit_code: Schema.Literals([0, 1, 2, 3, 130]),
  /** The base URL that the resources were read from; empty where the run could not begin. */
  endpoint: Schema.String,
  /** The seed of the emulator that answered in the place of the cloud; `null` in a real run. */
  emulator: Schema.NullOr(Schema.String),
  manifest: Schema.Array(Schema.Struct({ path: Schema.String, sha256: Schema.String })),
  summary: Summary,
  resources: Schema.Array(ResourceReport),
  unlisted: Schema.Array(Schema.Json),
  waivers: Schema.Struct({
    used: Schema.Array(Schema.Json),
    unused: Schema.Array(Schema.Json),
    expired: Schema.Array(Schema.Json)
  }),
  requests: Schema.Struct({ sent: Schema.Natural, retried: Schema.Natural }),
  duration_ms: Schema.Natural,
  diagnostics: Schema.Array(Diagnostic)
})
export type CheckReport = typeof CheckReport.Type
