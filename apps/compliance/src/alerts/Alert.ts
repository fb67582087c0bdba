/**
 * A message, as it waits to be sent and as a webhook gets it. `format_version` follows that of `CheckReport`.
 */
import { Summary, severities, WaiverReport } from "@holdfast/check/CheckReport"
import { findingKinds, runStates, verdicts } from "@holdfast/history/Run"
import * as Schema from "effect/Schema"
import { events } from "./AlertsConfig.ts"

export const alertFormatVersion = "1.0"

/** How many findings, ticks or waivers a message lists; the others are counted. */
export const maxItems = 100

/** A finding that came or went. */
export const AlertFinding = Schema.Struct({
  finding_id: Schema.String,
  kind: Schema.Literals(findingKinds),
  severity: Schema.Literals(severities),
  address: Schema.String,
  instance_id: Schema.String,
  owner: Schema.NullOr(Schema.String),
  field: Schema.String,
  reason_code: Schema.String,
  reason: Schema.String,
  began_at: Schema.String,
  /** It is no news itself: a waiver that accepted it has ended. */
  waiver_ended: Schema.Boolean
})
export type AlertFinding = typeof AlertFinding.Type

/** Findings, the worst first. */
export const AlertFindings = Schema.Struct({
  /** How many there are, listed or not. */
  count: Schema.Natural,
  items: Schema.Array(AlertFinding)
})
export type AlertFindings = typeof AlertFindings.Type

export const Alert = Schema.Struct({
  format_version: Schema.String,
  /** The idempotency key: a message that arrives twice has the same. */
  id: Schema.String,
  /** The gravest of `events`; `test` of a message that somebody asked for. */
  event: Schema.Literals([...events, "test"]),
  events: Schema.Array(Schema.Literals([...events, "test"])),
  /** The worst of what it tells. */
  severity: Schema.Literals(severities),
  channel: Schema.String,
  job: Schema.String,
  created_at: Schema.String,
  /** The run that gave rise to it; `null` of what no run did. */
  run: Schema.NullOr(
    Schema.Struct({
      run_id: Schema.String,
      tick: Schema.String,
      state: Schema.Literals(runStates),
      verdict: Schema.NullOr(Schema.Literals(verdicts)),
      why: Schema.String,
      summary: Schema.NullOr(Summary)
    })
  ),
  /** How many runs in a row could not tell or failed; of `could_tell_again`, how many there had been. */
  silent_runs: Schema.Natural,
  opened: AlertFindings,
  resolved: AlertFindings,
  /** Ticks that nobody ran in time, the latest first. */
  missed: Schema.Struct({
    count: Schema.Natural,
    items: Schema.Array(Schema.Struct({ tick: Schema.String, why: Schema.String }))
  }),
  /** Waivers that end soon. */
  waivers: Schema.Struct({
    count: Schema.Natural,
    items: Schema.Array(
      Schema.Struct({
        waiver_id: Schema.String,
        until_at: Schema.String,
        /** The threshold that it has passed. */
        days: Schema.Natural,
        waiver: WaiverReport
      })
    )
  }),
  /** Where to read on; `null` where no dashboard is named. */
  link: Schema.NullOr(Schema.String)
})
export type Alert = typeof Alert.Type
