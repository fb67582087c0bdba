/**
 * A report as one HTML file: it loads nothing, it says all without its script, and its policy lets nothing else run.
 */
import { createHash } from "node:crypto"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { conclusion } from "./conclusion.ts"
import { appendix } from "./htmlEvidence.ts"
import { find, head } from "./htmlHead.ts"
import { html as markup } from "./htmlMarkup.ts"
import { script } from "./htmlScript.ts"
import { kindsOf, sections } from "./htmlSections.ts"
import { style } from "./htmlStyle.ts"

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

/** What a browser may load and run on the page of a report: its own style and its own script. */
export const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`

/** The HTML text of a report, in pieces. */
export function* html(report: CheckReport): Iterable<string> {
  const kinds = kindsOf(report)
  yield markup`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">
<title>${conclusion(report).text}</title>
`.text
  yield `<style>${style}</style></head><body>\n`
  yield head(report).text
  yield "<main>"
  yield find(report, kinds).text
  for (const piece of sections(report, kinds)) yield piece.text
  for (const piece of appendix(report)) yield piece.text
  yield "</main><footer>Holdfast only reads the cloud. This file loads nothing and sends nothing.</footer>\n"
  if (kinds.length > 0) yield `<script>${script}</script>`
  yield "</body></html>\n"
}
