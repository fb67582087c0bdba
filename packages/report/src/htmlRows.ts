/**
 * The entries of an HTML report: one resource, one instance that nobody listed, each with what is wrong and what to do.
 */
import type { Change, ResourceReport, Unlisted } from "@holdfast/check/CheckReport"
import { rules } from "@holdfast/check/Rule"
import { html, type Markup, none, prose, time } from "./htmlMarkup.ts"

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

/** A code, as a link to what this report says of the rule. */
export const code = (text: string): Markup =>
  text in rules ? html`<a href="#${text}">${text}</a>` : html`<code>${text}</code>`

const values = (json: Change["actual"]): string =>
  json === null || (Array.isArray(json) && json.length === 0)
    ? "(none)"
    : Array.isArray(json)
      ? json.map(one).join(" | ")
      : one(json)

const one = (json: unknown): string => (typeof json === "object" ? JSON.stringify(json) : String(json))

const change = (
  { actual, desired, field, pending, reason, reason_code, remedy, severity, waived }: Change,
  of: string
) => {
  const notes = [pending === true ? "pending" : "", waived === true ? "waived" : "", severity === of ? "" : severity]
  const note = notes.filter((text) => text !== "").join(", ")
  return html`<div class="c"><dl class="v"><dt>${field}${note === "" ? none : html` <small>(${note})</small>`}</dt><dt>desired</dt><dd class="d">${prose(values(desired))}</dd><dt>actual</dt><dd class="a">${prose(values(actual))}</dd></dl><div>${prose(reason)}</div><div class="do">${prose(remedy)} ${code(reason_code)}</div></div>`
}

/** Parts of a line, but those that say nothing. */
const line = (parts: ReadonlyArray<Markup>): Markup =>
  html`<p class="m">${parts.filter(({ text }) => text !== "").map((part, index) => (index === 0 ? part : html` &middot; ${part}`))}</p>`

const instance = (id: string): Markup => (id === "" ? html`instances not known` : html`instance <code>${id}</code>`)
const folder = (id: string | null): Markup => (id === null ? none : html`folder <code>${id}</code>`)
const place = ({ column, line, path }: ResourceReport["source"]): string => `${path}:${line}:${column}`
const known = (since: string | undefined): Markup => (since === undefined ? none : html`since ${time(since)}`)

const about = ({ folder_id, groups, instance_id, owner, since, source, tags }: ResourceReport): Markup =>
  line([
    instance(instance_id),
    folder(folder_id),
    owner === null ? none : html`owner ${owner}`,
    ...Object.entries(tags).map(([name, value]) => html`${name}=${value}`),
    groups.length === 0 ? none : html`${groups.length === 1 ? "group" : "groups"} ${groups.join(", ")}`,
    html`<code>${place(source)}</code>`,
    known(since)
  ])

const stateNames = { in_sync: "in sync", not_compared: "not compared" } as const
const glyphs: Readonly<Record<string, Markup>> = {
  drifted: html`~`,
  missing: html`!`,
  pending: html`&hellip;`,
  waived: html`&#9675;`
}

/** A resource that is not, or not yet, as declared. */
export const finding = (row: ResourceReport): Markup => {
  const { address, baseline, changes, reason, reason_code, severity, state } = row
  const name = state in stateNames ? stateNames[state as keyof typeof stateNames] : state
  const what = `${name} (${severity}${baseline === undefined ? "" : baseline === "new" ? ", new" : ", known"})`
  const why =
    changes.length > 0
      ? changes.map((each) => change(each, severity))
      : [
          html`<div class="c"><div>${prose(state === "missing" ? reason.replace(rules.HF016.remedy, "") : reason)}</div>${state === "missing" ? html`<div class="do">${rules.HF016.remedy} ${code(reason_code)}</div>` : none}</div>`
        ]
  return html`<article class="f"><h4>${glyphs[state] ?? none} ${address} <small>${what}</small></h4>${about(row)}${why}</article>`
}

/** A resource that could not be compared, below the reason that it shares with others. */
export const unread = (row: ResourceReport, isShared: boolean): Markup => {
  const { address, error } = row
  const attempts = error === null ? "" : `${error.attempts} ${error.attempts === 1 ? "attempt" : "attempts"}`
  const id = error === null || error.request_id === null ? none : html`request id <code>${error.request_id}</code>`
  const own =
    isShared || error === null
      ? none
      : html`<div>${prose(`${error.tag}: ${error.message}`)}</div><div class="do">${prose(error.remedy)}</div>`
  return html`<article class="f not_compared"><h4>${address} <small>not compared</small></h4>${about(row)}${own}${line([id, html`${attempts}`])}</article>`
}

/** A resource that is as declared. */
export const good = (row: ResourceReport): Markup =>
  html`<article class="f in_sync"><h4>${row.address} <small>in sync</small></h4>${about(row)}<div>${prose(row.reason)}</div></article>`

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
  return html`<article class="f ${waived ? "waived" : mode === "fail" ? severity : ""}"><h4>${name === "" ? "(no instance)" : name} <small>${what.join(", ")}</small></h4>${line(
    [instance(instance_id), folder(folder_id), known(since)]
  )}<div class="c"><div>${prose(reason)}</div><div class="do">${prose(remedy)} ${code(reason_code)}</div></div></article>`
}
