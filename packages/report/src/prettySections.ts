/**
 * What a pretty report says beside the rows of resources: what nobody listed, what is accepted, and how the cloud was read.
 */
import { type CheckReport, severities, type Unlisted, type WaiverReport } from "@holdfast/check/CheckReport"
import { displayWidth, escapeText, type Palette, pad, safe } from "./Terminal.ts"

/** How many of a kind are shown unless all are asked for. */
const maxShown = 10

/** Lines whose columns stand below each other; the texts are escaped. */
const columns = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths: Array<number> = []
  for (const row of rows) {
    for (const [index, text] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, displayWidth(text))
  }
  return rows.map((row) =>
    row
      .map((text, index) => pad(text, widths[index] ?? 0))
      .join("  ")
      .trimEnd()
  )
}

/** What exists and no rule covers: the drift among it first. */
export const unlisted = (report: CheckReport, { verbose }: { readonly verbose: boolean }, paint: Palette): string => {
  const rankOf = ({ mode, severity }: Unlisted) =>
    (mode === "fail" ? 0 : severities.length) + severities.indexOf(severity)
  const rows = report.unlisted.filter(({ waived }) => !waived).toSorted((a, b) => rankOf(a) - rankOf(b))
  if (rows.length === 0) return ""
  const shown = verbose ? rows : rows.slice(0, maxShown)
  const lines = columns(
    shown.map(({ folder_id, instance_id, mode, name, reason, reason_code, severity }) => [
      name === "" ? "(no instance)" : escapeText(name),
      escapeText(instance_id),
      mode === "fail" ? `unlisted (${severity})` : "unlisted",
      escapeText(folder_id),
      safe`${reason} (${reason_code})`
    ])
  ).map((line, index) => `${shown[index]?.mode === "fail" ? paint.bad("+") : paint.unsure("·")} ${line}`)
  const more = rows.length > shown.length ? `  and ${rows.length - shown.length} more (--verbose names them)\n` : ""
  return `${lines.join("\n")}\n${more}`
}

const waiverLine = (
  glyph: string,
  { approved_by, fields, kind, reason, target, ticket, until }: WaiverReport,
  what: string
): string => {
  const of = fields === null ? "" : safe` ${fields.join(", ")} of`
  const by = approved_by === null ? "" : safe`, approved by ${approved_by}`
  const why = ticket === null ? safe`${reason}` : safe`${reason} (${ticket})`
  return `${glyph} ${what}${of}${safe` the ${kind} ${target}`}, ${safe`until ${until}`}: ${why}${by}\n`
}

/** What is accepted and until when: also where it fails nothing, it is drift. */
export const waived = ({ waivers }: CheckReport, paint: Palette): string =>
  waivers.used
    .map((waiver) => {
      const { accepts } = waiver
      const shown = accepts.slice(0, maxShown).map(escapeText).join(", ")
      const more = accepts.length > maxShown ? ` and ${accepts.length - maxShown} more` : ""
      return `${waiverLine(paint.unsure("○"), waiver, "waived:")}    ${paint.dim(`${shown}${more}`)}\n`
    })
    .join("")

/** The drift of the baseline that is gone. */
export const resolved = ({ baseline }: CheckReport, paint: Palette): string =>
  (baseline?.resolved ?? [])
    .map(({ address, instance_id, reason_codes }) => {
      const which = reason_codes.length === 0 ? "" : ` (${reason_codes.join(", ")})`
      return `${paint.good("✓")} resolved: ${safe`${address} (${instance_id})${which}`}\n`
    })
    .join("")

/** How the cloud was read. */
export const plan = ({ reads, requests }: CheckReport, paint: Palette): string => {
  const lines = columns(
    reads.map(({ folder_id, items, method, requests, why }) => [
      escapeText(method),
      folder_id === null ? "" : escapeText(folder_id),
      `${requests} ${requests === 1 ? "request" : "requests"}`,
      `${items} found`,
      escapeText(why)
    ])
  )
  const planned = reads.reduce((sum, step) => sum + step.requests, 0)
  return `${paint.bold("Reads")}\n${lines.map((line) => `  ${line}\n`).join("")}  ${paint.dim(`${planned} planned, ${requests.sent} sent, ${requests.retried} of them retries`)}\n`
}
