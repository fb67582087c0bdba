/**
 * A report for people, the way of `terraform plan`: worst first, then what could not be told, the summary last.
 */
import {
  type Change,
  type CheckReport,
  type ReadError,
  type ResourceReport,
  severities
} from "@holdfast/check/CheckReport"
import { displayWidth, escapeText, guardLines, type Palette, pad, palette, safe } from "./Terminal.ts"

export interface PrettyOptions {
  readonly color: boolean
  /** Also list the resources that are in sync, and every name of a group. */
  readonly verbose: boolean
}

/** How many names a group shows unless all are asked for. */
const maxNames = 10

/** The report as text. */
export const pretty = (report: CheckReport, options: PrettyOptions): string => {
  const paint = palette(options.color)
  const listed = report.resources.filter(({ state }) => options.verbose || state !== "in_sync")
  const width = listed.reduce((widest, { address }) => Math.max(widest, displayWidth(escapeText(address))), 0)
  const ofState = (...states: ReadonlyArray<ResourceReport["state"]>) =>
    report.resources
      .filter(({ state }) => states.includes(state))
      .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
  const sections = [
    options.verbose
      ? ofState("in_sync")
          .map((resource) => inSync(resource, width, paint))
          .join("")
      : "",
    ofState("drifted", "missing")
      .map((resource) => drifted(resource, width, paint))
      .join("\n"),
    ofState("pending")
      .map((resource) => pending(resource, width, paint))
      .join("\n"),
    notCompared(ofState("not_compared"), options, paint),
    summary(report, paint)
  ]
  return guardLines(sections.filter((section) => section !== "").join("\n"))
}

const heading = (glyph: string, resource: ResourceReport, width: number, what: string): string =>
  `${glyph} ${pad(escapeText(resource.address), width)}  ${safe`${resource.instance_id}`}  ${what}`

const inSync = (resource: ResourceReport, width: number, paint: Palette): string =>
  `${heading(paint.good("✓"), resource, width, "in sync")}  ${paint.dim(safe`${resource.reason}`)}\n`

const place = ({ source }: ResourceReport, paint: Palette): string =>
  paint.dim(safe`${source.path}:${source.line}:${source.column}`)

const drifted = (resource: ResourceReport, width: number, paint: Palette): string => {
  const [glyph, what] = resource.state === "missing" ? ["!", "missing"] : ["~", "drifted"]
  const head = `${heading(paint.bad(glyph as string), resource, width, paint.bad(`${what} (${resource.severity})`))}  ${place(resource, paint)}\n`
  if (resource.state === "missing") {
    return `${head}    ${safe`${resource.reason}`}\n    ${paint.dim("→ Connect the instance to Cloud Backup, or correct its id in the manifest.")}\n`
  }
  return head + changes(resource.changes, paint)
}

const pending = (resource: ResourceReport, width: number, paint: Palette): string =>
  `${heading(paint.unsure("…"), resource, width, paint.unsure("pending"))}  ${place(resource, paint)}\n${changes(resource.changes, paint)}`

const changes = (all: ReadonlyArray<Change>, paint: Palette): string => {
  const width = Math.max(...all.map(({ field }) => displayWidth(escapeText(field))))
  return all
    .map(({ actual, desired, field, reason, remedy }) => {
      const values = `${paint.bad(safe`${value(actual)}`)} -> ${paint.good(safe`${value(desired)}`)}`
      return `    ~ ${pad(safe`${field}:`, width + 1)} ${values}\n      ${safe`${reason}`}\n      ${paint.dim(`→ ${escapeText(remedy)}`)}\n`
    })
    .join("")
}

const value = (json: Change["actual"]): string =>
  json === null ? "(none)" : Array.isArray(json) ? json.map((item) => String(item)).join(" | ") : String(json)

/** Resources that failed for the same reason stand together: an unreachable service is one finding, not a thousand. */
const notCompared = (resources: ReadonlyArray<ResourceReport>, options: PrettyOptions, paint: Palette): string => {
  const groups = new Map<string, { readonly error: ReadError; readonly resources: Array<ResourceReport> }>()
  for (const resource of resources) {
    if (resource.error === null) continue
    const { detail, status, tag } = resource.error
    const key = JSON.stringify([tag, status, detail])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { error: resource.error, resources: [resource] })
    else group.resources.push(resource)
  }
  return [...groups.values()]
    .map(({ error, resources }) => {
      const shown = options.verbose ? resources : resources.slice(0, maxNames)
      const names = shown.map(({ address, instance_id }) => safe`${address} (${instance_id})`).join(", ")
      const more =
        resources.length > shown.length ? ` and ${resources.length - shown.length} more (--verbose names them)` : ""
      return (
        `${paint.unsure("?")} ${paint.unsure("not compared")}: ${names}${more}\n` +
        `    ${safe`${error.tag}: ${error.message}`}\n    ${paint.dim(`→ ${escapeText(error.remedy)}`)}\n`
      )
    })
    .join("\n")
}

/** What was checked against what, then the verdict. An emulated run must not pass for a real one. */
const summary = (report: CheckReport, paint: Palette): string => {
  const { duration_ms, emulator, endpoint, manifest, requests } = report
  const files = manifest.map(({ path }) => safe`${path}`).join(", ")
  const against = emulator === null ? safe`${endpoint}` : safe`an emulator of ${emulator}`
  const effort = `${(duration_ms / 1000).toFixed(1)} s, ${requests.sent} requests, ${requests.retried} of them retries`
  return `${paint.dim(`Checked ${files} against ${against}: ${effort}.`)}\n${conclude(report, paint)}`
}

/** The verdict alone: what was not seen, then one line. */
export const verdict = (report: CheckReport, options: { readonly color: boolean }): string =>
  conclude(report, palette(options.color))

const conclude = (report: CheckReport, paint: Palette): string => {
  const { compared, drifted, missing, not_compared, pending, total } = report.summary
  const counts = `${pending === 0 ? "" : `${pending} pending, `}${not_compared} not compared of ${total}`
  const lines = [
    ...report.diagnostics
      .filter(({ severity }) => severity === "warning")
      .map(({ detail = "", summary }) => paint.unsure(`⚠ ${safe`${summary}. ${detail}`}`)),
    ...(report.emulator === null
      ? []
      : [paint.unsure(`⚠ ${safe`Emulated by ${report.emulator}: this says nothing of the cloud`}`)]),
    ...(report.interrupted ? [paint.unsure("⚠ Interrupted: what is not compared was not read")] : []),
    ...(compared === total ? [] : [paint.unsure(`⚠ ${compared} of ${total} compared`)])
  ]
  if (report.diagnostics.some(({ severity }) => severity === "error"))
    lines.push(paint.bad("Error: nothing was checked"))
  else if (drifted + missing > 0) lines.push(paint.bad(`Drift: ${drifted} drifted, ${missing} missing, ${counts}`))
  else if (total === 0)
    lines.push(
      `Nothing to check: the manifest declares no resources${report.exit_code === 0 ? "" : " (--allow-empty makes that in sync)"}`
    )
  else if (compared === 0) lines.push(paint.bad(`Error: nothing could be compared: 0 of ${total}`))
  else if (not_compared + pending > 0) lines.push(paint.unsure(`⚠ Could not tell: no drift seen, ${counts}`))
  else if (report.interrupted) lines.push(paint.unsure(`All ${total} are as declared`))
  else lines.push(paint.good(`✓ In sync: all ${total} are as declared`))
  return `${lines.join("\n")}\n`
}
