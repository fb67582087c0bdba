/**
 * A period as Markdown, for a ticket or a wiki: what it comes to, and the rest in tables and folds. What does not fit is left out by
 * items, and counted.
 */
import type {
  Coverage,
  DriftCount,
  EvidenceSpan,
  PeriodFinding,
  PeriodGap,
  PeriodJob,
  PeriodPart,
  PeriodReport,
  PeriodWaiver
} from "@holdfast/history/PeriodReport"
import { fitted, folded, type Section } from "./markdownSections.ts"
import { code, prose } from "./markdownText.ts"
import {
  breaches,
  days,
  ending,
  gap,
  lasted,
  minute,
  percent,
  periodCautions,
  periodConclusion,
  repairs,
  span,
  title
} from "./periodText.ts"
import { rulePage } from "./rulePage.ts"

const glyphs = { good: "✓ ", unsure: "⚠ ", bad: "✗ ", neutral: "" } as const

const table = (heading: string, heads: ReadonlyArray<string>, items: ReadonlyArray<string>): Section => ({
  open: `### ${heading}\n\n| ${heads.join(" | ")} |\n|${" --- |".repeat(heads.length)}\n`,
  close: "\n",
  count: items.length,
  items
})

const row = (...cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |\n`

const shares = ({ compared, in_sync, total }: Coverage): ReadonlyArray<string> => [
  String(total),
  percent(compared, total),
  percent(in_sync, compared),
  percent(in_sync, total)
]

const atEnd = (at: Coverage | null): string => (at === null ? "none" : percent(at.in_sync, at.total))

const heads = ["checks", "compared", "in sync of compared", "protected", "protected at the end"]

const jobRow = ({ at_end, job, over_period, repairs: of, rpo, runs }: PeriodJob): string =>
  row(
    code(job),
    String(runs.finished),
    ...shares(over_period),
    atEnd(at_end),
    breaches(rpo),
    of.mean_seconds === null ? "none" : span(of.mean_seconds)
  )

const partRow = ({ at_end, job, kind, name, over_period }: PeriodPart): string =>
  row(code(job), kind, name === "" ? "none" : code(name), ...shares(over_period), atEnd(at_end))

const rule = (reasonCode: string): string => {
  const page = rulePage(reasonCode)
  return page === undefined ? code(reasonCode) : `[${reasonCode}](${page})`
}

const findingRow = (finding: PeriodFinding): string => {
  const { address, began_at, instance_id, kind, owner, reason, reason_code, severity, waived } = finding
  return row(
    `${severity}${waived ? ", waived" : ""}`,
    code(address),
    code(instance_id),
    owner === null ? "" : code(owner),
    `${kind === "drift" ? rule(reason_code) : `${kind.replaceAll("_", " ")}, ${rule(reason_code)}`} ${prose(reason)}`,
    minute(began_at),
    ending(finding),
    lasted(finding)
  )
}

const findingHeads = ["severity", "resource", "instance", "owner", "what", "began", "ended", "lasted"]

const driftRow = ({
  changed,
  closed,
  kind,
  open_at_end,
  open_at_start,
  opened,
  repaired,
  severity,
  undeclared
}: DriftCount) =>
  row(
    kind.replaceAll("_", " "),
    severity,
    ...[open_at_start, opened, closed, repaired, undeclared, changed, open_at_end].map(String)
  )

const waiverItem = ({ job, runs_used, state, waiver }: PeriodWaiver): string => {
  const { approved_by, fields, kind, reason, target, ticket, until } = waiver
  const by = approved_by === null ? "nobody named" : code(approved_by)
  const of = fields === null ? "every field" : fields.map((field) => code(field)).join(", ")
  return `- ${state === "expired" ? "**expired**" : state}: ${of} of the ${kind} ${code(target)} (job ${code(job)}), until ${code(until)}, approved by ${by}${ticket === null ? "" : `, ${code(ticket)}`}: ${prose(reason)} Used by ${runs_used} runs.\n`
}

const gapItem = (of: PeriodGap): string =>
  `- ${minute(of.tick)}, ${code(of.job)}: ${prose(gap(of))} (${code(of.run_id)})\n`

const spanItem = ({ first_tick, job, last_tick, runs, value }: EvidenceSpan): string =>
  `- ${code(job)}: ${code(value)}, ${runs} runs from ${minute(first_tick)} to ${minute(last_tick)}\n`

const dayItems = (jobs: PeriodReport["jobs"]): ReadonlyArray<string> =>
  jobs.flatMap(({ days_without_run, job }) =>
    days_without_run.map((range) => `- ${code(job)}: ${prose(days(range))}\n`)
  )

const foldOf = (name: string, items: ReadonlyArray<string>): Section => folded(name, items.length, items)

const sectionsOf = (report: PeriodReport): ReadonlyArray<Section> => {
  const { drift, evidence, findings, gaps, jobs, parts, waivers } = report
  const isDrift = ({ is_rpo_breach, kind }: PeriodFinding) => !is_rpo_breach && kind !== "not_compared"
  return [
    table("Jobs", ["job", "runs", ...heads, "RPO breaches", "time to repair"], jobs.map(jobRow)),
    table("Coverage", ["job", "by", "name", ...heads], parts.map(partRow)),
    table("RPO breaches", findingHeads, findings.filter(({ is_rpo_breach }) => is_rpo_breach).map(findingRow)),
    table(
      "Drift opened and closed",
      [
        "what",
        "severity",
        "open at the start",
        "opened",
        "closed",
        "repaired",
        "declared no more",
        "changed",
        "open at the end"
      ],
      drift.map(driftRow)
    ),
    table("Other drift", findingHeads, findings.filter(isDrift).map(findingRow)),
    table(
      "Could not be compared",
      findingHeads,
      findings.filter(({ kind }) => kind === "not_compared").map(findingRow)
    ),
    foldOf("Waivers", waivers.map(waiverItem)),
    foldOf("Runs that did not tell", gaps.map(gapItem)),
    foldOf("Days without a finished run", dayItems(jobs)),
    foldOf("Manifests", evidence.manifests.map(spanItem)),
    foldOf("Versions of the tool", evidence.tools.map(spanItem))
  ].filter(({ count }) => count > 0)
}

const headOf = (report: PeriodReport): string => {
  const { text, tone } = periodConclusion(report)
  const { drift, over_period, repairs: of, rpo, runs } = report.summary
  const cautions = periodCautions(report).map((caution) => `- ${glyphs[caution.tone]}${prose(caution.text)}\n`)
  return (
    `## Holdfast: ${prose(title(report))}\n\n**${glyphs[tone]}${prose(text)}**\n\n` +
    (cautions.length === 0 ? "" : `${cautions.join("")}\n`) +
    `- Runs: ${runs.finished} finished, ${runs.could_not_tell + runs.error} of them could not tell; ${runs.failed} failed, ${runs.missed} missed, ${runs.skipped} skipped\n` +
    `- Compared: ${percent(over_period.compared, over_period.total)} of ${over_period.total} checks\n` +
    `- RPO breaches: ${breaches(rpo)}\n` +
    `- Drift: ${drift.opened} opened, ${drift.closed} closed, ${drift.open_at_end} open at the end\n` +
    `- Time to repair: ${repairs(of)}\n\n`
  )
}

const footOf = ({ format_version, period, tool }: PeriodReport): string =>
  `${prose(tool.name)} ${code(tool.version)}, format ${code(format_version)}: ${minute(period.from)} to ${minute(period.to)}.\n`

/** The Markdown text of a period. */
export const periodMarkdown = (report: PeriodReport): Iterable<string> =>
  fitted(headOf(report), sectionsOf(report), footOf(report))
