/**
 * What an HTML report can be held to: the waivers, the rules that it names, and how the run came to its verdict.
 */
import type { CheckReport, ResourceReport, WaiverReport } from "@holdfast/check/CheckReport"
import { meanings } from "@holdfast/check/ExitCode"
import { rules } from "@holdfast/check/Rule"
import { count, html, type Markup, none, prose, time, type Value } from "./htmlMarkup.ts"
import { entry } from "./htmlRows.ts"

/** A ticket leads somewhere only where it is an address that a browser may be sent to. */
export const ticketLink = (ticket: string): Value =>
  /^https:\/\/[a-z0-9][\w.:-]*(?:[/?#][!#-;=?-~]*)?$/i.test(ticket)
    ? html`<a href="${ticket}" rel="noreferrer noopener">${ticket}</a>`
    : ticket

/** A line of a list of facts, where there is something to say. */
export const fact = (name: string, value: Value): Markup =>
  value === none ? none : html`<dt>${name}</dt><dd>${value}</dd>`

/** A waiver, and what it does or did; `more` facts stand at the end. */
export const waiver = (of: WaiverReport, state: string, more: ReadonlyArray<Markup> = []): Markup => {
  const { accepts, approved_by, fields, kind, reason, source, target, ticket, until } = of
  const facts = [
    fact("fields", fields === null ? "every field" : fields.join(", ")),
    fact(state === "expired" ? "expired" : "until", html`<strong>${until}</strong>`),
    fact("reason", prose(reason)),
    fact("approved by", approved_by ?? "nobody named"),
    fact("ticket", ticket === null ? none : ticketLink(ticket)),
    fact(
      state === "expired" ? "would accept" : "accepts",
      prose(accepts.length === 0 ? "nothing" : accepts.join(", "))
    ),
    fact("declared at", html`<code>${source.path}:${source.line}:${source.column}</code>`),
    ...more
  ]
  return entry(
    state === "used" ? "waived" : "medium",
    target,
    `${kind}, ${state}`,
    html`<dl class="facts">${facts}</dl>`
  )
}

function* waivers({ waivers: { expired, unused, used } }: CheckReport): Iterable<Markup> {
  const size = expired.length + unused.length + used.length
  if (size === 0) return
  yield html`<section id="waivers"><h2>Waivers <small>${count(size)}</small></h2>
`
  for (const [state, all] of Object.entries({ expired, unused, used })) {
    for (const each of all) yield waiver(each, state)
  }
  yield html`</section>
`
}

/** The rules of these codes, each with where its page is. */
export const ruleNotes = (codes: ReadonlySet<string>): Markup => {
  const named = Object.entries(rules).filter(([code]) => codes.has(code))
  if (named.length === 0) return none
  return html`<section id="rules"><h2>Rules</h2><p class="lead">The command prints the page of a rule, from <code>docs/rules</code>: what it means, and how to mend it.</p><ul class="names">${named.map(
    ([code, { remedy, title }]) =>
      html`<li id="${code}"><strong>${code}</strong> ${title}. <span class="do">${remedy}</span> <code class="cmd">drift explain ${code}</code></li>`
  )}</ul></section>
`
}

/** The codes of the rules that found something in rows. */
export const codesOf = (rows: Iterable<ResourceReport>): Set<string> => {
  const codes = new Set<string>()
  for (const { changes, reason_code } of rows) {
    codes.add(reason_code)
    for (const change of changes) codes.add(change.reason_code)
  }
  return codes
}

/** The rules that found something. */
const found = ({ baseline, resources, unlisted }: CheckReport): Markup => {
  const codes = codesOf(resources)
  for (const { reason_code } of unlisted) codes.add(reason_code)
  for (const { reason_codes } of baseline?.resolved ?? []) for (const each of reason_codes) codes.add(each)
  return ruleNotes(codes)
}

/** A table that scrolls where it is wider than the screen. */
export const table = (
  caption: string,
  heads: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<Value>>
): Markup =>
  rows.length === 0
    ? none
    : html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>
`

/** A mistake or a warning, as an item of a list. */
export const diagnostic = ({
  column,
  detail,
  line,
  path,
  severity,
  suggestion,
  summary,
  text
}: CheckReport["diagnostics"][number]) => {
  const place = path === undefined ? "" : line === undefined ? path : `${path}:${line}:${column ?? 1}`
  return html`<li class="${severity}"><b>${severity === "error" ? "Error" : "Warning"}:</b> ${place === "" ? none : html`<code>${place}</code> `}${prose(summary)}. ${prose(detail ?? "")}${suggestion === undefined ? none : html` Did you mean ${suggestion}?`}${text === undefined ? none : html`<div><code>${text}</code></div>`}</li>`
}

const answeredBy = ({ emulator, endpoint, snapshot }: CheckReport): Markup =>
  snapshot !== null
    ? html`<strong>the snapshot ${snapshot.path} of ${time(snapshot.timestamp)}, not the cloud</strong>`
    : emulator !== null
      ? html`<strong>an emulator of ${emulator}, not the cloud</strong>`
      : endpoint === ""
        ? html`nothing: the run could not begin`
        : html`<code>${endpoint}</code>`

function* evidence(report: CheckReport): Iterable<Markup> {
  const { baseline, diagnostics, duration_ms, exit_code, fail_on, reads, requests, resumed, summary, timestamp, tool } =
    report
  yield html`<section id="evidence"><h2>Evidence</h2><dl class="facts">${[
    fact("made by", `${tool.name} ${tool.version}, report format ${report.format_version}`),
    fact("run id", html`<code>${report.run_id}</code>`),
    fact("began", time(timestamp)),
    fact("took", `${(duration_ms / 1000).toFixed(1)} s${report.interrupted ? ", interrupted" : ""}`),
    fact("read from", answeredBy(report)),
    fact("requests", html`${count(requests.sent)} sent, ${count(requests.retried)} of them retries`),
    fact(
      "compared",
      html`${count(summary.compared)} of ${count(summary.total)} (${(Math.floor(summary.coverage * 1000) / 10).toFixed(1)} %)`
    ),
    fact(
      "fails on",
      `${fail_on === "new" ? "new drift" : `drift as bad as ${fail_on}`}: ${count(report.failing)} failing`
    ),
    fact("exit code", html`${exit_code}: ${meanings[exit_code]}`),
    fact(
      "went on with",
      resumed === null
        ? none
        : html`run <code>${resumed.run_id}</code> of ${time(resumed.timestamp)}, ${count(resumed.carried)} carried over`
    ),
    fact(
      "baseline",
      baseline === null ? none : html`run <code>${baseline.run_id}</code> of ${time(baseline.timestamp)}`
    )
  ]}</dl>
`
  yield table(
    "Manifest files",
    ["file", "SHA-256"],
    report.manifest.map(({ path, sha256 }) => [path, html`<code>${sha256}</code>`])
  )
  yield table(
    "Variables",
    ["name", "value"],
    Object.entries(report.variables).map(([name, value]) => [name, value])
  )
  yield table(
    "Reads",
    ["method", "folder", "requests", "found", "why"],
    reads.map(({ folder_id, items, method, requests, why }) => [
      html`<code>${method}</code>`,
      folder_id ?? "",
      count(requests),
      count(items),
      why
    ])
  )
  if (diagnostics.length > 0) {
    yield html`<h3>Diagnostics <small>${count(diagnostics.length)}</small></h3><ul class="names">`
    for (const each of diagnostics) yield diagnostic(each)
    yield html`</ul>`
  }
  yield html`</section>
`
}

/** What follows the findings. */
export function* appendix(report: CheckReport): Iterable<Markup> {
  yield* waivers(report)
  yield found(report)
  yield* evidence(report)
}
