/**
 * Mistakes of a manifest for the terminal: `file:line:column`, the line itself with a caret, what was expected.
 */
import type { CheckReport } from "@holdfast/check/CheckReport"
import { displayWidth, escapeText, guardLines, palette, safe } from "./Terminal.ts"

type Diagnostic = CheckReport["diagnostics"][number]

/** The most that are shown; after that, a count. */
const maxShown = 50

/** One paragraph for each mistake, then how many there are. */
export const diagnostics = (all: ReadonlyArray<Diagnostic>, options: { readonly color: boolean }): string => {
  const shown = all.slice(0, maxShown).map((diagnostic) => paragraph(diagnostic, options.color))
  const rest = all.length - shown.length
  return [...shown, ...(rest === 0 ? [] : [`… and ${rest} more\n`])].join("\n")
}

const paragraph = (diagnostic: Diagnostic, color: boolean): string => {
  const paint = palette(color)
  const { column, detail, line, path, severity, suggestion, summary, text } = diagnostic
  const place = path === undefined ? "" : line === undefined ? safe`${path}: ` : safe`${path}:${line}:${column ?? 1}: `
  const label = severity === "error" ? paint.bad("error") : paint.unsure("warning")
  const lines = [`${place === "" ? "" : paint.bold(place)}${label}: ${safe`${summary}`}`]
  if (line !== undefined && text !== undefined) {
    const gutter = `${line}`
    const whole = escapeText(text)
    // By what follows the mark, not by what precedes it: an escape can reach over it.
    const before = whole.slice(0, whole.length - escapeText([...text].slice((column ?? 1) - 1).join("")).length)
    lines.push(
      `  ${paint.dim(`${gutter} |`)} ${whole}`,
      `  ${paint.dim(`${" ".repeat(gutter.length)} |`)} ${" ".repeat(displayWidth(before))}${paint.bad("^")}`
    )
  }
  if (suggestion !== undefined) lines.push(safe`  Did you mean "${suggestion}"?`)
  if (detail !== undefined) lines.push(safe`  ${detail}`)
  return guardLines(`${lines.join("\n")}\n`)
}
