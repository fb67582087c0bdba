/**
 * A report as GitLab's Code Quality JSON, which a merge request and the pipeline show beside the lines of the manifest. It knows
 * issues alone: all that is not in sync is one, also what could not be told.
 */
import type { CheckReport, ResourceReport } from "@holdfast/check/CheckReport"
import {
  caveatsOf,
  defaultManifest,
  type Finding,
  findings,
  fingerprintOf,
  markOf,
  nameOf,
  problemsOf
} from "./findings.ts"
import { jsonItems } from "./json.ts"
import { mapped } from "./mapped.ts"
import { type PathOf, portablePath } from "./portablePath.ts"
import { escapeText } from "./Terminal.ts"

const severities = { critical: "blocker", high: "critical", medium: "major", low: "minor", info: "info" } as const

interface Issue {
  readonly description: string
  readonly check_name: string
  readonly fingerprint: string
  readonly severity: (typeof severities)[keyof typeof severities]
  readonly source: Pick<ResourceReport["source"], "path" | "line">
}

/** GitLab wants paths as Git has them: relative, and without `./`. */
const issue = ({ check_name, description, fingerprint, severity, source }: Issue, pathOf: PathOf) => ({
  description: escapeText(description),
  check_name: escapeText(check_name),
  fingerprint,
  severity,
  location: {
    path: escapeText(pathOf(source.path).replace(/^(?:\.\/)+/, "")),
    lines: { begin: Math.max(1, source.line) }
  }
})

const ofFinding = (finding: Finding): Issue => {
  const { code, fingerprint, reason, remedy, severity, source, verdict } = finding
  return {
    description: `${markOf(finding)}${nameOf(finding)}: ${reason} ${remedy}`,
    check_name: code,
    fingerprint,
    severity: verdict === "drift" ? severities[severity] : verdict === "pending" ? "minor" : "info",
    source
  }
}

function* issues(report: CheckReport): Iterable<Issue> {
  const source = { path: report.manifest[0]?.path ?? defaultManifest, line: 1 }
  for (const { code, message, source: at } of problemsOf(report)) {
    const fingerprint = fingerprintOf("run", code, message)
    yield { description: message, check_name: code, fingerprint, severity: "blocker", source: at ?? source }
  }
  for (const { code, message } of caveatsOf(report)) {
    yield {
      description: message,
      check_name: code,
      fingerprint: fingerprintOf("run", code),
      severity: "info",
      source
    }
  }
  for (const row of report.resources) {
    const { address, error, instance_id, reason, reason_code, source } = row
    if (row.state !== "not_compared") continue
    yield {
      description: `${nameOf(row)}: ${reason}${error === null ? "" : ` ${error.remedy}`}`,
      check_name: error?.tag ?? reason_code,
      fingerprint: fingerprintOf(address, instance_id, "not_compared"),
      severity: "major",
      source
    }
  }
  for (const finding of findings(report)) yield ofFinding(finding)
}

/** The JSON of a report, in pieces; `pathOf` says how files are called in the repository. */
export function* gitlab(report: CheckReport, pathOf: PathOf = portablePath): Iterable<string> {
  yield "["
  yield* jsonItems(mapped(issues(report), (each) => issue(each, pathOf)))
  yield "\n]\n"
}
