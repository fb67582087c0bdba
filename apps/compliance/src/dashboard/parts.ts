/**
 * Parts that several pages share: tables of runs, findings, filters, and the way to the next page of a list.
 */
import { formatDuration } from "@holdfast/check/formatDuration"
import type { Finding, Run } from "@holdfast/history/Run"
import { table } from "@holdfast/report/htmlEvidence"
import { count, html, type Markup, none, prose, time, type Value } from "@holdfast/report/htmlMarkup"
import { advice, change, entry, line } from "@holdfast/report/htmlRows"
import { links } from "./links.ts"
import { mark } from "./shell.ts"
import { answerOf, type JobView, openFindingsOf } from "./standing.ts"

/** A time, and how long it is from now; `href`: where more is told of it. */
export const when = (text: string, now: number, href?: string): Markup => {
  const millis = Date.parse(text)
  const isTime = !Number.isNaN(millis)
  const shown = isTime ? time(new Date(millis).toISOString()) : text
  const linked = href === undefined ? html`${shown}` : html`<a href="${href}">${shown}</a>`
  if (!isTime) return linked
  const distance = formatDuration(Math.abs(now - millis))
  return html`${linked} <small>${millis > now ? `in ${distance}` : `${distance} ago`}</small>`
}

/** How long a run took; nothing of what never ran. */
const duration = ({ finished_at, started_at }: Run): string =>
  started_at === null || finished_at === null
    ? ""
    : formatDuration(Math.max(0, Date.parse(finished_at) - Date.parse(started_at)))

/** Runs, each with its answer and a way to its page. */
export const runTable = (caption: string, runs: ReadonlyArray<Run>, now: number): Markup =>
  table(
    caption,
    ["tick", "answer", "took", "started"],
    runs.map((run) => {
      const { tone, words } = answerOf(run)
      return [
        when(run.tick, now, links.run(run.run_id)),
        mark(tone, prose(words)),
        duration(run),
        run.trigger === "manual" ? "by hand" : "by schedule"
      ]
    })
  )

const names: Readonly<Record<Finding["kind"], string>> = {
  drift: "drift",
  missing: "missing",
  unlisted: "unlisted",
  not_compared: "not compared"
}

const endings: Readonly<Record<NonNullable<Finding["resolution"]>, string>> = {
  in_sync: "in sync again",
  undeclared: "declared no more",
  changed: "another finding took its place"
}

const ending = ({ resolution, resolved_at, resolved_run }: Finding, now: number): Markup =>
  resolved_at === null
    ? none
    : html`<span>ended ${when(resolved_at, now, resolved_run === null ? undefined : links.run(resolved_run))}${resolution === null ? none : html`: ${endings[resolution]}`}</span>`

/** A finding with its whole life. */
export const findingEntry = (finding: Finding, now: number): Markup => {
  const { address, field, instance_id, job, kind, reason, reason_code, severity, unknown_since, waived } = finding
  const isOpen = finding.resolved_at === null
  const what = [isOpen ? "open" : "ended", names[kind], severity, waived ? "waived" : ""].filter((part) => part !== "")
  const life = line([
    html`first seen ${when(finding.first_seen, now, links.run(finding.first_run))}`,
    html`last seen ${when(finding.last_seen, now, links.run(finding.last_run))}`,
    finding.began_at === finding.first_seen ? none : html`so since ${when(finding.began_at, now)}`,
    html`seen by ${finding.seen} ${finding.seen === 1 ? "run" : "runs"}`,
    unknown_since === null || !isOpen
      ? none
      : html`<strong>no run could tell since ${when(unknown_since, now)}</strong>`,
    ending(finding, now)
  ])
  const about = line([
    instance_id === "" ? none : html`instance <a href="${links.instance(instance_id)}"><code>${instance_id}</code></a>`,
    html`job <a href="${links.job(job)}">${job}</a>`,
    finding.owner === null ? none : html`owner ${finding.owner}`,
    finding.folder_id === null ? none : html`folder <code>${finding.folder_id}</code>`,
    finding.groups.length === 0 ? none : html`groups ${finding.groups.join(", ")}`
  ])
  const why =
    finding.change === null
      ? html`<div class="c">${field === "" ? none : html`${field}: `}${advice(reason, "", reason_code)}</div>`
      : change(finding.change, severity)
  return entry(
    !isOpen ? "" : waived ? "waived" : kind === "not_compared" ? "unknown" : severity,
    address === "" ? "(no name)" : address,
    what.join(", "),
    html`${about}${life}${why}`
  )
}

/** A choice of a filter: the name in the address, what people read, and the values. */
export interface Choice {
  readonly name: string
  readonly label: string
  readonly value: string | undefined
  /** Each with what people read; `undefined`: any text. */
  readonly options: ReadonlyArray<readonly [value: string, label: string]> | undefined
}

/** A form that changes the address, and needs no script. */
export const filterForm = (action: string, choices: ReadonlyArray<Choice>): Markup =>
  html`<form class="filter" action="${action}" role="search" aria-label="Filter">${choices.map(
    ({ label, name, options, value = "" }) =>
      html`<label><span>${label}</span> ${
        options === undefined
          ? html`<input type="search" name="${name}" value="${value}" maxlength="500" autocomplete="off" spellcheck="false">`
          : html`<select name="${name}"><option value="">all</option>${withChosen(options, value).map(([each, text]) =>
              each === value
                ? html`<option value="${each}" selected>${text}</option>`
                : html`<option value="${each}">${text}</option>`
            )}</select>`
      }</label>`
  )}<button>Show</button></form>`

/** What is chosen can be seen, also where it is none of those that are known. */
const withChosen = (options: NonNullable<Choice["options"]>, value: string): NonNullable<Choice["options"]> =>
  value === "" || options.some(([each]) => each === value) ? options : [...options, [value, value]]

/** Where a list goes on. */
export const pager = (isFirst: boolean, first: string, next: string | undefined): Markup =>
  isFirst && next === undefined
    ? none
    : html`<nav class="pager" aria-label="Parts of the list">${isFirst ? none : html`<a href="${first}">To the first</a> `}${next === undefined ? html`<span>This is the last part.</span>` : html`<a href="${next}" rel="next">Show more</a>`}</nav>`

/** How many findings of a job are open, with where they are listed. */
export const openFindings = (view: JobView): Value => {
  const open = openFindingsOf(view)
  return open === undefined
    ? "not known"
    : open === 0
      ? "0"
      : html`<a href="${links.findings({ job: view.job, state: "open" })}">${count(open)}</a>`
}

/** A number that matters, with what it is of. */
export const figure = (name: string, value: Value, note: Value, href?: string): Markup =>
  html`<div class="figure"><dt>${name}</dt><dd><b>${href === undefined ? value : html`<a href="${href}">${value}</a>`}</b> <span>${note}</span></dd></div>`
