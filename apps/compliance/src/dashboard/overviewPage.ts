/**
 * The overview: how all jobs stand, the numbers that matter, and the trend.
 */
import { formatDuration } from "@holdfast/check/formatDuration"
import type { Figures, TrendPoint } from "@holdfast/history/Run"
import { table } from "@holdfast/report/htmlEvidence"
import { count, html, type Markup, none, prose } from "@holdfast/report/htmlMarkup"
import { links } from "./links.ts"
import { type OverviewFigures, overviewFigures, percent, shareChange } from "./overviewFigures.ts"
import { figure, openFindings, when } from "./parts.ts"
import { headline, mark, type Page } from "./shell.ts"
import type { JobView, Tone } from "./standing.ts"
import { trendChart } from "./trendChart.ts"
import { type Undelivered, undelivered } from "./undelivered.ts"

/** How many days the trend and the mean time to repair are of. */
export const trendDays = 30

/** What an overview is made of. */
export interface Overview {
  readonly views: ReadonlyArray<JobView>
  readonly figures: Figures
  readonly trend: ReadonlyArray<TrendPoint>
  /** Waivers that end within the next fortnight, or have ended. */
  readonly endingWaivers: number
  readonly undelivered: Undelivered
}

const jobs = (size: number): string => (size === 1 ? "1 job" : `${count(size)} jobs`)

/** How all jobs stand together: as the worst of them. */
const together = (views: ReadonlyArray<JobView>): readonly [Tone, string] => {
  const of = (tone: Tone) => views.filter(({ standing }) => standing.tone === tone).length
  const [bad, unsure, good] = [of("bad"), of("unsure"), of("good")]
  if (views.length === 0) return ["unsure", "Nothing is known: no job is configured, and none has run"]
  if (views.every(({ state }) => (state?.latest ?? state?.last ?? null) === null)) {
    return ["unsure", `Nothing is known yet: none of ${jobs(views.length)} has run`]
  }
  if (bad + unsure === 0) return ["good", good === 1 ? "The job is in sync" : `All ${jobs(good)} are in sync`]
  if (views.length === 1)
    return bad === 1 ? ["bad", "The job needs attention"] : ["unsure", "The job could not tell all"]
  const rest = good === 0 ? "none is in sync" : `${count(good)} in sync`
  if (bad === 0) return ["unsure", `${count(unsure)} of ${jobs(views.length)} could not tell all; ${rest}`]
  const doubt = unsure === 0 ? "" : `, ${count(unsure)} could not tell all`
  return ["bad", `${count(bad)} of ${jobs(views.length)} ${bad === 1 ? "needs" : "need"} attention${doubt}; ${rest}`]
}

const jobTable = (views: ReadonlyArray<JobView>, now: number): Markup =>
  table(
    "Jobs, the worst first",
    ["job", "how it stands", "last run", "open findings", "next tick"],
    views.map((view) => {
      const { job, next, standing, state } = view
      const last = state?.latest ?? state?.last ?? null
      return [
        html`<a href="${links.job(job)}">${job}</a>`,
        mark(standing.tone, prose(standing.words)),
        last === null ? "never" : when(last.tick, now, links.run(last.run_id)),
        openFindings(view),
        next === undefined ? "not scheduled" : when(new Date(next).toISOString(), now)
      ]
    })
  )

const shareNote = (of: OverviewFigures, change: number | undefined): string =>
  [
    `${count(of.inSync)} of ${count(of.total)} resources in sync`,
    change === undefined
      ? ""
      : `${change >= 0 ? "+" : "\u2212"}${Math.abs(change).toFixed(1)} points in ${trendDays} days`
  ]
    .filter((part) => part !== "")
    .join("; ")

const numbers = (of: OverviewFigures, trend: ReadonlyArray<TrendPoint>, endingWaivers: number): Markup => {
  const kept = of.compared - Math.min(of.rpoBreaches, of.compared)
  const openLinks = of.open.filter(({ count }) => count > 0)
  const total = openLinks.reduce((sum, each) => sum + each.count, 0)
  return html`<dl class="figures">${[
    figure(
      "Protected as declared",
      percent(of.inSync, of.total) ?? "not known",
      of.total === 0 ? "no job has an answer that holds now" : shareNote(of, shareChange(trend))
    ),
    figure(
      "Recovery point kept",
      percent(kept, of.compared) ?? "not known",
      of.compared === 0
        ? "nothing was compared"
        : html`${count(of.rpoBreaches)} of ${count(of.compared)} compared have a backup that is too old, or none`
    ),
    figure(
      "Mean time to repair",
      of.meanRepairMillis === undefined ? "none repaired" : formatDuration(of.meanRepairMillis),
      `${count(of.repaired)} repaired in ${trendDays} days`
    ),
    figure(
      "Open findings",
      count(total),
      openLinks.length === 0
        ? html`${of.waived === 0 ? "none" : `${count(of.waived)} waived`}`
        : html`${openLinks.map(
            ({ count: size, severity }, index) =>
              html`${index === 0 ? "" : ", "}<a href="${links.findings({ state: "open", severity })}">${count(size)} ${severity}</a>`
          )}${of.waived === 0 ? none : html`; ${count(of.waived)} waived`}`,
      links.findings({ state: "open" })
    ),
    figure(
      "Not compared",
      count(of.notCompared),
      "could not be read in the last run of their job",
      links.findings({ state: "open", kind: "not_compared" })
    ),
    figure("Waivers to look at", count(endingWaivers), "ended, or end within 14 days", links.waivers())
  ]}</dl>`
}

/** Jobs that the numbers leave out. */
const left = ({ uncounted }: OverviewFigures): ReadonlyArray<Markup> =>
  uncounted.length === 0
    ? []
    : [
        html`<li>Not part of these numbers, since nothing holds now of what ${uncounted.length === 1 ? "it" : "they"} told: ${uncounted.map((job, index) => html`${index === 0 ? "" : ", "}<a href="${links.job(job)}">${job}</a>`)}</li>`
      ]

export const overviewPage = (
  { endingWaivers, figures, trend, undelivered: lost, views }: Overview,
  now: number
): Page => {
  const [tone, words] = together(views)
  const of = overviewFigures(views, figures)
  const notes = [...undelivered(lost, now), ...left(of)]
  return {
    title: "Overview",
    path: [],
    here: links.overview,
    main: html`${headline(tone, words)}${notes.length === 0 ? none : html`<ul class="notes">${notes}</ul>`}${numbers(of, trend, endingWaivers)}
<section id="jobs"><h2>Jobs <small>${count(views.length)}</small></h2>${
      views.length === 0
        ? html`<p class="lead">Name some below <code>jobs</code> in compliance.yaml.</p>`
        : jobTable(views, now)
    }</section>
<section id="trend"><h2>Trend <small>${trendDays} days, all jobs</small></h2>${trendChart({ points: trend, until: now, days: trendDays })}</section>`
  }
}
