/**
 * A run: its verdict, its counts, and its rows, as the HTML report shows them.
 */
import { type ResourceReport, type ResourceState, type Summary, states } from "@holdfast/check/CheckReport"
import type { Page as Part } from "@holdfast/history/History"
import type { Run, RunCount } from "@holdfast/history/Run"
import { codesOf, fact, ruleNotes } from "@holdfast/report/htmlEvidence"
import { chart, counted, counts } from "@holdfast/report/htmlHead"
import { count, html, type Markup, none } from "@holdfast/report/htmlMarkup"
import { finding, good, unread } from "@holdfast/report/htmlRows"
import { countTables } from "./jobPage.ts"
import { links } from "./links.ts"
import { filterForm, pager, when } from "./parts.ts"
import { colourOf, headline, type Page } from "./shell.ts"
import { answerOf } from "./standing.ts"

/** Rows that the address asks for. */
export interface ChosenRows {
  readonly part: Part<ResourceReport>
  readonly filter: {
    readonly state?: string | undefined
    readonly owner?: string | undefined
    readonly text?: string | undefined
    readonly after?: string | undefined
    readonly limit?: number | undefined
  }
}

/** The first rows of each state. */
export type ByState = ReadonlyMap<ResourceState, Part<ResourceReport>>

/** What a run's page is made of. */
export interface RunStory {
  readonly run: Run
  readonly counts: ReadonlyArray<RunCount>
  readonly rows: ChosenRows | ByState
}

const row = (of: ResourceReport): Markup => {
  if (of.state === "not_compared") return unread(of, false, links.instance)
  return of.state === "in_sync" ? good(of, links.instance) : finding(of, links.instance)
}

const facts = (run: Run, now: number): Markup =>
  html`<dl class="facts">${[
    fact("job", html`<a href="${links.job(run.job)}">${run.job}</a>`),
    fact("tick", html`${when(run.tick, now)}, ${run.trigger === "manual" ? "started by hand" : "by its schedule"}`),
    fact("began", run.started_at === null ? none : when(run.started_at, now)),
    fact("ended", run.finished_at === null ? none : when(run.finished_at, now)),
    fact("why", run.why === "" ? none : run.why),
    fact(
      "compared",
      run.summary === null
        ? none
        : html`${count(run.summary.compared)} of ${count(run.summary.total)}${run.complete === false ? html`; <strong>the run is not complete</strong>` : none}`
    ),
    fact("failing", run.failing === null ? none : count(run.failing)),
    fact("exit code", run.exit_code === null ? none : String(run.exit_code)),
    fact(
      "requests",
      run.requests === null
        ? none
        : html`${count(run.requests.sent)} sent, ${count(run.requests.retried)} of them retries`
    ),
    fact("made by", run.tool_version === null ? none : `holdfast ${run.tool_version}`),
    fact("manifest", run.manifest_sha256 === null ? none : html`SHA-256 <code>${run.manifest_sha256}</code>`),
    fact("run id", html`<code>${run.run_id}</code>`),
    fact(
      "whole report",
      run.summary === null
        ? none
        : html`<a href="${links.report(run.run_id)}">HTML</a>, <a href="${links.reportJson(run.run_id)}">JSON</a>`
    )
  ]}</dl>`

/** The part of the rows that is asked for. */
const chosenRows = (run: Run, { filter, part }: ChosenRows): Markup => {
  const { after, ...chosen } = filter
  return html`${part.items.length === 0 ? html`<p class="lead">No resource is as asked for.</p>` : part.items.map((each) => html`<div class="${colourOf(each.state)}">${row(each)}</div>`)}${pager(
    after === undefined,
    links.run(run.run_id, chosen),
    part.next === null ? undefined : links.run(run.run_id, { ...chosen, after: part.next })
  )}`
}

/** The first rows of each state, the worst first; those in sync are asked for. */
const rowsByState = (run: Run, summary: Summary, parts: ByState): Markup => {
  const sections = counted.map(([state, name]) => {
    const size = summary[state]
    if (size === 0) return none
    const href = links.run(run.run_id, { state })
    const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
    const rows = parts.get(state)?.items ?? []
    const more =
      rows.length === size
        ? none
        : html`<p><a href="${href}">List ${rows.length === 0 ? "them" : `all ${count(size)}`}</a></p>`
    return html`<section id="${state}" class="${colourOf(state)}"><h3>${title} <small>${count(size)}</small></h3>${rows.map(row)}${more}</section>`
  })
  return html`${sections}`
}

const resources = ({ rows, run }: RunStory, summary: Summary): Markup => {
  const chosen = "filter" in rows ? rows.filter : {}
  const items = "filter" in rows ? rows.part.items : [...rows.values()].flatMap((part) => part.items)
  return html`<section id="rows"><h2>Resources</h2>${filterForm(links.run(run.run_id), [
    {
      name: "state",
      label: "State",
      value: chosen.state,
      options: states.map((each) => [each, each.replaceAll("_", " ")])
    },
    { name: "owner", label: "Owner", value: chosen.owner, options: undefined },
    { name: "text", label: "Name or instance", value: chosen.text, options: undefined }
  ])}${"filter" in rows ? chosenRows(run, rows) : rowsByState(run, summary, rows)}</section>${ruleNotes(codesOf(items))}`
}

export const runPage = (story: RunStory, now: number): Page => {
  const { counts: parts, run } = story
  const { tone, words } = answerOf(run)
  const { summary } = run
  const tables = countTables(parts, run.run_id).filter((each) => each !== none)
  return {
    title: `${run.job}, ${run.tick.slice(0, 16).replace("T", " ")}`,
    path: [{ name: run.job, href: links.job(run.job) }],
    main: html`${headline(
      tone,
      words,
      summary === null
        ? none
        : html`${chart(summary)}${counts(summary, summary.unlisted > 0, (state) =>
            state === "unlisted" ? links.report(run.run_id) : links.run(run.run_id, { state })
          )}`
    )}${facts(run, now)}
${tables.length === 0 ? none : html`<section id="counts"><h2>Counts</h2>${tables}</section>`}
${summary === null ? none : resources(story, summary)}`
  }
}
