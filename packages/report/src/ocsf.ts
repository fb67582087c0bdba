/**
 * A report as findings of the Open Cybersecurity Schema Framework, for a lake or a SIEM: a Compliance Finding (class 2003 of version
 * 1.5.0) a line, for each resource and rule.
 */
import type { CheckReport, ResourceReport } from "@holdfast/check/CheckReport"
import { rules } from "@holdfast/check/Rule"
import { caveatsOf, type Finding, findings, fingerprintOf, problemsOf } from "./findings.ts"
import { instantOf } from "./instant.ts"
import { jsonLine } from "./json.ts"
import { escapeText } from "./Terminal.ts"

/** The version of the framework. */
const schemaVersion = "1.5.0"

const severities = {
  critical: [5, "Critical"],
  high: [4, "High"],
  medium: [3, "Medium"],
  low: [2, "Low"],
  info: [1, "Informational"]
} as const

/** What a check can come to: in the framework's words, a warning is a check without a result, since information is missing. */
const outcomes = {
  pass: [1, "Pass"],
  warning: [2, "Warning"],
  fail: [3, "Fail"],
  pending: [0, "Unknown"],
  reported: [99, "Reported"]
} as const

interface Row {
  readonly outcome: keyof typeof outcomes
  readonly severity: keyof typeof severities
  /** What the finding is called in every run. */
  readonly uid: string
  readonly code: string
  readonly title: string
  readonly reason: string
  readonly remedy: string | undefined
  readonly subject: Pick<Finding, "address" | "instance_id" | "folder_id" | "owner" | "tags" | "source"> | undefined
  readonly desired?: string
  readonly actual?: string
  readonly baseline?: Finding["baseline"]
  readonly since?: string | undefined
  /** Why it is accepted. */
  readonly accepted?: string
}

const resource = ({ address, instance_id, owner, source, tags }: NonNullable<Row["subject"]>) => ({
  ...(instance_id === "" ? {} : { uid: escapeText(instance_id) }),
  name: escapeText(address),
  type: "Compute instance",
  ...(owner === null ? {} : { owner: { name: escapeText(owner) } }),
  labels: Object.entries(tags).map(([name, value]) => escapeText(`${name}:${value}`)),
  data: { path: escapeText(source.path), line: source.line, column: source.column }
})

/** What all findings of a report have in common. */
const frame = (report: CheckReport) => {
  const { emulator, run_id, snapshot, timestamp, tool } = report
  const caveats = caveatsOf(report)
  const read =
    snapshot !== null ? `snapshot ${snapshot.path}` : emulator !== null ? `emulator ${emulator}` : report.endpoint
  return {
    time: instantOf(timestamp) ?? 0,
    sources: [escapeText(read)],
    metadata: {
      version: schemaVersion,
      product: { name: "Holdfast", vendor_name: "Holdfast", version: escapeText(tool.version) },
      profiles: ["cloud"],
      correlation_uid: escapeText(run_id),
      ...(caveats.length === 0 ? {} : { labels: caveats.map(({ code }) => code) })
    },
    unmapped: {
      exit_code: report.exit_code,
      complete: report.complete,
      ...(caveats.length === 0 ? {} : { caveats: caveats.map(({ message }) => escapeText(message)) })
    }
  }
}

const record = (row: Row, { metadata, sources, time, unmapped }: ReturnType<typeof frame>) => {
  const { accepted, baseline, code, outcome, reason, remedy, severity, since, subject, title, uid } = row
  const [severity_id, severityName] = severities[severity]
  const [status_id, status] = outcomes[outcome]
  const [activity_id, activity] = baseline === "unchanged" ? ([2, "Update"] as const) : ([1, "Create"] as const)
  const firstSeen = since === undefined ? undefined : instantOf(since)
  const folder = subject?.folder_id ?? null
  const said = accepted === undefined ? {} : { status_id: 3, status: "Suppressed", comment: escapeText(accepted) }
  return {
    class_uid: 2003,
    class_name: "Compliance Finding",
    category_uid: 2,
    category_name: "Findings",
    activity_id,
    activity_name: activity,
    type_uid: 200300 + activity_id,
    type_name: `Compliance Finding: ${activity}`,
    time,
    severity_id,
    severity: severityName,
    message: escapeText(reason),
    metadata: { ...metadata, event_code: escapeText(code) },
    cloud: { provider: "Yandex Cloud", ...(folder === null ? {} : { project_uid: escapeText(folder) }) },
    finding_info: {
      uid,
      title: escapeText(title),
      desc: escapeText(reason),
      data_sources: sources,
      ...(firstSeen === undefined ? {} : { first_seen_time: firstSeen }),
      last_seen_time: time
    },
    compliance: {
      control: escapeText(code),
      standards: ["Holdfast manifest"],
      status_id,
      status,
      status_code: escapeText(code),
      status_detail: escapeText(reason)
    },
    ...(remedy === undefined ? {} : { remediation: { desc: escapeText(remedy) } }),
    ...(subject === undefined ? {} : { resources: [resource(subject)] }),
    ...said,
    unmapped: {
      ...unmapped,
      ...(row.desired === undefined ? {} : { desired: escapeText(row.desired) }),
      ...(row.actual === undefined ? {} : { actual: escapeText(row.actual) })
    }
  }
}

const isRule = (code: string): code is keyof typeof rules => Object.hasOwn(rules, code)

const ofFinding = (finding: Finding): Row => {
  const { baseline, change, code, fingerprint, reason, remedy, severity, since, verdict, waivers } = finding
  const why = waivers.map((waiver) => `until ${waiver.until}: ${waiver.reason}`).join("; ")
  return {
    outcome: verdict === "drift" || verdict === "waived" ? "fail" : verdict,
    severity: verdict === "reported" ? "info" : severity,
    uid: fingerprint,
    code,
    title: isRule(code) ? rules[code].title : code,
    reason,
    remedy,
    subject: finding,
    baseline,
    since,
    ...(change === undefined ? {} : { desired: JSON.stringify(change.desired), actual: JSON.stringify(change.actual) }),
    ...(verdict === "waived" ? { accepted: why === "" ? reason : why } : {})
  }
}

/** What is in sync, and what could not be compared: a finding of the resource as a whole. */
const ofResource = (row: ResourceReport): Row | undefined => {
  const { address, error, instance_id, reason, reason_code, severity, state } = row
  const of = { code: reason_code, reason, subject: row }
  if (state === "in_sync") {
    const uid = fingerprintOf(address, instance_id, "in_sync")
    return { ...of, outcome: "pass", severity: "info", uid, title: "backed up as declared", remedy: undefined }
  }
  if (state !== "not_compared") return undefined
  const uid = fingerprintOf(address, instance_id, "not_compared")
  const title = "the resource could not be compared"
  return { ...of, outcome: "warning", severity, uid, title, remedy: error?.remedy }
}

function* rowsOf(report: CheckReport): Iterable<Row> {
  for (const { code, message } of problemsOf(report)) {
    yield {
      outcome: "warning",
      severity: "high",
      uid: fingerprintOf("run", code, message),
      code,
      title: "the check did not come to a result",
      reason: message,
      remedy: undefined,
      subject: undefined
    }
  }
  for (const resource of report.resources) {
    const row = ofResource(resource)
    if (row !== undefined) yield row
  }
  for (const finding of findings(report)) yield ofFinding(finding)
}

/** The findings of a report as JSON, a line each. */
export function* ocsf(report: CheckReport): Iterable<string> {
  const common = frame(report)
  for (const row of rowsOf(report)) yield `${jsonLine(record(row, common))}\n`
}
