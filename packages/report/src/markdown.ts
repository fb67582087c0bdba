/**
 * A report as Markdown, for a comment of a pull request and the summary of a job: the verdict, the drift, and the rest folded
 * away. What does not fit into a comment is left out by findings, and counted.
 */
import type { Change, CheckReport, ResourceReport, Unlisted, WaiverReport } from "@holdfast/check/CheckReport"
import { isUnlistedDrift } from "@holdfast/check/ExitCode"
import { rules } from "@holdfast/check/Rule"
import { cautions, conclusion } from "./conclusion.ts"
import { cut } from "./cut.ts"
import { liveSide } from "./liveSide.ts"
import { mapped } from "./mapped.ts"
import { fitted, folded, type Section } from "./markdownSections.ts"
import { code, prose } from "./markdownText.ts"
import { byReason, type Unread } from "./notCompared.ts"
import { rulePage } from "./rulePage.ts"
import { valueText } from "./valueText.ts"
import { worstFirst } from "./worstFirst.ts"

/** What a comment begins with, so that it is found again and updated in place. */
export const marker = "<!-- holdfast-report -->"

/** How many of a kind stand in a line. */
const maxNames = 10
const maxChanges = 10

const isDrift = ({ state }: ResourceReport): boolean => state === "drifted" || state === "missing"
const isReported = ({ mode, waived }: Unlisted): boolean => mode === "report" && !waived

const countOf = <A>(rows: ReadonlyArray<A>, isMeant: (row: A) => boolean): number =>
  rows.reduce((count, row) => count + (isMeant(row) ? 1 : 0), 0)

/** A link to the rule's page, whose address stands once for all at the end. */
const rule = (reasonCode: string): string => (rulePage(reasonCode) === undefined ? code(reasonCode) : `[${reasonCode}]`)

/** The addresses of those links. */
const definitions = Object.keys(rules)
  .map((reasonCode) => `[${reasonCode}]: ${rulePage(reasonCode)}\n`)
  .join("")

/** Names in a line; how many there are in all may be more than there are names. */
const names = (all: ReadonlyArray<string>, count: number): string => {
  const shown = all.slice(0, maxNames)
  const more = count > shown.length ? ` and ${count - shown.length} more` : ""
  return `${shown.map((name) => code(name)).join(", ")}${more}`
}

const news = ({ baseline, since }: Pick<ResourceReport, "baseline" | "since">): string =>
  baseline === undefined ? "" : baseline === "new" ? ", **new**" : `, known since ${prose(since ?? "before")}`

const values = (json: Change["actual"]): string =>
  Array.isArray(json) && json.length > 0 ? names(json.map(String), json.length) : code(valueText(json))

const changeText = ({ actual, desired, field, pending, reason, reason_code, waived }: Change): string => {
  const mark = waived === true ? ", waived" : pending === true ? ", pending" : ""
  return `${code(field)}: is ${values(actual)}, declared ${values(desired)}${mark}. ${prose(reason)} ${rule(reason_code)}`
}

const changesOf = ({ changes, doubt, reason, reason_code }: ResourceReport): string => {
  if (changes.length === 0) return `${prose(reason)} ${rule(reason_code)}`
  const more = changes.length > maxChanges ? [`and ${changes.length - maxChanges} more`] : []
  const rest = doubt === undefined ? [] : [`Not all of it was compared: ${prose(doubt.detail)}`]
  return [...changes.slice(0, maxChanges).map(changeText), ...more, ...rest].join("<br>")
}

const whereOf = ({ owner, source }: ResourceReport): string =>
  `${code(`${source.path}:${source.line}:${source.column}`)}${owner === null ? "" : `<br>owner: ${code(owner)}`}`

const driftRow = (row: ResourceReport): string =>
  `| ${row.severity} | ${code(row.address)} | ${code(row.instance_id)} | ${row.state}${news(row)} | ${changesOf(row)} | ${whereOf(row)} |\n`

const unlistedRow = (row: Unlisted): string =>
  `| ${row.severity} | ${code(row.name)} | ${code(row.instance_id)} | unlisted${news(row)} | ${prose(row.reason)} ${rule(row.reason_code)} | folder ${code(row.folder_id)} |\n`

function* driftRows(report: CheckReport): Iterable<string> {
  yield* mapped(worstFirst(report.resources, isDrift), driftRow)
  yield* mapped(worstFirst(report.unlisted, isUnlistedDrift), unlistedRow)
}

const reasonItem = ({ count, error, resources }: Unread): string => {
  const all = resources.map(({ address, instance_id }) =>
    instance_id === "" ? address : `${cut(address, 40)} (${instance_id})`
  )
  return `- ${code(error.tag)}, ${count} of them: ${prose(error.message)}. ${prose(error.remedy)}<br>${names(all, count)}\n`
}

function* reasonItems({ others, reasons }: ReturnType<typeof byReason>): Iterable<string> {
  yield* mapped(reasons, reasonItem)
  if (others > 0) yield `- ${others} more, for further reasons\n`
}

const pendingItem = (row: ResourceReport): string =>
  `- ${code(row.address)} (${code(row.instance_id)}): ${prose(row.reason)} ${whereOf(row)}\n`

const reportedItem = ({ folder_id, instance_id, kind, name, reason, reason_code }: Unlisted): string =>
  `- ${kind} ${code(name)} (${code(instance_id)}) in folder ${code(folder_id)}: ${prose(reason)} ${rule(reason_code)}\n`

function* waiverItems({ waivers }: CheckReport): Iterable<string> {
  const item = (what: string) => (waiver: WaiverReport) => {
    const { accepts, approved_by, fields, kind, reason, target, ticket, until } = waiver
    const of = fields === null ? "every field" : names(fields, fields.length)
    const by = approved_by === null ? "" : `, approved by ${code(approved_by)}`
    const why = ticket === null ? prose(reason) : `${prose(reason)} (${code(ticket)})`
    const accepted = accepts.length === 0 ? "" : `<br>${names(accepts, accepts.length)}`
    return `- ${what}: ${of} of the ${kind} ${code(target)}, until ${code(until)}${by}: ${why}${accepted}\n`
  }
  yield* mapped(waivers.expired, item("**expired**"))
  yield* mapped(waivers.used, item("in use"))
  yield* mapped(waivers.unused, item("without use"))
}

const resolvedItem = (row: NonNullable<CheckReport["baseline"]>["resolved"][number]): string =>
  `- ${code(row.address)} (${code(row.instance_id)}) ${row.reason_codes.slice(0, maxNames).map(rule).join(", ")}\n`

/** What to do, once for each rule that found something. */
const remedies = ({ resources, unlisted }: CheckReport): Section => {
  const found = new Set<string>()
  for (const row of resources) {
    if (!isDrift(row)) continue
    found.add(row.reason_code)
    for (const { reason_code } of row.changes) found.add(reason_code)
  }
  for (const row of unlisted) if (isUnlistedDrift(row)) found.add(row.reason_code)
  const known = Object.entries(rules).filter(([reasonCode]) => found.has(reasonCode))
  const items = known.map(([reasonCode, { remedy, title }]) => `- ${rule(reasonCode)}, ${title}: ${remedy}\n`)
  return folded("What to do, by the rule", items.length, items)
}

const sectionsOf = (report: CheckReport): ReadonlyArray<Section> => {
  const { baseline, resources, unlisted, waivers } = report
  const isPending = ({ state }: ResourceReport) => state === "pending"
  const unread = byReason(resources, { maxNames, maxReasons: 100 })
  const resolved = baseline?.resolved ?? []
  const drift: Section = {
    open: "### Drift\n\n| severity | resource | instance | state | what differs | declared at |\n| --- | --- | --- | --- | --- | --- |\n",
    close: "\n",
    count: countOf(resources, isDrift) + countOf(unlisted, isUnlistedDrift),
    items: driftRows(report)
  }
  return [
    drift,
    remedies(report),
    folded("Not compared, by the reason", unread.reasons.length + Math.sign(unread.others), reasonItems(unread)),
    folded("Pending", countOf(resources, isPending), mapped(worstFirst(resources, isPending), pendingItem)),
    folded("Unlisted", countOf(unlisted, isReported), mapped(worstFirst(unlisted, isReported), reportedItem)),
    folded("Waivers", waivers.used.length + waivers.unused.length + waivers.expired.length, waiverItems(report)),
    folded("Resolved since the baseline", resolved.length, mapped(resolved, resolvedItem))
  ].filter(({ count }) => count > 0)
}

const glyphs = { good: "✓ ", unsure: "⚠ ", bad: "✗ ", neutral: "" } as const

const headOf = (report: CheckReport): string => {
  const { compared, drifted, in_sync, missing, not_compared, pending, total, unlisted, waived } = report.summary
  const { text, tone } = conclusion(report)
  const all = cautions(report)
  const said = all.slice(0, maxNames).map((caution) => `- ${glyphs[caution.tone]}${prose(caution.text)}\n`)
  const more = all.length > said.length ? [`- and ${all.length - said.length} more\n`] : []
  const counts = [total, compared, in_sync, drifted, missing, pending, not_compared, waived, unlisted]
  return (
    `${marker}\n## Holdfast: ${glyphs[tone]}${prose(text)}\n\n` +
    (said.length === 0 ? "" : `${[...said, ...more].join("")}\n`) +
    "| total | compared | in sync | drifted | missing | pending | not compared | waived | unlisted |\n" +
    `|${" ---: |".repeat(counts.length)}\n| ${counts.join(" | ")} |\n\n`
  )
}

/** What proves which run this was, of what. */
const footOf = (report: CheckReport): string => {
  const { baseline, duration_ms, exit_code, fail_on, manifest, requests, run_id, timestamp, tool } = report
  const files = manifest.slice(0, 5).map(({ path, sha256 }) => `${code(path)} (SHA-256 ${code(sha256)})`)
  const more = manifest.length > files.length ? ` and ${manifest.length - files.length} more` : ""
  const against = baseline === null ? "" : ` Baseline: run ${code(baseline.run_id)} of ${code(baseline.timestamp)}.`
  return (
    `${prose(tool.name)} ${code(tool.version)}, run ${code(run_id)} of ${code(timestamp)}, ` +
    `${(duration_ms / 1000).toFixed(1)} s, ${requests.sent} requests, exit code ${exit_code}, fails on ${fail_on}. ` +
    `Manifest: ${files.length === 0 ? "none" : files.join(", ")}${more}. Compared with ${code(liveSide(report))}.${against}\n\n${definitions}`
  )
}

/** The Markdown text of a report. */
export const markdown = (report: CheckReport): Iterable<string> =>
  fitted(headOf(report), sectionsOf(report), footOf(report))
