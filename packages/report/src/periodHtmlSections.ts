/**
 * The parts of the HTML of a period: its jobs, who was covered how well, what was found, the waivers, the gaps, and the evidence.
 */
import type { Coverage, PeriodFinding, PeriodPart, PeriodReport, PeriodWaiver } from "@holdfast/history/PeriodReport"
import { fact, table, waiver } from "./htmlEvidence.ts"
import { count, html, type Markup, none, prose, time, type Value } from "./htmlMarkup.ts"
import { code } from "./htmlRows.ts"
import { breaches, days, endings, gap, lasted, minute, percent, repairs, span } from "./periodText.ts"

/** How many findings of a kind stand on the page; other formats hold them all. */
const maxFindings = 1_000

const heads = ["checks", "compared", "in sync of compared", "protected", "at the end"]

const shares = ({ compared, in_sync, total }: Coverage, at: Coverage | null): ReadonlyArray<Value> => [
  count(total),
  percent(compared, total),
  percent(in_sync, compared),
  html`<strong>${percent(in_sync, total)}</strong>`,
  at === null ? "none" : percent(at.in_sync, at.total)
]

const parts = (report: PeriodReport, kind: PeriodPart["kind"], name: string): Markup => {
  const rows = report.parts.filter((part) => part.kind === kind)
  const rowOf = ({ at_end, job, name, over_period }: PeriodPart) => [
    name === "" ? "(none)" : name,
    job,
    ...shares(over_period, at_end)
  ]
  return table(`By ${name}`, [name, "job", ...heads], rows.map(rowOf))
}

/** What the jobs came to, and each group and owner. */
export function* tallies(report: PeriodReport): Iterable<Markup> {
  const { jobs } = report
  yield html`<section id="jobs"><h2>Jobs <small>${count(jobs.length)}</small></h2><p class="lead">Each run counts each of its resources once. What could not be compared is not protected, whatever it was.</p>
`
  yield table(
    "Coverage",
    ["job", ...heads],
    jobs.map(({ at_end, job, over_period }) => [job, ...shares(over_period, at_end)])
  )
  yield table(
    "Runs and answers",
    ["job", "finished", "could not tell", "failed", "missed", "skipped", "RPO breaches", "time to repair"],
    jobs.map(({ job, repairs: of, rpo, runs }) => [
      job,
      count(runs.finished),
      count(runs.could_not_tell + runs.error),
      count(runs.failed),
      count(runs.missed),
      count(runs.skipped),
      breaches(rpo),
      repairs(of)
    ])
  )
  yield html`</section>
`
  if (report.parts.length === 0) return
  yield html`<section id="coverage"><h2>Who is covered</h2>
`
  yield parts(report, "group", "group")
  yield parts(report, "owner", "owner")
  yield parts(report, "folder", "folder")
  yield html`</section>
`
}

const findingRow = (finding: PeriodFinding): ReadonlyArray<Value> => {
  const { address, began_at, ended_at, instance_id, job, kind, owner, reason, reason_code, severity, state, waived } =
    finding
  return [
    html`<span class="${severity}">${severity}</span>${waived ? html` waived` : none}`,
    html`${address} <code>${instance_id}</code>`,
    owner ?? "",
    html`${kind === "drift" ? none : html`${kind.replaceAll("_", " ")} `}${code(reason_code)}`,
    time(began_at),
    ended_at === null ? "open" : html`${endings[state]} ${time(ended_at)}`,
    lasted(finding),
    job,
    prose(reason)
  ]
}

const findingHeads = ["severity", "resource", "owner", "rule", "began", "ended", "lasted", "job", "reason"]

const findings = (name: string, all: ReadonlyArray<PeriodFinding>): Markup => {
  const more = all.length - maxFindings
  const rest =
    more <= 0
      ? none
      : html`<p class="lead"><strong>${count(more)} more are not listed here.</strong> The formats JSON and CSV hold each.</p>`
  return html`${rest}${table(name, findingHeads, all.slice(0, maxFindings).map(findingRow))}`
}

/** What was found: breaches of the RPO, other drift, and what could not be compared. */
export function* findingSections(report: PeriodReport): Iterable<Markup> {
  const rpo = report.findings.filter(({ is_rpo_breach }) => is_rpo_breach)
  const drift = report.findings.filter(({ is_rpo_breach, kind }) => !is_rpo_breach && kind !== "not_compared")
  const unread = report.findings.filter(({ kind }) => kind === "not_compared")
  if (rpo.length > 0) {
    yield html`<section id="rpo"><h2>RPO breaches <small>${count(rpo.length)}</small></h2><p class="lead">The last backup was older than it may be, or there was none: ${span(report.summary.rpo.seconds)} in all within the period.</p>
${findings("Breaches", rpo)}</section>
`
  }
  yield html`<section id="drift"><h2>Drift opened and closed</h2>
${
  report.drift.length === 0
    ? html`<p class="lead">None.</p>`
    : table(
        "Findings by kind",
        [
          "what",
          "severity",
          "open at the start",
          "opened",
          "closed",
          "repaired",
          "declared no more",
          "changed",
          "open at the end"
        ],
        report.drift.map((of) => [
          of.kind.replaceAll("_", " "),
          html`<span class="${of.severity}">${of.severity}</span>`,
          count(of.open_at_start),
          count(of.opened),
          count(of.closed),
          count(of.repaired),
          count(of.undeclared),
          count(of.changed),
          count(of.open_at_end)
        ])
      )
}<p class="lead">Time to repair: ${repairs(report.summary.repairs)}.</p>
${findings("Other drift", drift)}</section>
`
  if (unread.length === 0) return
  yield html`<section id="unread"><h2>Could not be compared <small>${count(unread.length)}</small></h2><p class="lead">Nothing was known of these while it lasted.</p>
${findings("What could not be compared", unread)}</section>
`
}

const waiverEntry = (of: PeriodWaiver): Markup =>
  waiver(of.waiver, of.state, [
    fact("job", of.job),
    fact("used by", `${count(of.runs_used)} runs of the period`),
    fact("ended", of.ends_in_period ? html`within the period, ${time(of.until_at)}` : none)
  ])

/** The waivers that runs saw, those that end first first. */
export const waiverSection = ({ waivers }: PeriodReport): Markup =>
  waivers.length === 0
    ? none
    : html`<section id="waivers"><h2>Waivers <small>${count(waivers.length)}</small></h2>
${waivers.map(waiverEntry)}</section>
`

/** The runs and the days that did not tell. */
export const gapSection = ({ gaps, jobs }: PeriodReport): Markup => {
  const without = jobs.flatMap(({ days_without_run, job }) => days_without_run.map((range) => [days(range), job]))
  if (gaps.length + without.length === 0) return none
  return html`<section id="gaps"><h2>What was not told <small>${count(gaps.length)}</small></h2>
${table(
  "Runs that did not tell",
  ["tick", "job", "what became of it", "run"],
  gaps.map((of) => [time(of.tick), of.job, prose(gap(of)), html`<code>${of.run_id}</code>`])
)}${table("Days without a finished run", ["days", "job"], without)}</section>
`
}

/** What the figures rest on. */
export function* evidence(report: PeriodReport): Iterable<Markup> {
  const { evidence: of, format_version, jobs, known_until, period, summary, tool } = report
  const { runs } = summary
  const sent = jobs.reduce((sum, { requests }) => sum + requests.sent, 0)
  const retried = jobs.reduce((sum, { requests }) => sum + requests.retried, 0)
  yield html`<section id="evidence"><h2>Evidence</h2><dl class="facts">${[
    fact("made by", `${tool.name} ${tool.version}, report format ${format_version}`),
    fact("period", html`${time(period.from)} to ${time(period.to)}, ${count(period.days)} days in ${period.time_zone}`),
    fact("known until", known_until === null ? "nothing is known" : time(known_until)),
    fact(
      "runs",
      `${count(runs.finished)} finished, ${count(runs.failed)} failed, ${count(runs.missed)} missed, ${count(runs.skipped)} skipped, ${count(runs.open)} not ended`
    ),
    fact("requests", `${count(sent)} sent, ${count(retried)} of them retries`)
  ]}</dl>
`
  const heads = ["job", "from", "to", "runs"]
  for (const [name, value, spans] of [
    ["Manifests", "SHA-256", of.manifests],
    ["Versions of the tool", "version", of.tools]
  ] as const) {
    yield table(
      name,
      [value, ...heads],
      spans.map(({ first_tick, job, last_tick, runs, value }) => [
        html`<code>${value}</code>`,
        job,
        minute(first_tick),
        minute(last_tick),
        count(runs)
      ])
    )
  }
  yield html`</section>
`
}
