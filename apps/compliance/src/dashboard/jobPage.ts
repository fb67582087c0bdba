/**
 * A job: how it stands, its trend, its counts by group, owner and folder, and its runs.
 */
import type { Page as Part } from "@holdfast/history/History"
import { type Run, type RunCount, runStates, type TrendPoint, verdicts } from "@holdfast/history/Run"
import { fact, table } from "@holdfast/report/htmlEvidence"
import { chart, counts } from "@holdfast/report/htmlHead"
import { count, html, type Markup, none } from "@holdfast/report/htmlMarkup"
import { links } from "./links.ts"
import { percent } from "./overviewFigures.ts"
import { trendDays } from "./overviewPage.ts"
import { filterForm, openFindings, pager, runTable, when } from "./parts.ts"
import { headline, type Page } from "./shell.ts"
import type { JobView } from "./standing.ts"
import { trendChart } from "./trendChart.ts"

/** What a job's page is made of. */
export interface JobStory {
  readonly view: JobView
  readonly trend: ReadonlyArray<TrendPoint>
  /** Of its last run that has a report. */
  readonly counts: ReadonlyArray<RunCount>
  readonly runs: Part<Run>
  readonly filter: {
    readonly state?: string | undefined
    readonly verdict?: string | undefined
    readonly after?: string | undefined
    readonly limit?: number | undefined
  }
}

const titles = { group: "By group", owner: "By owner", folder: "By folder" } as const
const nobody = { group: "(in no group)", owner: "(no owner named)", folder: "(folder not known)" } as const

/** The counts of a run by one kind of part, those with the most amiss first. */
export const countTables = (all: ReadonlyArray<RunCount>, runId: string): ReadonlyArray<Markup> =>
  (["group", "owner", "folder"] as const).map((kind) => {
    const rows = all
      .filter((each) => each.kind === kind)
      .toSorted((a, b) => b.total - b.in_sync - (a.total - a.in_sync) || (a.name < b.name ? -1 : 1))
    // One row without a name says what the counts of the whole say.
    if (rows.every(({ name }) => name === "")) return none
    return table(
      titles[kind],
      [kind, "in sync", "drifted", "missing", "pending", "not compared", "waived", "in all", "share"],
      rows.map((row) => [
        row.name === ""
          ? nobody[kind]
          : kind === "owner"
            ? html`<a href="${links.run(runId, { owner: row.name })}">${row.name}</a>`
            : row.name,
        ...[row.in_sync, row.drifted, row.missing, row.pending, row.not_compared, row.waived, row.total].map(count),
        percent(row.in_sync, row.total) ?? ""
      ])
    )
  })

const facts = (view: JobView, now: number): Markup => {
  const { next, scheduled, state } = view
  return html`<dl class="facts">${[
    fact(
      "schedule",
      scheduled === undefined
        ? "not in the configuration"
        : html`<code>${scheduled.cronText}</code>, ${scheduled.timeZone}`
    ),
    fact("next tick", next === undefined ? none : when(new Date(next).toISOString(), now)),
    fact("last tick", state?.latest ? when(state.latest.tick, now, links.run(state.latest.run_id)) : "none"),
    fact(
      "last in sync",
      state?.lastInSync ? when(state.lastInSync.tick, now, links.run(state.lastInSync.run_id)) : "never"
    ),
    fact("under way", state?.running ? when(state.running.tick, now, links.run(state.running.run_id)) : none),
    fact("open findings", openFindings(view))
  ]}</dl>`
}

export const jobPage = ({ counts: parts, filter, runs, trend, view }: JobStory, now: number): Page => {
  const { job, standing, state } = view
  const { summary } = standing
  const runId = state?.last?.run_id ?? ""
  const { after, ...chosen } = filter
  const tables = countTables(parts, runId).filter((each) => each !== none)
  return {
    title: job,
    path: [{ name: "Jobs", href: `${links.overview}#jobs` }],
    main: html`${headline(
      standing.tone,
      html`${job}: ${standing.words}`,
      summary === undefined
        ? none
        : html`${chart(summary)}${counts(summary, summary.unlisted > 0, (state) =>
            state === "unlisted" ? links.report(runId) : links.run(runId, { state })
          )}`
    )}${facts(view, now)}
<section id="trend"><h2>Trend <small>${trendDays} days</small></h2>${trendChart({ points: trend, until: now, days: trendDays })}</section>
${tables.length === 0 ? none : html`<section id="counts"><h2>Counts of the last run</h2>${tables}</section>`}
<section id="runs"><h2>Runs</h2>${filterForm(`${links.job(job)}`, [
      { name: "state", label: "State", value: chosen.state, options: runStates.map((each) => [each, each]) },
      {
        name: "verdict",
        label: "Answer",
        value: chosen.verdict,
        options: verdicts.map((each) => [each, each.replaceAll("_", " ")])
      }
    ])}${
      runs.items.length === 0
        ? html`<p class="lead">${chosen.state === undefined && chosen.verdict === undefined && after === undefined ? "This job has no runs yet." : "No run is as asked for."}</p>`
        : runTable("Runs, the newest first", runs.items, now)
    }${pager(
      after === undefined,
      links.job(job, chosen),
      runs.next === null ? undefined : links.job(job, { ...chosen, after: runs.next })
    )}</section>`
  }
}
