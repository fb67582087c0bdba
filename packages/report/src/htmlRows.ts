/**
 * The entries of an HTML report: one resource, one instance that nobody listed, each with what is wrong and what to do.
 */
import type { Change, ResourceReport, Unlisted } from "@holdfast/check/CheckReport"
import { rules } from "@holdfast/check/Rule"
import { html, type Markup, none, prose, time, type Value } from "./htmlMarkup.ts"
import { valueText } from "./valueText.ts"

/** How many entries stand in a block, which a browser lays out when it comes into view. */
const blockSize = 40

/** The entries in blocks; `kind` says how high they are. */
export function* blocks(rows: Iterable<Markup>, kind: "" | " in"): Iterable<Markup> {
  let block: Array<Markup> = []
  const put = () => html`<div class="block${block.length < blockSize ? "" : ` many${kind}`}">${block}</div>
`
  for (const row of rows) {
    block.push(row)
    if (block.length < blockSize) continue
    yield put()
    block = []
  }
  if (block.length > 0) yield put()
}

/** An entry: what it is about, and what of it; below a heading of the second level, or, where `isDeep`, below one of the third. */
export const entry = (tone: string, name: Value, what: string, body: Value, isDeep = false): Markup => {
  const head = html`${name} <small>${what}</small>`
  return html`<article class="f ${tone}">${isDeep ? html`<h4 class="e">${head}</h4>` : html`<h3 class="e">${head}</h3>`}${body}</article>`
}

/** A code, as a link to what this report says of the rule. */
export const code = (text: string): Markup =>
  Object.hasOwn(rules, text) ? html`<a href="#${text}">${text}</a>` : html`<code>${text}</code>`

/** What is wrong, and what to do about it. */
export const advice = (reason: string, remedy: string, rule = ""): Markup =>
  html`<div>${prose(reason)}</div><div class="do">${prose(remedy)} ${rule === "" ? none : code(rule)}</div>`

/** What is declared, what is, and what to do. */
export const change = (
  { actual, desired, field, pending, reason, reason_code, remedy, severity, waived }: Change,
  of: string
) => {
  const notes = [pending === true ? "pending" : "", waived === true ? "waived" : "", severity === of ? "" : severity]
  const note = notes.filter((text) => text !== "").join(", ")
  return html`<div class="c"><dl class="v"><dt>${field}${note === "" ? none : html` <small>(${note})</small>`}</dt><dt>desired</dt><dd class="d">${prose(valueText(desired))}</dd><dt>actual</dt><dd class="a">${prose(valueText(actual))}</dd></dl>${advice(reason, remedy, reason_code)}</div>`
}

/** Parts of a line, but those that say nothing. */
export const line = (parts: ReadonlyArray<Markup>): Markup =>
  html`<p class="m">${parts.filter(({ text }) => text !== "").map((part, index) => (index === 0 ? part : html` &middot; ${part}`))}</p>`

/** Where more is told of an instance. */
export type InstanceLink = (id: string) => string

const instance = (id: string, linkOf?: InstanceLink): Markup => {
  if (id === "") return html`instances not known`
  const name = html`<code>${id}</code>`
  return html`instance ${linkOf === undefined ? name : html`<a href="${linkOf(id)}">${name}</a>`}`
}
const folder = (id: string | null): Markup => (id === null ? none : html`folder <code>${id}</code>`)
const place = ({ column, line, path }: ResourceReport["source"]): string => `${path}:${line}:${column}`
const known = (since: string | undefined): Markup => (since === undefined ? none : html`since ${time(since)}`)

/** What a resource is, who is to be told, and where it is declared. */
export const about = (
  { folder_id, groups, instance_id, owner, since, source, tags }: ResourceReport,
  linkOf?: InstanceLink
): Markup =>
  line([
    instance(instance_id, linkOf),
    folder(folder_id),
    owner === null ? none : html`owner ${owner}`,
    ...Object.entries(tags).map(([name, value]) => html`${name}=${value}`),
    groups.length === 0 ? none : html`${groups.length === 1 ? "group" : "groups"} ${groups.join(", ")}`,
    html`<code>${place(source)}</code>`,
    known(since)
  ])

const glyphs: Readonly<Record<string, Markup>> = {
  drifted: html`~`,
  missing: html`!`,
  pending: html`&hellip;`,
  waived: html`&#9675;`
}

/** A resource that is not, or not yet, as declared. */
export const finding = (row: ResourceReport, linkOf?: InstanceLink): Markup => {
  const { address, baseline, changes, doubt, reason, reason_code, severity, state } = row
  const { remedy } = rules.HF016
  const what = `${state} (${severity}${baseline === undefined ? "" : baseline === "new" ? ", new" : ", known"})`
  const why =
    changes.length > 0
      ? changes.map((each) => change(each, severity))
      : html`<div class="c">${state === "missing" ? advice(reason.replace(remedy, ""), remedy, reason_code) : prose(reason)}</div>`
  const rest =
    doubt === undefined ? none : html`<div class="c">Not all of it was compared: ${prose(doubt.detail)}</div>`
  return entry(
    "",
    html`${glyphs[state] ?? none} ${address}`,
    what,
    html`${about(row, linkOf)}${why}${rest}`,
    state === "drifted" || state === "missing"
  )
}

/** A resource that could not be compared, below the reason that it shares with others. */
export const unread = (row: ResourceReport, isShared: boolean, linkOf?: InstanceLink): Markup => {
  const { address, error } = row
  if (error === null) return entry("", address, "not compared", about(row, linkOf), true)
  const { attempts, message, remedy, request_id, tag } = error
  const effort = line([
    request_id === null ? none : html`request id <code>${request_id}</code>`,
    html`${attempts} ${attempts === 1 ? "attempt" : "attempts"}`
  ])
  const own = isShared ? none : advice(`${tag}: ${message}`, remedy)
  return entry("", address, "not compared", html`${about(row, linkOf)}${own}${effort}`, true)
}

/** A resource that is as declared. */
export const good = (row: ResourceReport, linkOf?: InstanceLink): Markup =>
  entry("", row.address, "in sync", html`${about(row, linkOf)}<div>${prose(row.reason)}</div>`)

/** What exists, and no rule covers. */
export const unlisted = (row: Unlisted): Markup => {
  const { baseline, folder_id, instance_id, kind, mode, name, reason, reason_code, remedy, severity, since, waived } =
    row
  const what = [
    mode === "fail" ? `unlisted (${severity})` : "unlisted, reported only",
    kind === "orphan" ? "orphan" : "",
    waived ? "waived" : "",
    baseline === undefined ? "" : baseline === "new" ? "new" : "known"
  ].filter((text) => text !== "")
  const where = line([instance(instance_id), folder(folder_id), known(since)])
  return entry(
    waived ? "waived" : mode === "fail" ? severity : "",
    name === "" ? "(no instance)" : name,
    what.join(", "),
    html`${where}<div class="c">${advice(reason, remedy, reason_code)}</div>`
  )
}
