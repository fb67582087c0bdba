/**
 * What a period came to, as a value and as JSON: how much was protected, for how long what was not, and what the answers rest on.
 *
 * All times are RFC 3339 in UTC, all spans are whole seconds, all lists are sorted. `format_version` follows that of `CheckReport`: a
 * new minor adds fields.
 */
import { severities, WaiverReport } from "@holdfast/check/CheckReport"
import * as Schema from "effect/Schema"
import { findingKinds, runStates, verdicts } from "./Run.ts"

/** The version of the JSON that this module describes. */
export const periodFormatVersion = "1.0"

const Count = Schema.Natural

/**
 * Resources by what became of them. Over several runs each counts once for each of them. What was not compared is part of `total` and
 * of nothing that is good.
 */
export const Coverage = Schema.Struct({
  total: Count,
  compared: Count,
  in_sync: Count,
  drifted: Count,
  missing: Count,
  pending: Count,
  not_compared: Count,
  waived: Count,
  /** `compared` over `total`, `null` where there was nothing. */
  coverage: Schema.NullOr(Schema.Finite),
  /** `in_sync` over `compared`, `null` where nothing was compared. */
  in_sync_share: Schema.NullOr(Schema.Finite),
  /** `in_sync` over `total`: what nobody could read is not protected. */
  protected_share: Schema.NullOr(Schema.Finite)
})
export type Coverage = typeof Coverage.Type

/** What became of the ticks of a period: each is in one of the first five. */
export const RunTally = Schema.Struct({
  /** They have a report. */
  finished: Count,
  /** Could not begin, or no report could be made. */
  failed: Count,
  missed: Count,
  skipped: Count,
  /** Their time has come, and history knows no end of them. */
  open: Count,
  /** Of the finished ones, by their answer. */
  in_sync: Count,
  drifted: Count,
  could_not_tell: Count,
  /** Finished, and nothing could be compared. */
  error: Count
})
export type RunTally = typeof RunTally.Type

/**
 * How long repairs took, from when drift began to the run that saw it gone. What is not repaired yet is none of them, nor what a
 * waiver accepted.
 */
export const Repairs = Schema.Struct({
  count: Count,
  mean_seconds: Schema.NullOr(Count),
  median_seconds: Schema.NullOr(Count)
})
export type Repairs = typeof Repairs.Type

/**
 * Findings that came and went: `open_at_start + opened - closed = open_at_end`. A finding is opened by the run that saw it first and
 * closed by the one that saw it gone.
 */
export const DriftTally = Schema.Struct({
  open_at_start: Count,
  opened: Count,
  /** All that ended: repaired, undeclared or changed. */
  closed: Count,
  /** Compared, and as declared again. */
  repaired: Count,
  /** The manifest asks for it no more: nothing was repaired. */
  undeclared: Count,
  /** Another finding took its place. */
  changed: Count,
  open_at_end: Count
})
export type DriftTally = typeof DriftTally.Type

/** A kind of finding of a severity. */
export const DriftCount = Schema.Struct({
  kind: Schema.Literals(findingKinds),
  severity: Schema.Literals(severities),
  ...DriftTally.fields
})
export type DriftCount = typeof DriftCount.Type

/** Resources whose last backup was older than it may be, or that had none. */
export const RpoTally = Schema.Struct({
  breaches: Count,
  /** Of them: not over at the end of what is known. */
  open_at_end: Count,
  /** Of them: a waiver accepted it when it was seen last. */
  waived: Count,
  /** How long all of them took together, within the period. */
  seconds: Count,
  /** The part of it in which nobody could tell whether it was still so. */
  unknown_seconds: Count,
  longest_seconds: Count
})
export type RpoTally = typeof RpoTally.Type

/** What a period found with one resource, clipped to the period. */
export const PeriodFinding = Schema.Struct({
  job: Schema.String,
  kind: Schema.Literals(findingKinds),
  /** The last backup was too old, or there was none. */
  is_rpo_breach: Schema.Boolean,
  severity: Schema.Literals(severities),
  address: Schema.String,
  instance_id: Schema.String,
  folder_id: Schema.NullOr(Schema.String),
  owner: Schema.NullOr(Schema.String),
  groups: Schema.Array(Schema.String),
  /** The field of the manifest; empty of other kinds than drift. */
  field: Schema.String,
  reason_code: Schema.String,
  reason: Schema.String,
  /** Since when it was so, which may be before the period. */
  began_at: Schema.String,
  /** When a run saw it first. */
  first_seen: Schema.String,
  /** `open`: it was not over at the end of the period, or of what is known. */
  state: Schema.Literals(["open", "repaired", "undeclared", "changed"]),
  /** When a run saw it gone; `null` while it is open. */
  ended_at: Schema.NullOr(Schema.String),
  /** How long it was so within the period. */
  seconds: Count,
  /** The part of `seconds` at its end in which nobody could tell whether it was still so. */
  unknown_seconds: Count,
  /** A waiver accepted it when it was seen last. */
  waived: Schema.Boolean
})
export type PeriodFinding = typeof PeriodFinding.Type

/** A run that did not tell how things are. */
export const PeriodGap = Schema.Struct({
  job: Schema.String,
  tick: Schema.String,
  run_id: Schema.String,
  state: Schema.Literals(runStates),
  verdict: Schema.NullOr(Schema.Literals(verdicts)),
  why: Schema.String,
  /** How many resources could not be compared; `null` of a run without a report. */
  not_compared: Schema.NullOr(Count),
  total: Schema.NullOr(Count)
})
export type PeriodGap = typeof PeriodGap.Type

/** Days in a row, both ends included. */
export const DayRange = Schema.Struct({ first: Schema.String, last: Schema.String, days: Count })
export type DayRange = typeof DayRange.Type

/** A waiver that runs of the period saw. */
export const PeriodWaiver = Schema.Struct({
  job: Schema.String,
  /** What the last run of the period made of it. */
  state: Schema.Literals(["used", "unused", "expired"]),
  /** When it ends, and whether that was within the period. */
  until_at: Schema.String,
  ends_in_period: Schema.Boolean,
  /** Runs of the period by what they made of it. */
  runs_used: Count,
  runs_unused: Count,
  runs_expired: Count,
  first_seen: Schema.String,
  last_seen: Schema.String,
  /** As the last run of the period saw it. */
  waiver: WaiverReport
})
export type PeriodWaiver = typeof PeriodWaiver.Type

/** A job in the period. */
export const PeriodJob = Schema.Struct({
  job: Schema.String,
  /** Its first tick that history knows, and the end of its last run that has a report, also outside the period; `null`: none. */
  known_from: Schema.NullOr(Schema.String),
  known_until: Schema.NullOr(Schema.String),
  runs: RunTally,
  /** Its resources over all finished runs, and in the last one. */
  over_period: Coverage,
  at_end: Schema.NullOr(Schema.Struct({ run_id: Schema.String, tick: Schema.String, ...Coverage.fields })),
  rpo: RpoTally,
  repairs: Repairs,
  /** Whole days, from its first tick to the last run of any job, on which none of its runs finished. */
  days_without_run: Schema.Array(DayRange),
  requests: Schema.Struct({ sent: Count, retried: Count })
})
export type PeriodJob = typeof PeriodJob.Type

/** A group, an owner or a folder of a job in the period. */
export const PeriodPart = Schema.Struct({
  job: Schema.String,
  kind: Schema.Literals(["group", "owner", "folder"]),
  /** Empty: what belongs to none. */
  name: Schema.String,
  over_period: Coverage,
  /** `null` where the last run of the job had none of it. */
  at_end: Schema.NullOr(Coverage)
})
export type PeriodPart = typeof PeriodPart.Type

/** Runs in a row with the same manifest, or the same version of the tool. */
export const EvidenceSpan = Schema.Struct({
  job: Schema.String,
  /** The hash over the manifest's files, or the version. */
  value: Schema.String,
  first_tick: Schema.String,
  last_tick: Schema.String,
  runs: Count
})
export type EvidenceSpan = typeof EvidenceSpan.Type

/** The whole report. */
export const PeriodReport = Schema.Struct({
  format_version: Schema.String,
  tool: Schema.Struct({ name: Schema.String, version: Schema.String }),
  period: Schema.Struct({
    /** As it was asked for. */
    text: Schema.String,
    time_zone: Schema.String,
    from: Schema.String,
    /** The first moment that is no part of it. */
    to: Schema.String,
    days: Count
  }),
  /** The job that was asked for; `null`: all of them. */
  job: Schema.NullOr(Schema.String),
  /**
   * The first tick from which on history has all, and the last moment that it tells of; little or nothing is said of what lies outside.
   * `null` where it knows no run.
   */
  known_from: Schema.NullOr(Schema.String),
  known_until: Schema.NullOr(Schema.String),
  /** History reaches beyond the period: nothing of it is still to come. */
  is_over: Schema.Boolean,
  /** What is below, of all jobs together. A resource that two jobs check counts for each. */
  summary: Schema.Struct({
    runs: RunTally,
    over_period: Coverage,
    at_end: Coverage,
    rpo: RpoTally,
    drift: DriftTally,
    repairs: Repairs,
    /** What could not be compared: from the run that failed to read it to the one that read it. */
    could_not_tell: DriftTally,
    /** Finished runs whose rows were thrown away since: what they said of waivers is not below. */
    without_rows: Count
  }),
  jobs: Schema.Array(PeriodJob),
  parts: Schema.Array(PeriodPart),
  drift: Schema.Array(DriftCount),
  /** Every finding that was open at some moment of the period, the worst first. */
  findings: Schema.Array(PeriodFinding),
  waivers: Schema.Array(PeriodWaiver),
  /** Runs that could not tell, failed, were missed or skipped, by their ticks. */
  gaps: Schema.Array(PeriodGap),
  evidence: Schema.Struct({
    manifests: Schema.Array(EvidenceSpan),
    tools: Schema.Array(EvidenceSpan)
  })
})
export type PeriodReport = typeof PeriodReport.Type
