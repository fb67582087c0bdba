/**
 * A report as JSON lines, in the way of `terraform plan -json`: a message on each line, the version first, the counts last.
 */
import type { CheckReport, ResourceReport } from "@holdfast/check/CheckReport"
import { fails, unlistedFails } from "@holdfast/check/ExitCode"
import { conclusion } from "./conclusion.ts"
import { instantOf } from "./instant.ts"
import { jsonLine } from "./json.ts"
import { escapeText, safe } from "./Terminal.ts"

/** The version of the messages: a new minor adds types and fields, a new major may remove or change them. */
export const uiVersion = "1.0"

type Level = "info" | "warn" | "error"

/** When the run ended, and all that it found was known. */
const endOf = ({ duration_ms, timestamp }: CheckReport): string => {
  const begin = instantOf(timestamp)
  return begin === undefined ? timestamp : new Date(begin + duration_ms).toISOString()
}

const levelOf = (row: ResourceReport, { fail_on }: CheckReport): Level => {
  if (fails(row, fail_on)) return "error"
  return row.state === "in_sync" || row.state === "waived" ? "info" : "warn"
}

const isDrift = ({ state }: ResourceReport): boolean => state === "drifted" || state === "missing"

/** The messages of a report, a line each. */
export function* ndjson(report: CheckReport): Iterable<string> {
  const message = (
    level: Level,
    text: string,
    timestamp: string,
    type: string,
    content: Readonly<Record<string, unknown>>
  ): string =>
    `${jsonLine({ "@level": level, "@message": text, "@module": "holdfast", "@timestamp": timestamp, type, ...content })}\n`
  const end = endOf(report)
  const { baseline, diagnostics, emulator, endpoint, exit_code, fail_on, failing, resumed, snapshot, tool } = report
  yield message("info", escapeText(`${tool.name} ${tool.version}`), report.timestamp, "version", {
    holdfast: tool.version,
    ui: uiVersion,
    format_version: report.format_version,
    run_id: report.run_id,
    endpoint,
    emulator,
    snapshot,
    resumed,
    baseline: baseline === null ? null : { run_id: baseline.run_id, timestamp: baseline.timestamp },
    fail_on,
    manifest: report.manifest,
    variables: report.variables
  })
  for (const diagnostic of diagnostics) {
    const level = diagnostic.severity === "error" ? "error" : "warn"
    yield message(level, escapeText(diagnostic.summary), end, "diagnostic", { diagnostic })
  }
  for (const resource of report.resources) {
    const text = escapeText(`${resource.address}: ${resource.state}: ${resource.reason}`)
    yield message(levelOf(resource, report), text, end, isDrift(resource) ? "resource_drift" : "resource", { resource })
  }
  for (const unlisted of report.unlisted) {
    const level = unlistedFails(unlisted, fail_on) ? "error" : unlisted.waived ? "info" : "warn"
    const text = escapeText(
      `${unlisted.name === "" ? unlisted.instance_id : unlisted.name}: unlisted: ${unlisted.reason}`
    )
    yield message(level, text, end, "unlisted", { unlisted })
  }
  for (const status of ["used", "unused", "expired"] as const) {
    for (const waiver of report.waivers[status]) {
      const text = safe`The waiver of the ${waiver.kind} ${waiver.target}, until ${waiver.until}, is ${status}`
      yield message(status === "used" ? "info" : "warn", text, end, "waiver", { status, waiver })
    }
  }
  for (const resolved of baseline?.resolved ?? []) {
    yield message("info", escapeText(`${resolved.address}: resolved`), end, "resource_resolved", { resource: resolved })
  }
  const { text, tone } = conclusion(report)
  yield message(tone === "bad" ? "error" : tone === "unsure" ? "warn" : "info", text, end, "change_summary", {
    summary: report.summary,
    failing,
    complete: report.complete,
    interrupted: report.interrupted,
    exit_code,
    requests: report.requests,
    duration_ms: report.duration_ms
  })
}
