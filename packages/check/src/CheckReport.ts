/**
 * The result of a check, as a value and as JSON: the one thing that every report format, and the exit code, is made from.
 *
 * `format_version` follows Terraform: a new minor adds fields, a new major may remove or change them.
 */
import { Diagnostic } from "@holdfast/manifest/Diagnostic"
import { severities } from "@holdfast/manifest/Expectations"
import * as Schema from "effect/Schema"

/** The version of the JSON that this module writes. */
export const formatVersion = "1.1"

/** What a resource can turn out to be; each is in exactly one state. */
export const states = ["in_sync", "drifted", "missing", "pending", "not_compared", "waived"] as const
export type ResourceState = (typeof states)[number]

const Severity = Schema.Literals(severities)

const Source = Schema.Struct({ path: Schema.String, line: Schema.Int, column: Schema.Int })

export { severities }

/** How bad drift must be to fail a run; `new`: that no baseline knew it. */
export const failOns = [...severities, "new"] as const
export type FailOn = (typeof failOns)[number]

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
  /** A transition that is under way and within its time explains it: it is no drift yet. */
  pending: Schema.optionalKey(Schema.Literal(true)),
  /** A waiver accepts it. */
  waived: Schema.optionalKey(Schema.Literal(true)),
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
  /** Empty where a folder could not be read, so that nobody knows which instances it holds. */
  instance_id: Schema.String,
  /** `null` where it is not known. */
  folder_id: Schema.NullOr(Schema.String),
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
  /** Of drift: why not every field of it could be compared, so that what is not among its changes may differ, too. */
  doubt: Schema.optionalKey(ReadError),
  /** Who is to be told; `null` where nobody is named. */
  owner: Schema.NullOr(Schema.String),
  tags: Schema.Record(Schema.String, Schema.String),
  /** The groups that claim it, sorted. */
  groups: Schema.Array(Schema.String),
  /** Of drift, where there is a baseline: whether that knew it, by the rules that found it. */
  baseline: Schema.optionalKey(Schema.Literals(["new", "unchanged"])),
  /** Since when it is known, RFC 3339: the time of the run that found it first, as far as baselines reach. */
  since: Schema.optionalKey(Schema.String),
  /** Where the manifest declares it, or the group that claims it. */
  source: Source
})
export type ResourceReport = typeof ResourceReport.Type

/** What exists and no rule of the manifest covers. */
export const Unlisted = Schema.Struct({
  /** `instance`: Compute knows it; `orphan`: a resource in Cloud Backup whose instance is gone. */
  kind: Schema.Literals(["instance", "orphan"]),
  instance_id: Schema.String,
  /** The instance's name; empty of an orphan. */
  name: Schema.String,
  folder_id: Schema.String,
  /** What the manifest makes of it: `fail` is drift. */
  mode: Schema.Literals(["report", "fail"]),
  /** A waiver accepts it. */
  waived: Schema.Boolean,
  severity: Severity,
  reason_code: Schema.String,
  reason: Schema.String,
  remedy: Schema.String,
  /** Of drift, where there is a baseline: whether that knew it, by the rules that found it. */
  baseline: Schema.optionalKey(Schema.Literals(["new", "unchanged"])),
  /** Since when it is known, RFC 3339: the time of the run that found it first, as far as baselines reach. */
  since: Schema.optionalKey(Schema.String)
})
export type Unlisted = typeof Unlisted.Type

/** A waiver, and what it did. */
export const WaiverReport = Schema.Struct({
  /** What `target` names. */
  kind: Schema.Literals(["resource", "group", "instance"]),
  target: Schema.String,
  /** `null`: every field. */
  fields: Schema.NullOr(Schema.Array(Schema.String)),
  /** As the manifest has it: a day, its end in UTC included, or a time. */
  until: Schema.String,
  reason: Schema.String,
  approved_by: Schema.NullOr(Schema.String),
  ticket: Schema.NullOr(Schema.String),
  /** The addresses, and the instances that nobody listed, whose drift it accepts; of an expired one: would accept. */
  accepts: Schema.Array(Schema.String),
  source: Source
})
export type WaiverReport = typeof WaiverReport.Type

/** One kind of read, of one folder or of single resources, and what it took. */
export const ReadStep = Schema.Struct({
  /** The method of the API, such as `Resource.list`. */
  method: Schema.String,
  /** `null` for reads of single resources. */
  folder_id: Schema.NullOr(Schema.String),
  /** Requests, those that were repeated counted once. */
  requests: Schema.Natural,
  /** What was read: instances, resources, policies or applications. */
  items: Schema.Natural,
  /** Why it was read in this way. */
  why: Schema.String
})
export type ReadStep = typeof ReadStep.Type

/** How many resources are in each state. */
export const StateCounts = Schema.Struct({
  total: Schema.Natural,
  /** Those that were read: all but `not_compared`. */
  compared: Schema.Natural,
  in_sync: Schema.Natural,
  drifted: Schema.Natural,
  missing: Schema.Natural,
  pending: Schema.Natural,
  not_compared: Schema.Natural,
  waived: Schema.Natural
})

/** The same, and what is beside them. */
export const Summary = Schema.Struct({
  ...StateCounts.fields,
  /** Of what no rule covers; they are no part of the others. */
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
  /** Drift below this severity fails nothing; `new`: drift that the baseline knew. */
  fail_on: Schema.Literals(failOns),
  /** How many drifted, missing or unlisted ones are as bad as that, and not waived. */
  failing: Schema.Natural,
  /** The base URL that the resources were read from; empty where the run could not begin. */
  endpoint: Schema.String,
  /** The seed of the emulator that answered in the place of the cloud; `null` in a real run. */
  emulator: Schema.NullOr(Schema.String),
  /** The snapshot that answered in the place of the cloud, and when it was taken; `null` in a real run. */
  snapshot: Schema.NullOr(Schema.Struct({ path: Schema.String, timestamp: Schema.String })),
  /** The earlier run that this one went on with, and of how many resources it had told; `null` where there was none. */
  resumed: Schema.NullOr(Schema.Struct({ run_id: Schema.String, timestamp: Schema.String, carried: Schema.Natural })),
  /** The earlier report that drift was compared with, and whose drift is gone since; `null` where there was none. */
  baseline: Schema.NullOr(
    Schema.Struct({
      run_id: Schema.String,
      timestamp: Schema.String,
      resolved: Schema.Array(
        Schema.Struct({
          address: Schema.String,
          instance_id: Schema.String,
          reason_codes: Schema.Array(Schema.String)
        })
      )
    })
  ),
  manifest: Schema.Array(Schema.Struct({ path: Schema.String, sha256: Schema.String })),
  /** What `${name}` stood for in the manifest. */
  variables: Schema.Record(Schema.String, Schema.String),
  summary: Summary,
  resources: Schema.Array(ResourceReport),
  unlisted: Schema.Array(Unlisted),
  waivers: Schema.Struct({
    used: Schema.Array(WaiverReport),
    unused: Schema.Array(WaiverReport),
    expired: Schema.Array(WaiverReport)
  }),
  /** The plan of the reads, with what each took. */
  reads: Schema.Array(ReadStep),
  requests: Schema.Struct({ sent: Schema.Natural, retried: Schema.Natural }),
  duration_ms: Schema.Natural,
  diagnostics: Schema.Array(Diagnostic)
})
export type CheckReport = typeof CheckReport.Type
