/**
 * An instance's whole story: how it stands in each job, its states over time, what was found of it, and what accepts that.
 */
import type { InstanceStory } from "@holdfast/history/History"
import type { Run, WaiverSeen } from "@holdfast/history/Run"
import { codesOf, ruleNotes } from "@holdfast/report/htmlEvidence"
import { counted } from "@holdfast/report/htmlHead"
import { count, html, none } from "@holdfast/report/htmlMarkup"
import { finding, good, unread } from "@holdfast/report/htmlRows"
import { links } from "./links.ts"
import { findingEntry, when } from "./parts.ts"
import { colourOf, headline, type Page } from "./shell.ts"
import type { JobView, Tone } from "./standing.ts"
import { statesOverTime } from "./statesOverTime.ts"
import { waiverEntry } from "./waiversPage.ts"

/** What an instance's page is made of. */
export interface InstanceValues {
  readonly story: InstanceStory
  /** The jobs that saw it. */
  readonly views: ReadonlyArray<JobView>
  /** The latest ticks of those jobs, the newest first, whatever became of them. */
  readonly ticks: ReadonlyMap<string, ReadonlyArray<Run>>
  /** Those that accept something of it. */
  readonly waivers: ReadonlyArray<WaiverSeen>
}

/** As the worst of what its jobs say; what a job says counts only where that holds now. */
const together = ({ story, views }: InstanceValues): readonly [Tone, string] => {
  const said = story.rows.map(({ row, run }) => {
    const isCurrent = views.some(({ job, standing }) => job === run.job && standing.summary !== undefined)
    return { state: row.state, isCurrent }
  })
  if (said.some(({ state }) => state === "drifted" || state === "missing")) return ["bad", "not as declared"]
  if (said.length === 0) return ["unsure", "in no job's last run"]
  if (said.some(({ isCurrent }) => !isCurrent)) return ["unsure", "what is known of it is old"]
  const state = counted.find(([known]) => said.some((each) => each.state === known))
  return state === undefined || state[0] !== "in_sync" ? ["unsure", state?.[1] ?? "not known"] : ["good", "in sync"]
}

export const instancePage = (values: InstanceValues, now: number): Page => {
  const { story, waivers } = values
  const [tone, words] = together(values)
  const names = [...new Set(story.runs.map(({ address }) => address))]
  const jobs = [...new Set(story.runs.map(({ job }) => job))].toSorted()
  const open = story.findings.filter(({ resolved_at }) => resolved_at === null)
  const ended = story.findings.filter(({ resolved_at }) => resolved_at !== null)
  const codes = codesOf(story.rows.map(({ row }) => row))
  for (const { reason_code } of [...story.findings, ...story.runs]) codes.add(reason_code)
  return {
    title: story.instance_id,
    path: [],
    main: html`${headline(tone, html`${story.instance_id}: ${words}`)}${
      names.length === 0
        ? none
        : html`<p class="lead">Declared as ${names.map((name, index) => html`${index === 0 ? "" : ", "}${name}`)}.</p>`
    }
<section id="now"><h2>In the last run of each job</h2>${
      story.rows.length === 0
        ? html`<p class="lead">No job's last run has it.</p>`
        : story.rows.map(
            ({ row, run }) =>
              html`<div class="of ${colourOf(row.state)}"><h3>${run.job}, ${when(run.tick, now, links.run(run.run_id))}</h3>${row.state === "in_sync" ? good(row) : row.state === "not_compared" ? unread(row, false) : finding(row)}</div>`
          )
    }</section>
<section id="states"><h2>States over time</h2>${jobs.map((job) =>
      statesOverTime(
        job,
        story.runs.filter((run) => run.job === job),
        values.ticks.get(job) ?? [],
        now
      )
    )}</section>
<section id="findings"><h2>Findings <small>${count(open.length)} open, ${count(ended.length)} ended</small></h2>${
      story.findings.length === 0
        ? html`<p class="lead">Nothing was ever found of it.</p>`
        : [...open, ...ended].map((each) => findingEntry(each, now))
    }</section>
<section id="waivers"><h2>Waivers <small>${count(waivers.length)}</small></h2>${
      waivers.length === 0
        ? html`<p class="lead">Nothing of it is accepted.</p>`
        : waivers.map((each) => waiverEntry(each, now))
    }</section>${ruleNotes(codes)}`
  }
}
