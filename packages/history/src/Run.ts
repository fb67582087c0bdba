/**
 * What history tells of runs, findings and waivers: values as JSON has them, times in RFC 3339 (UTC, milliseconds).
 */
import { Change, StateCounts, Summary, severities, states, WaiverReport } from "@holdfast/check/CheckReport"
import * as Schema from "effect/Schema"

/**
 * What can become of a tick of a job. `due`: its time has come and nobody has begun it. `finished`: it has a report, complete or not.
 * `failed`: it could not begin, or no report could be made of it. `missed`: nobody ran it in time. `skipped`: the job was running.
 */
export const runStates = ["due", "running", "finished", "failed", "missed", "skipped"] as const
export type RunState = (typeof runStates)[number]

/** A finished run's answer: three, never mixed; `error` of a run that failed or found nothing to compare. */
export const verdicts = ["in_sync", "drifted", "could_not_tell", "error"] as const
export type Verdict = (typeof verdicts)[number]

/** The answer of an exit code of a check. */
export const verdictOf = (exitCode: number): Verdict => {
  switch (exitCode) {
    case 0:
      return "in_sync"
    case 2:
      return "drifted"
    case 3:
    case 130:
      return "could_not_tell"
    default:
      return "error"
  }
}

/** One tick of a job, and what became of it. */
export const Run = Schema.Struct({
  run_id: Schema.String,
  job: Schema.String,
  /** When it was due. */
  tick: Schema.String,
  trigger: Schema.Literals(["schedule", "manual"]),
  state: Schema.Literals(runStates),
  /** `null` until it is finished or failed, and of what never ran. */
  verdict: Schema.NullOr(Schema.Literals(verdicts)),
  /** Why it is in this state, where that is not plain; empty otherwise. */
  why: Schema.String,
  started_at: Schema.NullOr(Schema.String),
  finished_at: Schema.NullOr(Schema.String),
  exit_code: Schema.NullOr(Schema.Int),
  complete: Schema.NullOr(Schema.Boolean),
  failing: Schema.NullOr(Schema.Natural),
  /** `null` of a run without a report. */
  summary: Schema.NullOr(Summary),
  requests: Schema.NullOr(Schema.Struct({ sent: Schema.Natural, retried: Schema.Natural })),
  tool_version: Schema.NullOr(Schema.String),
  /** The hash over the manifest's files, `null` where they could not be read. */
  manifest_sha256: Schema.NullOr(Schema.String)
})
export type Run = typeof Run.Type

/** What a finding is of. */
export const findingKinds = ["drift", "missing", "unlisted", "not_compared"] as const
export type FindingKind = (typeof findingKinds)[number]

/**
 * How a finding ended. `in_sync`: it was compared, and the rule finds it no more. `undeclared`: the manifest asks for it no more.
 * `changed`: another finding took its place, such as missing after drift, or a reading after a failed one.
 */
export const resolutions = ["in_sync", "undeclared", "changed"] as const
export type Resolution = (typeof resolutions)[number]

/** One thing that is or was wrong with one resource, from the run that saw it first to the one that saw it gone. */
export const Finding = Schema.Struct({
  /** The same as long as it is known; another one when what was gone comes back. */
  finding_id: Schema.String,
  job: Schema.String,
  kind: Schema.Literals(findingKinds),
  address: Schema.String,
  instance_id: Schema.String,
  /** The field of the manifest that is not as declared; empty of other kinds than drift. */
  field: Schema.String,
  /** The rule, or the name of the error of what was not compared. */
  reason_code: Schema.String,
  severity: Schema.Literals(severities),
  owner: Schema.NullOr(Schema.String),
  folder_id: Schema.NullOr(Schema.String),
  groups: Schema.Array(Schema.String),
  reason: Schema.String,
  /** What differed when it was seen last; `null` of other kinds than drift. */
  change: Schema.NullOr(Change),
  first_seen: Schema.String,
  last_seen: Schema.String,
  /** Since when it is so by the resource's own times (when the backup became too old); else `first_seen`. */
  began_at: Schema.String,
  /** How many runs saw it. */
  seen: Schema.Natural,
  /** Since when no run could tell whether it is still so; `null` where the last one could. */
  unknown_since: Schema.NullOr(Schema.String),
  /** `null` while it is open. */
  resolved_at: Schema.NullOr(Schema.String),
  resolution: Schema.NullOr(Schema.Literals(resolutions)),
  /** A waiver accepted it when it was seen last. */
  waived: Schema.Boolean,
  first_run: Schema.String,
  last_run: Schema.String,
  resolved_run: Schema.NullOr(Schema.String)
})
export type Finding = typeof Finding.Type

/** A waiver as the runs saw it. */
export const WaiverSeen = Schema.Struct({
  job: Schema.String,
  waiver_id: Schema.String,
  /** What the last run that saw it made of it. */
  state: Schema.Literals(["used", "unused", "expired"]),
  /** When it ends: `until` as a time. */
  until_at: Schema.String,
  first_seen: Schema.String,
  last_seen: Schema.String,
  /** How many runs it accepted something in. */
  used: Schema.Natural,
  waiver: WaiverReport
})
export type WaiverSeen = typeof WaiverSeen.Type

/** Counts of a run by one group, owner or folder. */
export const RunCount = Schema.Struct({
  kind: Schema.Literals(["group", "owner", "folder"]),
  /** Empty: what belongs to none. */
  name: Schema.String,
  ...StateCounts.fields
})
export type RunCount = typeof RunCount.Type

/** One run in which an instance had a row. */
export const InstanceRun = Schema.Struct({
  run_id: Schema.String,
  job: Schema.String,
  tick: Schema.String,
  address: Schema.String,
  state: Schema.Literals(states),
  reason_code: Schema.String
})
export type InstanceRun = typeof InstanceRun.Type

/** A day of a job, or of all: the counts of its last finished run. */
export const TrendPoint = Schema.Struct({
  /** `2026-10-31`, in UTC. */
  day: Schema.String,
  runs: Schema.Natural,
  ...StateCounts.fields
})
export type TrendPoint = typeof TrendPoint.Type

/** Findings that are alike, counted. */
export const FindingCount = Schema.Struct({
  kind: Schema.Literals(findingKinds),
  severity: Schema.Literals(severities),
  reason_code: Schema.String,
  waived: Schema.Boolean,
  count: Schema.Natural
})
export type FindingCount = typeof FindingCount.Type

/** What is open now, and how long repairs took in a time. */
export const Figures = Schema.Struct({
  /** The findings that are open now. */
  open: Schema.Array(FindingCount),
  /** Drift, missing and unlisted findings, not waived, that ended in the time because they were in sync again. */
  repaired: Schema.Natural,
  /** The sum of what those took, from `began_at` to `resolved_at`, in milliseconds. */
  repaired_ms: Schema.Natural
})
export type Figures = typeof Figures.Type
