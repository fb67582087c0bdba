/**
 * The parts of an HTML report that list what was found, each with its number of entries.
 */
import { type CheckReport, type ReadError, type ResourceReport, severities } from "@holdfast/check/CheckReport"
import { count, html, type Markup, none } from "./htmlMarkup.ts"
import { advice, blocks, code, entry, finding, good, unlisted, unread } from "./htmlRows.ts"

/** How many resources that are in sync are listed; of the others there is a word. */
const maxInSync = 1000

/** How many reasons why resources could not be compared have a heading of their own. */
const maxReasons = 30

/** A part with entries that the filter shows and hides as one. */
export interface Kind {
  readonly id: string
  readonly title: string
  readonly size: number
}

const isOf =
  (...states: ReadonlyArray<ResourceReport["state"]>) =>
  ({ state }: ResourceReport) =>
    states.includes(state)

const isDrift = isOf("drifted", "missing")

const sizeOf = (rows: ReadonlyArray<ResourceReport>, is: (row: ResourceReport) => boolean): number =>
  rows.reduce((sum, row) => sum + (is(row) ? 1 : 0), 0)

const title = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`

/** The parts that this report has. */
export const kindsOf = ({ baseline, resources, summary, unlisted }: CheckReport): ReadonlyArray<Kind> =>
  [
    ...severities.map((severity) => ({
      id: severity,
      title: title(severity),
      size: sizeOf(resources, (row) => isDrift(row) && row.severity === severity)
    })),
    { id: "pending", title: "Pending", size: summary.pending },
    { id: "not_compared", title: "Not compared", size: summary.not_compared },
    { id: "unlisted", title: "Unlisted", size: unlisted.length },
    { id: "waived", title: "Waived", size: summary.waived },
    { id: "resolved", title: "Resolved", size: baseline?.resolved.length ?? 0 },
    { id: "in_sync", title: "In sync", size: Math.min(summary.in_sync, maxInSync) }
  ].filter(({ size }) => size > 0)

/** How many resources that are in sync are not listed. */
export const unlistedInSync = ({ summary }: CheckReport): number => Math.max(0, summary.in_sync - maxInSync)

function* rowsOf(
  rows: ReadonlyArray<ResourceReport>,
  is: (row: ResourceReport) => boolean,
  put: (row: ResourceReport) => Markup,
  most = Number.POSITIVE_INFINITY
): Iterable<Markup> {
  let left = most
  for (const row of rows) {
    if (!is(row)) continue
    if (left-- === 0) return
    yield put(row)
  }
}

/** The reason that resources share, word for word. */
const isSame = (a: ReadError, b: ReadError): boolean =>
  a.tag === b.tag && a.status === b.status && a.detail === b.detail

/** Resources that failed for the same reason stand together; those of the rarer reasons say their own. */
function* notCompared({ resources }: CheckReport): Iterable<Markup> {
  const reasons: Array<{ readonly error: ReadError; size: number }> = []
  for (const { error, state } of resources) {
    if (state !== "not_compared" || error === null) continue
    const known = reasons.find((reason) => isSame(reason.error, error))
    if (known !== undefined) known.size += 1
    else if (reasons.length < maxReasons) reasons.push({ error, size: 1 })
  }
  for (const { error, size } of reasons) {
    yield html`<section class="group"><div class="why"><h3>${error.tag} <small>${count(size)}</small></h3>${advice(error.message, error.remedy)}</div>
`
    const isHere = (row: ResourceReport) =>
      row.state === "not_compared" && row.error !== null && isSame(row.error, error)
    yield* blocks(
      rowsOf(resources, isHere, (row) => unread(row, true)),
      ""
    )
    yield html`</section>
`
  }
  const isRest = (row: ResourceReport) => {
    const { error, state } = row
    return state === "not_compared" && (error === null || !reasons.some((reason) => isSame(reason.error, error)))
  }
  const rest = rowsOf(resources, isRest, (row) => unread(row, false))
  yield* blocks(rest, "")
}

/** What no rule covers: the drift among it first, what is waived last. */
function* unlistedRows({ unlisted: rows }: CheckReport): Iterable<Markup> {
  for (const isWaived of [false, true]) {
    for (const mode of ["fail", "report"]) {
      for (const severity of severities) {
        for (const row of rows) {
          if (row.waived === isWaived && row.mode === mode && row.severity === severity) yield unlisted(row)
        }
      }
    }
  }
}

function* resolvedRows({ baseline }: CheckReport): Iterable<Markup> {
  for (const { address, instance_id, reason_codes } of baseline?.resolved ?? []) {
    const codes = reason_codes.map((each) => html` ${code(each)}`)
    yield entry("", address, "resolved", html`<p class="m">instance <code>${instance_id}</code>${codes}</p>`)
  }
}

function* inSync(report: CheckReport): Iterable<Markup> {
  const rest = unlistedInSync(report)
  if (rest > 0) {
    yield html`<p class="lead"><strong>${count(rest)} more are in sync and not listed here.</strong> The JSON report of the run (<code>--report json=FILE</code>) lists each.</p>`
  }
  yield html`<details class="fold"><summary>${rest > 0 ? "List the first" : "List all"} ${count(report.summary.in_sync - rest)}</summary>`
  yield* blocks(
    rowsOf(report.resources, isOf("in_sync"), (row) => good(row), maxInSync),
    " in"
  )
  yield html`</details>`
}

const leads: Readonly<Record<string, string>> = {
  pending: "A transition is under way, and within its time: neither in sync nor drifted.",
  not_compared: "Nothing is known of these: they are not in sync.",
  unlisted: "They exist, and no rule of the manifest covers them.",
  waived: "Accepted for a time, and drift all the same.",
  resolved: "Drift of the baseline that is gone."
}

/** What is waived is an entry, too, and counted with none of what the head of the report has. */
const leadOf = (id: string, { summary, unlisted }: CheckReport): string | undefined => {
  const waived = id === "unlisted" ? unlisted.length - summary.unlisted : 0
  return waived === 0 ? leads[id] : `${leads[id]} ${count(waived)} of them ${waived === 1 ? "is" : "are"} waived.`
}

const contents = (report: CheckReport, id: string): Iterable<Markup> => {
  const { resources } = report
  if (id === "not_compared") return notCompared(report)
  if (id === "unlisted") return blocks(unlistedRows(report), "")
  if (id === "resolved") return blocks(resolvedRows(report), " in")
  if (id === "in_sync") return inSync(report)
  if (id === "pending" || id === "waived")
    return blocks(
      rowsOf(resources, isOf(id), (row) => finding(row)),
      ""
    )
  return blocks(
    rowsOf(
      resources,
      (row) => isDrift(row) && row.severity === id,
      (row) => finding(row)
    ),
    ""
  )
}

/** All that was found, the worst first. */
export function* sections(report: CheckReport, kinds: ReadonlyArray<Kind>): Iterable<Markup> {
  const bySeverity = kinds.filter(({ id }) => severities.some((severity) => severity === id))
  if (bySeverity.length > 0) {
    const size = report.summary.drifted + report.summary.missing
    yield html`<section id="drift" class="of"><h2>Drift <small>${count(size)}</small></h2>
`
    for (const { id, size, title } of bySeverity) {
      yield html`<section data-kind="${id}" data-size="${size}" class="${id}"><h3>${title} <small>${count(size)}</small></h3>
`
      yield* contents(report, id)
      yield html`</section>
`
    }
    yield html`</section>
`
  }
  for (const { id, size, title } of kinds) {
    if (bySeverity.some((kind) => kind.id === id)) continue
    const all = id === "in_sync" ? report.summary.in_sync : size
    const lead = leadOf(id, report)
    yield html`<section id="${id}" data-kind="${id}" data-size="${size}" class="${id === "not_compared" ? "unknown" : id}"><h2>${title} <small>${count(all)}</small></h2>${lead === undefined ? none : html`<p class="lead">${lead}</p>`}
`
    yield* contents(report, id)
    yield html`</section>
`
  }
}
