/**
 * A report as workflow commands of GitHub Actions: annotations at the lines of the manifest, errors first, the verdict last.
 */
import type { CheckReport, ResourceReport, Unlisted } from "@holdfast/check/CheckReport"
import { fails, isUnlistedDrift, unlistedFails } from "@holdfast/check/ExitCode"
import { cautions, conclusion } from "./conclusion.ts"
import { cut } from "./cut.ts"
import { byReason } from "./notCompared.ts"
import { type PathOf, portablePath } from "./portablePath.ts"
import { escapeText } from "./Terminal.ts"
import { valueText } from "./valueText.ts"
import { worstFirst } from "./worstFirst.ts"

type Kind = "error" | "warning" | "notice"

interface Annotation {
  readonly title: string
  /** Lines of the message. */
  readonly lines: ReadonlyArray<string>
  readonly path?: string | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
}

/** GitHub shows no more of a kind for a step. */
const maxShown = 10
/** How many names stand for many. */
const maxNames = 19
/** The longest texts, in characters: GitHub cuts a message at 64 KB, and shows a few lines. */
const maxTitle = 150
/** What is called so is named beside: how it is, or its id. */
const maxName = 80
const maxLine = 500
const maxLines = 20

const data = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C")

/** One command on a line of its own: no text of others reaches its beginning, or ends it. */
const command = (kind: Kind, { column, line, lines, path, title }: Annotation, pathOf: PathOf): string => {
  const isFile = path !== undefined && path !== "" && path !== "<stdin>"
  const properties = [
    ...(isFile ? [`file=${property(escapeText(pathOf(path)))}`] : []),
    ...(isFile && line !== undefined ? [`line=${line}`] : []),
    ...(isFile && line !== undefined && column !== undefined ? [`col=${column}`] : []),
    `title=${property(escapeText(cut(title, maxTitle)))}`
  ]
  const more = lines.length > maxLines ? [`and ${lines.length - maxLines} more`] : []
  const shown = [...lines.slice(0, maxLines), ...more].map((text) => escapeText(cut(text, maxLine)))
  return `::${kind} ${properties.join(",")}::${data(shown.join("\n"))}\n`
}

/** The annotations of a kind; where there are more than are shown, the last one names the rest. */
function* limited(kind: Kind, annotations: Iterable<Annotation>, pathOf: PathOf): Iterable<string> {
  let shown = 0
  let rest = 0
  let last: Annotation | undefined
  const titles: Array<string> = []
  for (const annotation of annotations) {
    if (shown < maxShown - 1) {
      shown += 1
      yield command(kind, annotation, pathOf)
      continue
    }
    rest += 1
    last ??= annotation
    if (titles.length < maxNames) titles.push(annotation.title)
  }
  if (last === undefined) return
  if (rest === 1) return yield command(kind, last, pathOf)
  const more = rest > titles.length ? [`and ${rest - titles.length} more`] : []
  yield command(kind, { title: `Holdfast: ${rest} more`, lines: [...titles, ...more] }, pathOf)
}

const placeOf = ({ source }: ResourceReport) => ({ path: source.path, line: source.line, column: source.column })

const ofDrift = (row: ResourceReport): Annotation => ({
  ...placeOf(row),
  title: `${cut(row.address, maxName)}: ${row.state} (${row.severity}${row.baseline === "new" ? ", new" : ""})`,
  lines:
    row.changes.length === 0
      ? [`${row.reason} (${row.reason_code})`]
      : row.changes.map(
          ({ actual, desired, field, reason, reason_code, waived }) =>
            `${field}: is ${valueText(actual)}, declared ${valueText(desired)}. ${reason} (${reason_code}${waived === true ? ", waived" : ""})`
        )
})

const ofUnlisted = (row: Unlisted): Annotation => ({
  title: `${row.name === "" ? row.instance_id : `${cut(row.name, maxName)} (${row.instance_id})`}: unlisted (${row.severity}${row.baseline === "new" ? ", new" : ""})`,
  lines: [`${row.reason} (${row.reason_code})`, row.remedy]
})

const verdictOf = (report: CheckReport): Annotation => ({ title: "Holdfast", lines: [conclusion(report).text] })

function* errorsOf(report: CheckReport): Iterable<Annotation> {
  const { diagnostics, exit_code, fail_on, resources, unlisted } = report
  // It may be all that there is to say.
  if (exit_code === 1) yield verdictOf(report)
  for (const { column, detail, line, path, severity, summary } of diagnostics) {
    if (severity === "error") yield { title: summary, lines: [detail ?? summary], path, line, column }
  }
  for (const row of worstFirst(resources, (row) => fails(row, fail_on))) yield ofDrift(row)
  for (const row of worstFirst(unlisted, (row) => unlistedFails(row, fail_on))) yield ofUnlisted(row)
}

function* warningsOf(report: CheckReport): Iterable<Annotation> {
  const { fail_on, resources, unlisted, waivers } = report
  const said = cautions(report).filter(({ tone }) => tone !== "bad")
  if (said.length > 0) yield { title: "Holdfast: mind this", lines: said.map(({ text }) => text) }
  const { others, reasons } = byReason(resources, { maxNames, maxReasons: 100 })
  for (const { count, error, resources } of reasons) {
    const [first] = resources
    const more = count > resources.length ? ` and ${count - resources.length} more` : ""
    const names = resources.map(({ address }) => cut(address, 50)).join(", ")
    yield {
      ...(first === undefined ? {} : placeOf(first)),
      title: `${count} not compared: ${error.tag}`,
      lines: [`${error.tag}: ${error.detail}`, error.remedy, `${cut(names, maxLine - 30)}${more}`]
    }
  }
  if (others > 0)
    yield { title: `${others} not compared`, lines: ["For reasons too many to tell: see another format."] }
  for (const row of resources) {
    if (row.state === "pending")
      yield { ...placeOf(row), title: `${cut(row.address, maxName)}: pending`, lines: [row.reason] }
  }
  for (const row of resources) {
    if ((row.state === "drifted" || row.state === "missing") && !fails(row, fail_on)) yield ofDrift(row)
  }
  for (const row of unlisted) {
    if (isUnlistedDrift(row) && !unlistedFails(row, fail_on)) yield ofUnlisted(row)
  }
  for (const { kind, reason, source, target, until } of waivers.expired)
    yield {
      ...source,
      title: `The waiver of the ${kind} ${cut(target, maxName)} has expired`,
      lines: [`It held until ${until}: ${reason}`]
    }
}

function* noticesOf(report: CheckReport): Iterable<Annotation> {
  if (report.exit_code !== 1) yield verdictOf(report)
  for (const row of report.unlisted) {
    if (row.mode === "report" && !row.waived) yield ofUnlisted(row)
  }
}

/** The workflow commands of a report, a line each; `pathOf` says how files are called in the repository. */
export function* github(report: CheckReport, pathOf: PathOf = portablePath): Iterable<string> {
  yield* limited("error", errorsOf(report), pathOf)
  yield* limited("warning", warningsOf(report), pathOf)
  yield* limited("notice", noticesOf(report), pathOf)
}
