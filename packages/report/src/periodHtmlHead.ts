/**
 * What the HTML of a period begins with: what it comes to, what must be known before it is believed, and the figures.
 */
import type { PeriodReport } from "@holdfast/history/PeriodReport"
import { chart, counted } from "./htmlHead.ts"
import { count, html, type Markup, none, time } from "./htmlMarkup.ts"
import { percent, periodCautions, periodConclusion, span, title } from "./periodText.ts"

const glyphs = { good: "\u2713", unsure: "\u26a0", bad: "\u2717", neutral: "\u2713" } as const

const notes = (report: PeriodReport): Markup => {
  const cautions = periodCautions(report)
  return cautions.length === 0
    ? none
    : html`<ul class="notes">${cautions.map(({ text }) => html`<li>${text}</li>`)}</ul>`
}

const figures = ({ summary }: PeriodReport): Markup => {
  const { at_end, drift, over_period, repairs, rpo } = summary
  const item = (value: string, name: string, href: string, tone: string) =>
    html`<li class="${tone}"><a href="${href}"><b>${value}</b><span>${name}</span></a></li>`
  const { mean_seconds } = repairs
  return html`<ul class="counts" aria-label="Figures">${[
    item(percent(over_period.in_sync, over_period.total), "protected", "#jobs", "in_sync"),
    item(percent(at_end.in_sync, at_end.total), "protected at the end", "#jobs", "in_sync"),
    item(count(rpo.breaches), "RPO breaches", rpo.breaches === 0 ? "#jobs" : "#rpo", "missing"),
    item(
      rpo.breaches === 0 ? "0s" : span(rpo.seconds),
      "in breach, all together",
      rpo.breaches === 0 ? "#jobs" : "#rpo",
      "missing"
    ),
    item(`${count(drift.opened)} / ${count(drift.closed)}`, "drift opened / closed", "#drift", "drifted"),
    item(mean_seconds === null ? "none" : span(mean_seconds), "mean time to repair", "#drift", "drifted")
  ]}</ul>`
}

/** The checks of all runs, as a bar; the words are those below it. */
const bar = ({ summary }: PeriodReport): Markup => {
  const { over_period } = summary
  const parts = counted.filter(([state]) => over_period[state] > 0)
  const words = parts.map(
    ([state, name]) =>
      html`<li class="${state}"><span>${name} ${percent(over_period[state], over_period.total)}</span></li>`
  )
  return html`${chart({ ...over_period, unlisted: 0, coverage: over_period.coverage ?? 0 })}<ul class="counts" aria-label="Checks by their answer">${words}<li class="zero all"><span>${count(over_period.total)} checks in ${count(summary.runs.finished)} runs</span></li></ul>`
}

/** What the period comes to, and what belongs to it. */
export const periodHead = (report: PeriodReport): Markup => {
  const { text, tone } = periodConclusion(report)
  const { from, to } = report.period
  return html`<header class="${tone}"><p class="brand"><b>Holdfast: backups as declared, ${title(report)}</b><span>${time(from)} to ${time(to)}</span></p>
<h1><span aria-hidden="true">${glyphs[tone]}</span>${text}</h1>
${notes(report)}${figures(report)}${bar(report)}</header>
`
}
