/**
 * A report as CSV (RFC 4180), for spreadsheets: a row for each resource, for each instance that nobody listed, for each
 * diagnostic, and for the run.
 */
import type { Change, CheckReport, ResourceReport, Unlisted } from "@holdfast/check/CheckReport"
import { fails, unlistedFails } from "@holdfast/check/ExitCode"
import { rules } from "@holdfast/check/Rule"
import { cautions, conclusion } from "./conclusion.ts"
import { acceptanceOf, findings } from "./findings.ts"
import { liveSide } from "./liveSide.ts"
import { escapeText } from "./Terminal.ts"
import { valueText } from "./valueText.ts"

/** The columns, in their order. Names are stable: new ones are added at the end. */
export const columns = [
  "kind",
  "address",
  "instance_id",
  "folder_id",
  "state",
  "severity",
  "fails",
  "reason_code",
  "reason",
  "changes",
  "remedy",
  "owner",
  "groups",
  "tags",
  "baseline",
  "since",
  "error",
  "request_id",
  "path",
  "line",
  "compared_with",
  "timestamp",
  "run_id"
] as const

type Row = { readonly [Column in (typeof columns)[number]]?: string | number | boolean | null | undefined }

/** What a spreadsheet begins a formula with, also in full width. */
const opening = "[=+\\-@\\uff1d\\uff0b\\uff0d\\uff20]"

/** A cell that begins so, or that does where `;` separates cells, as it does where the comma stands before decimals. */
const formula = new RegExp(`^(?=\\s*${opening}|[\\t\\r\\n])|(?=${opening})(?<=;["'\\s]*)`, "g")

/** A cell, always in quotes: no text of others can end it. */
export const cell = (value: string | number | boolean | null | undefined): string => {
  const text = value === undefined || value === null ? "" : String(value)
  // Found before tabs and line breaks are made visible, so that what begins with one is marked, too.
  return `"${escapeText(text.replace(formula, "'")).replaceAll('"', '""')}"`
}

const line = (row: Row): string => `${columns.map((column) => cell(row[column])).join(",")}\r\n`

const changeText = ({ actual, desired, field, pending, reason_code, waived }: Change): string => {
  const mark = waived === true ? ", waived" : pending === true ? ", pending" : ""
  return `${field}: is ${valueText(actual)}, declared ${valueText(desired)} (${reason_code}${mark})`
}

const remedyOf = ({ changes, error, state }: ResourceReport): string => {
  if (error !== null) return error.remedy
  if (state === "missing") return rules.HF016.remedy
  return [...new Set(changes.map(({ remedy }) => remedy))].join(" ")
}

const ofResource = (row: ResourceReport, { fail_on }: CheckReport): Row => ({
  kind: "resource",
  address: row.address,
  instance_id: row.instance_id,
  folder_id: row.folder_id,
  state: row.state,
  severity: row.severity,
  fails: fails(row, fail_on),
  reason_code: row.reason_code,
  reason: row.reason,
  changes: row.changes.map(changeText).join("; "),
  remedy: remedyOf(row),
  owner: row.owner,
  groups: row.groups.join(", "),
  tags: Object.entries(row.tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(", "),
  baseline: row.baseline,
  since: row.since,
  error: row.error?.message,
  request_id: row.error?.request_id,
  path: row.source.path,
  line: row.source.line
})

const ofUnlisted = (row: Unlisted, accepted: string, { fail_on }: CheckReport): Row => ({
  kind: `unlisted_${row.kind}`,
  address: row.name,
  instance_id: row.instance_id,
  folder_id: row.folder_id,
  state: row.waived ? "waived" : row.mode === "fail" ? "drifted" : "reported",
  severity: row.severity,
  fails: unlistedFails(row, fail_on),
  reason_code: row.reason_code,
  reason: `${accepted}${row.reason}`,
  remedy: row.remedy,
  baseline: row.baseline,
  since: row.since
})

/**
 * The CSV text of a report. It begins with a byte order mark: without one Excel reads names of other letters by the code page
 * of the machine. A program that takes the mark for text has JSON.
 */
export function* csv(report: CheckReport): Iterable<string> {
  const run: Row = { compared_with: liveSide(report), timestamp: report.timestamp, run_id: report.run_id }
  yield `\ufeff${columns.map((column) => `"${column}"`).join(",")}\r\n`
  for (const row of report.resources) yield line({ ...ofResource(row, report), ...run })
  const unlisted = report.unlisted.values()
  for (const finding of findings({ ...report, resources: [] })) {
    const { value: row } = unlisted.next()
    if (row !== undefined) yield line({ ...ofUnlisted(row, acceptanceOf(finding), report), ...run })
  }
  for (const { detail, line: at, path, severity, summary } of report.diagnostics) {
    yield line({ kind: "diagnostic", state: severity, reason: summary, remedy: detail, path, line: at, ...run })
  }
  // A run that could not begin has no other rows, and must not look like one that found nothing.
  const { exit_code, failing } = report
  const reason = [...cautions(report), conclusion(report)]
    .map(({ text }) => `${text.replace(/\.?\s*$/, "")}.`)
    .join(" ")
  yield line({ kind: "run", state: `exit code ${exit_code}`, fails: failing > 0, reason, ...run })
}
