/**
 * A period as CSV (RFC 4180), for spreadsheets: a row for the whole, each job, part, kind of drift, finding, waiver, run that did not
 * tell, day without a run, manifest and version.
 */
import type { Coverage, PeriodReport, RpoTally } from "@holdfast/history/PeriodReport"
import { cell } from "./csv.ts"

/** The columns, in their order. Names are stable: new ones are added at the end. */
export const periodColumns = [
  "kind",
  "job",
  "name",
  "instance_id",
  "folder_id",
  "owner",
  "groups",
  "state",
  "severity",
  "field",
  "reason_code",
  "reason",
  "from",
  "until",
  "seconds",
  "unknown_seconds",
  "is_rpo_breach",
  "waived",
  "runs",
  "open_at_start",
  "opened",
  "closed",
  "repaired",
  "open_at_end",
  "total",
  "compared",
  "in_sync",
  "drifted",
  "missing",
  "pending",
  "not_compared",
  "accepted",
  "rpo_breaches",
  "mean_seconds_to_repair",
  "median_seconds_to_repair",
  "approved_by",
  "ticket",
  "period",
  "time_zone"
] as const

type Row = { readonly [Column in (typeof periodColumns)[number]]?: string | number | boolean | null | undefined }

const counts = ({ compared, drifted, in_sync, missing, not_compared, pending, total, waived }: Coverage): Row => ({
  total,
  compared,
  in_sync,
  drifted,
  missing,
  pending,
  not_compared,
  accepted: waived
})

const times = ({ breaches, seconds, unknown_seconds }: RpoTally): Row => ({
  rpo_breaches: breaches,
  seconds,
  unknown_seconds
})

function* wholeRows({ jobs, period, summary }: PeriodReport): Iterable<Row> {
  const { from, to: until } = period
  const { at_end, drift, over_period, repairs, rpo, runs } = summary
  const repaired = { mean_seconds_to_repair: repairs.mean_seconds, median_seconds_to_repair: repairs.median_seconds }
  yield {
    kind: "period",
    from,
    until,
    ...times(rpo),
    runs: runs.finished,
    ...drift,
    ...counts(over_period),
    ...repaired
  }
  yield { kind: "period_at_end", ...counts(at_end) }
  for (const [state, count] of Object.entries(runs)) yield { kind: "runs", state, runs: count }
  for (const { at_end, job, over_period, repairs, rpo, runs } of jobs) {
    yield {
      kind: "job",
      job,
      runs: runs.finished,
      ...times(rpo),
      ...counts(over_period),
      mean_seconds_to_repair: repairs.mean_seconds,
      median_seconds_to_repair: repairs.median_seconds
    }
    if (at_end !== null) yield { kind: "job_at_end", job, from: at_end.tick, ...counts(at_end) }
  }
}

function* rows(report: PeriodReport): Iterable<Row> {
  yield* wholeRows(report)
  for (const { at_end, job, kind, name, over_period } of report.parts) {
    yield { kind, job, name, ...counts(over_period) }
    if (at_end !== null) yield { kind: `${kind}_at_end`, job, name, ...counts(at_end) }
  }
  for (const { changed, kind, undeclared, ...drift } of report.drift) yield { kind: "drift", state: kind, ...drift }
  for (const { address, began_at, ended_at, groups, kind, state, ...finding } of report.findings) {
    yield {
      ...finding,
      kind: `finding_${kind}`,
      name: address,
      groups: groups.join(", "),
      state,
      from: began_at,
      until: ended_at
    }
  }
  for (const { first_seen, job, runs_used, state, waiver } of report.waivers) {
    const { approved_by, fields, kind, reason, target, ticket, until } = waiver
    const field = fields === null ? null : fields.join(", ")
    const what = { kind: `waiver_${kind}`, job, name: target, state, field, reason, approved_by, ticket }
    yield { ...what, from: first_seen, until, runs: runs_used }
  }
  for (const { job, not_compared, run_id, state, tick, total, verdict, why } of report.gaps) {
    yield { kind: "run", job, name: run_id, state: verdict ?? state, reason: why, from: tick, not_compared, total }
  }
  for (const { days_without_run, job } of report.jobs) {
    for (const { first, last } of days_without_run) yield { kind: "days_without_run", job, from: first, until: last }
  }
  const { manifests, tools } = report.evidence
  for (const [kind, spans] of [["manifest", manifests] as const, ["tool", tools] as const]) {
    for (const { first_tick, job, last_tick, runs, value } of spans) {
      yield { kind, job, name: value, from: first_tick, until: last_tick, runs }
    }
  }
}

/** The CSV text of a period. It begins with a byte order mark, as that of a check does. */
export function* periodCsv(report: PeriodReport): Iterable<string> {
  const { text, time_zone } = report.period
  yield `\ufeff${periodColumns.map((column) => `"${column}"`).join(",")}\r\n`
  for (const row of rows(report)) {
    const whole: Row = { ...row, period: text, time_zone }
    yield `${periodColumns.map((column) => cell(whole[column])).join(",")}\r\n`
  }
}
