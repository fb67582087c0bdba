/**
 * A report for people, the way of `terraform plan`: worst first, then what could not be told, the summary last.
 */
import type { Change, CheckReport, ResourceReport } from "@holdfast/check/CheckReport"
import { rules } from "@holdfast/check/Rule"
import { cautions, conclusion } from "./conclusion.ts"
import { mapped } from "./mapped.ts"
import { byReason } from "./notCompared.ts"
import { plan, resolved, unlisted, waived } from "./prettySections.ts"
import { displayWidth, escapeText, guardLines, type Palette, pad, palette, safe } from "./Terminal.ts"
import { valueText } from "./valueText.ts"
import { worstFirst } from "./worstFirst.ts"

export interface PrettyOptions {
  readonly color: boolean
  /** Also list the resources that are in sync, and every name of a group. */
  readonly verbose: boolean
  /** Also show how the cloud was read. Default: no. */
  readonly explain?: boolean
}

/** How many names a group shows unless all are asked for. */
const maxNames = 10

/** The report as text, in pieces of whole lines. */
export function* pretty(report: CheckReport, options: PrettyOptions): Iterable<string> {
  const paint = palette(options.color)
  const width = widestOf(report.resources, options.verbose)
  const ofState = (...states: ReadonlyArray<ResourceReport["state"]>) =>
    worstFirst(report.resources, ({ state }) => states.includes(state))
  const sections: ReadonlyArray<Iterable<string>> = [
    options.verbose ? mapped(ofState("in_sync"), (resource) => inSync(resource, width, paint)) : [],
    apart(mapped(ofState("drifted", "missing"), (resource) => drifted(resource, width, paint))),
    apart(mapped(ofState("pending"), (resource) => pending(resource, width, paint))),
    apart(notCompared(ofState("not_compared"), options, paint)),
    [unlisted(report, options, paint)],
    [resolved(report, paint)],
    [waived(report, paint)],
    options.explain === true ? [plan(report, paint)] : [],
    [summary(report, paint)]
  ]
  let before = ""
  for (const section of sections) {
    let between = before
    for (const lines of section) {
      if (lines === "") continue
      yield guardLines(`${between}${lines}`)
      between = ""
      before = "\n"
    }
  }
}

/** Cells that the longest name takes of those that are listed. */
const widestOf = (resources: CheckReport["resources"], verbose: boolean): number => {
  let widest = 0
  for (const { address, state } of resources) {
    if (verbose || (state !== "in_sync" && state !== "waived")) {
      widest = Math.max(widest, displayWidth(escapeText(address)))
    }
  }
  return widest
}

/** With an empty line between them. */
function* apart(texts: Iterable<string>): Iterable<string> {
  let between = ""
  for (const text of texts) {
    yield `${between}${text}`
    between = "\n"
  }
}

const heading = (glyph: string, resource: ResourceReport, width: number, what: string): string =>
  `${glyph} ${pad(escapeText(resource.address), width)}  ${safe`${resource.instance_id}`}  ${what}`

const inSync = (resource: ResourceReport, width: number, paint: Palette): string =>
  `${heading(paint.good("✓"), resource, width, "in sync")}  ${paint.dim(safe`${resource.reason}`)}\n`

const at = ({ column, line, path }: ResourceReport["source"]): string => safe`${path}:${line}:${column}`

/** Where it is declared, and who is to be told. */
const place = ({ owner, source }: ResourceReport, paint: Palette): string =>
  paint.dim(`${at(source)}${owner === null ? "" : safe`  owner: ${owner}`}`)

/** What a baseline did not know. */
const news = ({ baseline }: ResourceReport): string => (baseline === "new" ? ", new" : "")

const drifted = (resource: ResourceReport, width: number, paint: Palette): string => {
  const [glyph, what] = resource.state === "missing" ? ["!", "missing"] : ["~", "drifted"]
  const head = `${heading(paint.bad(glyph as string), resource, width, paint.bad(`${what} (${resource.severity}${news(resource)})`))}  ${place(resource, paint)}\n`
  if (resource.state === "missing") {
    return `${head}    ${safe`${resource.reason}`}\n    ${paint.dim(`→ ${rules.HF016.remedy} (${escapeText(resource.reason_code)})`)}\n`
  }
  const doubt =
    resource.doubt === undefined
      ? ""
      : `    ${paint.unsure("? not all of it was compared")}: ${safe`${resource.doubt.detail}`}\n`
  return head + changes(resource.changes, paint) + doubt
}

const pending = (resource: ResourceReport, width: number, paint: Palette): string => {
  const head = `${heading(paint.unsure("…"), resource, width, paint.unsure("pending"))}  ${place(resource, paint)}\n`
  return `${head}${resource.changes.length === 0 ? safe`    ${resource.reason}\n` : changes(resource.changes, paint)}`
}

const changes = (all: ReadonlyArray<Change>, paint: Palette): string => {
  const width = Math.max(...all.map(({ field }) => displayWidth(escapeText(field))))
  return all
    .map(({ actual, desired, field, reason, reason_code, remedy, waived }) => {
      const values = `${paint.bad(safe`${valueText(actual)}`)} -> ${paint.good(safe`${valueText(desired)}`)}`
      const head = `    ~ ${pad(safe`${field}:`, width + 1)} ${values}${waived === true ? paint.unsure("  waived") : ""}\n`
      return `${head}      ${safe`${reason}`}\n      ${paint.dim(`→ ${safe`${remedy} (${reason_code})`}`)}\n`
    })
    .join("")
}

/** A folder that was not read has no instance. */
const nameOf = ({ address, instance_id }: ResourceReport): string =>
  instance_id === "" ? safe`${address}` : safe`${address} (${instance_id})`

/** Resources that failed for the same reason stand together. */
function* notCompared(unread: Iterable<ResourceReport>, { verbose }: PrettyOptions, paint: Palette): Iterable<string> {
  for (const { count, error, resources } of byReason(unread, verbose ? {} : { maxNames }).reasons) {
    const names = resources.map(nameOf).join(", ")
    const more = count > resources.length ? ` and ${count - resources.length} more (--verbose names them)` : ""
    yield `${paint.unsure("?")} ${paint.unsure("not compared")}: ${names}${more}\n` +
      `    ${safe`${error.tag}: ${error.message}`}\n    ${paint.dim(`→ ${escapeText(error.remedy)}`)}\n`
  }
}

/** What was checked against what, then the verdict. An emulated run must not pass for a real one. */
const summary = (report: CheckReport, paint: Palette): string => {
  const { duration_ms, emulator, endpoint, manifest, requests } = report
  const files = manifest.map(({ path }) => safe`${path}`).join(", ")
  const against =
    report.snapshot !== null
      ? safe`the snapshot ${report.snapshot.path}`
      : emulator === null
        ? safe`${endpoint}`
        : safe`an emulator of ${emulator}`
  const effort = `${(duration_ms / 1000).toFixed(1)} s, ${requests.sent} requests, ${requests.retried} of them retries`
  return `${paint.dim(`Checked ${files} against ${against}: ${effort}.`)}\n${conclude(report, paint)}`
}

/** The verdict alone: what was not seen, then one line. */
export const verdict = (report: CheckReport, options: { readonly color: boolean }): string =>
  conclude(report, palette(options.color))

const glyphs = { good: "✓ ", unsure: "⚠ ", bad: "", neutral: "" } as const

const conclude = (report: CheckReport, paint: Palette): string => {
  const lines = cautions(report).map(({ text, tone }) =>
    tone === "bad" ? paint.bad(`✗ ${escapeText(text)}`) : paint.unsure(`⚠ ${escapeText(text)}`)
  )
  const { text, tone } = conclusion(report)
  const line = `${glyphs[tone]}${text}`
  return `${[...lines, tone === "neutral" ? line : paint[tone](line)].join("\n")}\n`
}
