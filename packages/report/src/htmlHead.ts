/**
 * What an HTML report begins with: the verdict, what must be known before it is believed, the counts, and the search.
 */
import type { CheckReport, ResourceState, Summary } from "@holdfast/check/CheckReport"
import { conclusion } from "./conclusion.ts"
import { diagnostic } from "./htmlEvidence.ts"
import { count, html, type Markup, none, time } from "./htmlMarkup.ts"
import { type Kind, unlistedInSync } from "./htmlSections.ts"

/** How many diagnostics stand at the top; all of them are with the evidence. */
const maxNotes = 5

/** The states as bars and counts show them, the worst first, each with its name. */
export const counted = [
  ["drifted", "drifted"],
  ["missing", "missing"],
  ["pending", "pending"],
  ["not_compared", "not compared"],
  ["waived", "waived"],
  ["in_sync", "in sync"]
] as const

/** The part of a report that lists a state. */
const partOf = (state: string): string => `#${state === "drifted" || state === "missing" ? "drift" : state}`

/** A verdict that is neither good nor bad is nothing to be sure of. */
const glyphs = { good: "\u2713", unsure: "\u26a0", bad: "\u2717" } as const

/** A bar with a part for each state; its words are those of the counts below it. */
export const chart = (summary: Summary): Markup => {
  const parts = counted.filter(([state]) => summary[state] > 0)
  if (parts.length === 0) return none
  const words = parts.map(([state, name]) => `${count(summary[state])} ${name}`).join(", ")
  let x = 0
  const bars = parts.map(([state]) => {
    // Also one of a hundred thousand can be seen.
    const width = Math.max(8, (summary[state] / summary.total) * 1000)
    x += width
    const fill = state === "not_compared" ? html` fill="url(#hatch)" stroke-width="0"` : none
    return html`<rect class="${state}" x="${(x - width).toFixed(1)}" width="${(width - 2).toFixed(1)}" height="12"${fill}/>`
  })
  return html`<svg role="img" aria-label="Of ${count(summary.total)} resources: ${words}" viewBox="0 0 ${x.toFixed(1)} 12" preserveAspectRatio="none"><defs><pattern id="hatch" class="not_compared" width="7" height="12" patternUnits="userSpaceOnUse"><path d="M-2 14L9 -2" fill="none" stroke-width="2"/></pattern></defs>${bars}</svg>`
}

/** The counts by state, each leading to where `hrefOf` says that they are listed. */
export const counts = (
  summary: Summary,
  hasUnlisted: boolean,
  hrefOf: (state: ResourceState | "unlisted") => string
): Markup => {
  const item = (name: string, value: number, state: ResourceState | "unlisted", tone: string) =>
    value === 0
      ? html`<li class="zero"><b>0</b><span>${name}</span></li>`
      : html`<li class="${tone}"><a href="${hrefOf(state)}"><b>${count(value)}</b><span>${name}</span></a></li>`
  return html`<ul class="counts" aria-label="Counts">${counted.map(([state, name]) => item(name, summary[state], state, state))}${
    hasUnlisted ? item("unlisted", summary.unlisted, "unlisted", "info") : none
  }<li class="zero all"><b>${count(summary.total)}</b><span>in all, ${count(summary.compared)} compared</span></li></ul>`
}

/** What must be known before the verdict is believed. */
const notes = (report: CheckReport): Markup => {
  const { diagnostics, emulator, interrupted, resumed, snapshot, summary } = report
  const sorted = [
    ...diagnostics.filter(({ severity }) => severity === "error"),
    ...diagnostics.filter(({ severity }) => severity === "warning")
  ]
  const more = sorted.length - maxNotes
  const items = [
    emulator === null ? none : html`<li class="loud">Emulated by ${emulator}: this says nothing of the cloud</li>`,
    snapshot === null
      ? none
      : html`<li class="loud">Compared with the snapshot ${snapshot.path} of ${time(snapshot.timestamp)}: this says nothing of what is now</li>`,
    resumed === null
      ? none
      : html`<li>${count(resumed.carried)} of ${count(summary.total)} are carried over from the run of ${time(resumed.timestamp)}</li>`,
    interrupted ? html`<li>Interrupted: what is not compared was not read</li>` : none,
    summary.compared === summary.total
      ? none
      : html`<li>${count(summary.compared)} of ${count(summary.total)} compared</li>`,
    ...sorted.slice(0, maxNotes).map(diagnostic),
    more > 0 ? html`<li><a href="#evidence">${more} more are with the evidence</a></li>` : none
  ].filter(({ text }) => text !== "")
  return items.length === 0 ? none : html`<ul class="notes">${items}</ul>`
}

/** Shown by the script alone, which makes it work. */
const search = (report: CheckReport, kinds: ReadonlyArray<Kind>): Markup => {
  const rest = unlistedInSync(report)
  const more = rest === 0 ? "" : `; ${count(rest)} more are in sync and not listed here`
  return html`<div id="find" role="search" hidden data-more="${more}"><label for="q" class="off">Search the entries</label><input id="q" type="search" placeholder="Search: a name, an owner, a rule &hellip;" autocomplete="off" spellcheck="false"><fieldset><legend class="off">Show</legend>${kinds.map(
    ({ id, title }) => html`<label><input type="checkbox" value="${id}" checked> ${title}</label> `
  )}</fieldset><output for="q" aria-live="polite"></output></div>`
}

/** The verdict and what belongs to it. */
export const head = (report: CheckReport): Markup => {
  const verdict = conclusion(report)
  const tone = verdict.tone === "neutral" ? "unsure" : verdict.tone
  const { manifest, timestamp } = report
  const files = manifest.map(({ path }) => path).join(", ")
  return html`<header class="${tone}"><p class="brand"><b>Holdfast: backups as declared</b><span>${files === "" ? none : html`${files} &middot; `}${time(timestamp)}</span></p>
<h1><span aria-hidden="true">${glyphs[tone]}</span>${verdict.text}</h1>
${notes(report)}${chart(report.summary)}${counts(report.summary, report.unlisted.length > 0, partOf)}</header>
`
}

/** The search, where there is something to find. */
export const find = (report: CheckReport, kinds: ReadonlyArray<Kind>): Markup =>
  kinds.length === 0 ? none : search(report, kinds)
