/**
 * A period as one HTML file, of the same parts as that of a check: it loads nothing, runs nothing, and can be printed.
 */
import { createHash } from "node:crypto"
import type { PeriodReport } from "@holdfast/history/PeriodReport"
import { ruleNotes } from "./htmlEvidence.ts"
import { html, type Markup, none } from "./htmlMarkup.ts"
import { style } from "./htmlStyle.ts"
import { periodHead } from "./periodHtmlHead.ts"
import { evidence, findingSections, gapSection, tallies, waiverSection } from "./periodHtmlSections.ts"
import { periodConclusion, title } from "./periodText.ts"

const hash = createHash("sha256").update(style).digest("base64")
const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`

function* sections(report: PeriodReport): Iterable<Markup> {
  yield* tallies(report)
  yield* findingSections(report)
  yield waiverSection(report)
  yield gapSection(report)
  yield ruleNotes(new Set(report.findings.map(({ reason_code }) => reason_code)))
  yield* evidence(report)
}

/** The HTML text of a period, in pieces. */
export function* periodHtml(report: PeriodReport): Iterable<string> {
  yield html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">
<title>${title(report)}: ${periodConclusion(report).text}</title>
`.text
  yield `<style>${style}</style></head><body>\n`
  yield periodHead(report).text
  yield "<main>"
  for (const part of sections(report)) if (part !== none) yield part.text
  yield "</main><footer>Holdfast only reads the cloud. This file loads nothing and sends nothing.</footer>\n</body></html>\n"
}
