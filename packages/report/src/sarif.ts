/**
 * A report as SARIF 2.1.0, which code scanning of GitHub and most security dashboards take: a result for each finding, at its place
 * in the manifest, and what kept a resource from being compared among the notifications of the run.
 */
import type { CheckReport, ReadError, ResourceReport } from "@holdfast/check/CheckReport"
import { meanings } from "@holdfast/check/ExitCode"
import { rules } from "@holdfast/check/Rule"
import { caveatsOf, type Finding, findings, markOf, nameOf, problemsOf } from "./findings.ts"
import { instantOf } from "./instant.ts"
import { jsonItems, jsonLine } from "./json.ts"
import { mapped } from "./mapped.ts"
import { type PathOf, portablePath } from "./portablePath.ts"
import { escapeText } from "./Terminal.ts"

/** What others wrote: harmless where it is shown, and no link, which `[text](target)` would be in a message. */
const plain = (text: string): string => escapeText(text).replaceAll("](", "] (")

const message = (text: string) => ({ text: plain(text) })

/** A path as a relative reference of the kind that URIs have, so that it fits wherever the repository lies. */
export const uriOf = (path: string): string => {
  return portablePath(path)
    .toWellFormed()
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .map(encodeURIComponent)
    .join("/")
}

/** What a report does not know of where it is read. */
interface Surroundings {
  /** How files are called there. Default: without the folders of this machine. */
  readonly pathOf?: PathOf
  /** What there is to say of rules, in Markdown, by their codes. Default: nothing but what to do. */
  readonly pages?: ReadonlyMap<string, string>
}

const location = ({ column, line, path }: ResourceReport["source"], pathOf: PathOf) => ({
  physicalLocation: {
    artifactLocation: { uri: uriOf(pathOf(path)) },
    region: { startLine: Math.max(1, line), startColumn: Math.max(1, column) }
  }
})

const levels = { critical: "error", high: "error", medium: "warning", low: "note", info: "note" } as const

const codes = Object.keys(rules)

const descriptors = (pages: ReadonlyMap<string, string>) =>
  Object.entries(rules).map(([id, { remedy, title }]) => {
    const sentence = `${title.charAt(0).toUpperCase()}${title.slice(1)}.`
    const help = `${remedy} "drift explain ${id}" says what it means, why it matters, and how to mend it.`
    const page = pages.get(id)
    return {
      id,
      shortDescription: { text: sentence },
      fullDescription: { text: `${sentence} ${remedy}` },
      // The page itself: it has no address that is true for everybody.
      help: page === undefined ? { text: help } : { text: page, markdown: page },
      properties: { tags: ["backup"] }
    }
  })

const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(text)

const suppression = ({ approved_by, reason, ticket, until }: Finding["waivers"][number]) => ({
  kind: "external",
  status: "accepted",
  justification: plain(
    [
      `${reason} (until ${until})`,
      ...(approved_by === null ? [] : [`approved by ${approved_by}`]),
      ...(ticket === null ? [] : [ticket])
    ].join(", ")
  )
})

const resultOf = (finding: Finding, pathOf: PathOf) => {
  const { baseline, change, code, fingerprint, severity, verdict } = finding
  const ruleIndex = codes.indexOf(code)
  // A rule that could not be decided yet is open, one that only tells is informational; neither has a level.
  const kind = verdict === "pending" ? "open" : verdict === "reported" ? "informational" : "fail"
  return {
    ruleId: plain(code),
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    kind,
    level: kind === "fail" ? levels[severity] : "none",
    message: message(`${markOf(finding)}${nameOf(finding)}: ${finding.reason} ${finding.remedy}`),
    locations: [
      { ...location(finding.source, pathOf), logicalLocations: [{ name: plain(finding.address), kind: "resource" }] }
    ],
    // GitHub knows the first alone; it would make its own of the line, where a group's members all stand.
    partialFingerprints: { primaryLocationLineHash: `${fingerprint}:1`, "resourceAndRule/v1": fingerprint },
    ...(baseline === undefined ? {} : { baselineState: baseline }),
    ...(verdict === "waived"
      ? {
          suppressions:
            finding.waivers.length === 0
              ? [{ kind: "external", status: "accepted", justification: plain(finding.reason) }]
              : finding.waivers.map(suppression)
        }
      : {}),
    properties: {
      instanceId: plain(finding.instance_id),
      severity,
      field: plain(finding.field),
      ...(finding.folder_id === null ? {} : { folderId: plain(finding.folder_id) }),
      ...(finding.owner === null ? {} : { owner: plain(finding.owner) }),
      ...(finding.since === undefined ? {} : { since: plain(finding.since) }),
      ...(change === undefined
        ? {}
        : { desired: plain(JSON.stringify(change.desired)), actual: plain(JSON.stringify(change.actual)) })
    }
  }
}

const unread = (row: ResourceReport, error: ReadError, pathOf: PathOf) => ({
  descriptor: { id: plain(error.tag) },
  level: "error",
  message: message(`${nameOf(row)}: ${row.reason} ${error.message}. ${error.remedy}`),
  locations: [location(row.source, pathOf)]
})

/** What kept the run from its result, what makes it say less, then each resource that could not be compared. */
function* executionNotifications(report: CheckReport, pathOf: PathOf): Iterable<unknown> {
  for (const { code, message: text, source } of problemsOf(report)) {
    const at = source === undefined ? {} : { locations: [location(source, pathOf)] }
    yield { descriptor: { id: code }, level: "error", message: message(text), ...at }
  }
  for (const { code, message: text } of caveatsOf(report)) {
    yield { descriptor: { id: code }, level: "warning", message: message(text) }
  }
  for (const row of report.resources) if (row.error !== null) yield unread(row, row.error, pathOf)
}

/** What should be mended though the answers can be relied on. */
const configurationNotifications = ({ diagnostics }: CheckReport, pathOf: PathOf) =>
  diagnostics.flatMap(({ column = 1, detail, line = 1, path, severity, summary }) =>
    severity === "error"
      ? []
      : [
          {
            level: "warning",
            message: message(detail === undefined ? `${summary}.` : `${summary}. ${detail}`),
            ...(path === undefined ? {} : { locations: [location({ path, line, column }, pathOf)] })
          }
        ]
  )

/** The SARIF log of a report, in pieces. */
export function* sarif(
  report: CheckReport,
  { pages = new Map(), pathOf = portablePath }: Surroundings = {}
): Iterable<string> {
  const { baseline, emulator, exit_code, resumed, snapshot, summary, timestamp, tool } = report
  const driver = { name: "Holdfast", version: plain(tool.version), rules: descriptors(pages) }
  const invocation = {
    executionSuccessful: summary.not_compared === 0 && exit_code !== 1 && exit_code !== 130,
    exitCode: exit_code,
    exitCodeDescription: meanings[exit_code],
    ...(instantOf(timestamp) !== undefined ? { startTimeUtc: timestamp } : {}),
    toolConfigurationNotifications: configurationNotifications(report, pathOf)
  }
  const run = {
    // Characters, each counted once, however many units encode it.
    columnKind: "unicodeCodePoints",
    ...(isUuid(report.run_id) ? { automationDetails: { guid: report.run_id } } : {}),
    ...(baseline !== null && isUuid(baseline.run_id) ? { baselineGuid: baseline.run_id } : {}),
    // Each once, as the schema wants them, also where two spellings name one file.
    artifacts: [...new Map(report.manifest.map(({ path, sha256 }) => [uriOf(pathOf(path)), sha256]))].map(
      ([uri, sha256]) => ({
        location: { uri },
        roles: ["analysisTarget"],
        hashes: { "sha-256": plain(sha256) }
      })
    ),
    properties: {
      endpoint: plain(report.endpoint),
      complete: report.complete,
      failOn: report.fail_on,
      ...summary,
      ...(emulator === null ? {} : { emulator: plain(emulator) }),
      ...(snapshot === null ? {} : { snapshot: plain(snapshot.path), snapshotTaken: plain(snapshot.timestamp) }),
      ...(resumed === null ? {} : { resumedFrom: plain(resumed.run_id), carriedOver: resumed.carried })
    }
  }
  const open = (value: object): string => jsonLine(value).slice(0, -1)
  yield `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":${jsonLine({ driver })},\n`
  yield `"invocations":[${open(invocation)},"toolExecutionNotifications":[`
  yield* jsonItems(executionNotifications(report, pathOf))
  yield `]}],\n"results":[`
  yield* jsonItems(mapped(findings(report), (finding) => resultOf(finding, pathOf)))
  yield `],\n${jsonLine(run).slice(1)}]}\n`
}
