/**
 * What a message says, line by line: words of ours, and values of others that each channel escapes in its own way.
 */
import { formatDuration } from "@holdfast/check/formatDuration"
import { severities } from "@holdfast/manifest/Expectations"
import { cut } from "@holdfast/report/cut"
import type { Alert, AlertFinding } from "./Alert.ts"

/** A text of others: a name, a reason, an id. */
export interface Foreign {
  readonly foreign: string
}

/** A line: words of ours as they are, texts of others marked. */
export type Line = ReadonlyArray<string | Foreign>

/** The longest text of others that a line repeats, in units of its text. */
const maxForeign = 300

/** A line whose inserted texts are those of others; an inserted number, or line, is ours. */
const line = (strings: TemplateStringsArray, ...values: ReadonlyArray<string | number | Line>): Line =>
  strings.flatMap((string, index): Line => {
    const value = values[index - 1]
    const before: Line =
      value === undefined
        ? []
        : typeof value === "number"
          ? [String(value)]
          : typeof value === "string"
            ? [{ foreign: cut(value, maxForeign) }]
            : value
    return [...before, string]
  })

const ours = (text: string): Line => [text]

const several = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`

const time = (text: string): Line =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)
    ? ours(`${text.slice(0, 10)} ${text.slice(11, 16)} UTC`)
    : [{ foreign: text }]

const bySeverity = (items: ReadonlyArray<AlertFinding>): string =>
  severities
    .map((severity) => [severity, items.filter((item) => item.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(", ")

/** What happened, in a few words. */
const happening = ({ missed, opened, resolved, silent_runs, waivers }: Alert, event: Alert["event"]): string => {
  switch (event) {
    case "run_failed":
      return "the run failed"
    case "run_missed":
      return `${several(missed.count, "run")} missed`
    case "could_not_tell":
      return `could not tell, ${several(silent_runs, "run")} in a row`
    case "drift_opened": {
      const rest = opened.count > opened.items.length ? ", \u2026" : ""
      return `${several(opened.count, "new finding")} (${bySeverity(opened.items)}${rest})`
    }
    case "could_tell_again":
      return `can tell again, after ${several(silent_runs, "run")} that could not`
    case "drift_resolved":
      return `${resolved.count} resolved`
    case "waiver_ends":
      return `${several(waivers.count, "waiver")} about to end`
    case "test":
      return "this is a test, and nothing has happened"
  }
}

/** What a message comes to, for a subject. */
export const title = (alert: Alert): Line =>
  line`Holdfast: job ${alert.job}: ${ours(alert.events.map((event) => happening(alert, event)).join("; "))}`

const findingLine = ({
  address,
  began_at,
  instance_id,
  kind,
  owner,
  reason,
  reason_code,
  severity,
  waiver_ended
}: AlertFinding): Line => {
  const instance: Line = instance_id === "" ? [] : line` (${instance_id})`
  const of: Line = owner === null ? [] : line`, owner ${owner}`
  const kinds: Line = kind === "drift" ? [] : ours(`${kind.replaceAll("_", " ")}, `)
  const waived: Line = waiver_ended ? ours(" Its waiver has ended.") : []
  return line`${ours(severity)}: ${address}${instance}${of}: ${kinds}${reason_code}: ${reason} Since ${time(began_at)}.${waived}`
}

const more = (count: number, shown: number, what: string): ReadonlyArray<Line> =>
  count > shown ? [ours(`and ${several(count - shown, `more ${what}`)}`)] : []

const summaryLine = ({ run }: Alert): ReadonlyArray<Line> => {
  if (run === null) return []
  const { summary, tick, why } = run
  const of = line`Run of ${time(tick)}`
  if (summary === null) return [why === "" ? line`${of}: no report.` : line`${of}: ${why}`]
  const { compared, drifted, in_sync, missing, not_compared, total, waived } = summary
  return [
    line`${of}: ${in_sync} of ${total} in sync, ${drifted} drifted, ${missing} missing, ${waived} waived, ${not_compared} not compared (${compared} of ${total} compared).`
  ]
}

const waiverLine = (of: Alert["waivers"]["items"][number], createdAt: string): Line => {
  const { approved_by, kind, reason, target, ticket } = of.waiver
  const left = Math.max(0, Date.parse(of.until_at) - Date.parse(createdAt))
  const by: Line = approved_by === null ? [] : line`, approved by ${approved_by}`
  const where: Line = ticket === null ? [] : line`, ${ticket}`
  return line`${ours(kind)} ${target} until ${time(of.until_at)} (${ours(formatDuration(left))} left)${by}${where}: ${reason}`
}

/** A heading and the lines below it. */
export interface Section {
  readonly heading: string
  readonly lines: ReadonlyArray<Line>
}

/** What a message says beside its title, `most` lines of a kind at most. */
export const sections = (alert: Alert, most = 20): ReadonlyArray<Section> => {
  const { created_at, missed, opened, resolved, waivers } = alert
  const listed = <A>(
    of: { readonly count: number; readonly items: ReadonlyArray<A> },
    what: string,
    put: (item: A) => Line
  ) => {
    const shown = of.items.slice(0, most)
    return [...shown.map(put), ...more(of.count, shown.length, what)]
  }
  const all: ReadonlyArray<Section> = [
    { heading: "", lines: summaryLine(alert) },
    { heading: "New", lines: listed(opened, "finding", findingLine) },
    { heading: "Resolved", lines: listed(resolved, "finding", findingLine) },
    { heading: "Missed", lines: listed(missed, "tick", ({ tick, why }) => line`${time(tick)}: ${why}`) },
    { heading: "Waivers about to end", lines: listed(waivers, "waiver", (of) => waiverLine(of, created_at)) }
  ]
  return all.filter(({ lines }) => lines.length > 0)
}
