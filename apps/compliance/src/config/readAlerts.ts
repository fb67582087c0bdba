/**
 * The section `alerts`: who is told of what.
 */
import { nearest, quote } from "@holdfast/manifest/Diagnostic"
import { severities } from "@holdfast/manifest/Expectations"
import { type TreeReader, takes } from "@holdfast/manifest/TreeReader"
import { describe, readLiteral } from "@holdfast/manifest/Value"
import type { Entry, Mapping, Node } from "@holdfast/manifest/YamlNode"
import { type Alerts, events, noAlerts, type Route } from "../alerts/AlertsConfig.ts"
import { alertNames, routeNames } from "./fieldNames.ts"
import { readChannels } from "./readChannels.ts"
import { hideSecrets } from "./readSecret.ts"
import { readAddress, readSmtp } from "./readSmtp.ts"
import { readWhole } from "./values.ts"

export type { Alerts } from "../alerts/AlertsConfig.ts"

const alertsDetail = "Write `alerts:` and below it, indented, `channels:`."

/** Longer is no warning any more; and messages are kept a while longer, so that none is sent twice. */
const maxWaiverDays = 90

/** Reads `alerts`; nobody is told of anything where it is not there. `jobs` are the names of the jobs that there are. */
export const readAlerts = (tree: TreeReader, entry: Entry | undefined, jobs: ReadonlyArray<string>): Alerts => {
  if (entry === undefined) return noAlerts
  const { value } = entry
  if (value.kind !== "mapping") {
    tree.mappingOf(value, "`alerts`", alertsDetail)
    return noAlerts
  }
  const fields = new Map(tree.entriesOf(value, alertNames, "`alerts`").map((field) => [field.key.text, field]))
  const valueOf = (name: (typeof alertNames)[number]) => fields.get(name)?.value
  const smtp = readSmtp(tree, fields.get("smtp"))
  const channels = readChannels(tree, fields.get("channels"), fields.has("smtp"))
  hideSecrets(tree)
  const link = valueOf("link")
  const couldNotTell = valueOf("couldNotTell")
  return {
    channels,
    routes: readRoutes(tree, fields.get("routes"), { channels: channelNames(fields.get("channels")), jobs }),
    smtp,
    link: link === undefined ? undefined : readAddress(tree, link, "`link`"),
    couldNotTell:
      (couldNotTell === undefined ? undefined : readWhole(tree, couldNotTell, "`couldNotTell`", 1, 1000)) ??
      noAlerts.couldNotTell,
    waiverDays: readWaiverDays(tree, valueOf("waiverDays"))
  }
}

/** Also of channels that hold a mistake: it has been reported. */
const channelNames = (entry: Entry | undefined): ReadonlyArray<string> =>
  entry?.value.kind === "mapping" ? entry.value.entries.map(({ key }) => key.text) : []

const readWaiverDays = (tree: TreeReader, value: Node | undefined): ReadonlyArray<number> => {
  if (value === undefined) return noAlerts.waiverDays
  // None at all is a wish, too.
  if (value.kind === "list" && value.items.length === 0) return []
  const days = tree.oneOrMore(value, "`waiverDays`", (item) => {
    const number = readWhole(tree, item, "a day of `waiverDays`", 1, maxWaiverDays)
    return number === undefined ? undefined : String(number)
  })
  return days === undefined ? noAlerts.waiverDays : days.map(Number).toSorted((a, b) => b - a)
}

interface Known {
  readonly channels: ReadonlyArray<string>
  readonly jobs: ReadonlyArray<string>
}

const routesDetail = "Write `routes:` and below it, indented, `- {to: ops, severity: high}`."

const readRoutes = (tree: TreeReader, entry: Entry | undefined, known: Known): ReadonlyArray<Route> => {
  if (entry === undefined) return [{ channels: known.channels }]
  const { value } = entry
  if (value.kind === "invalid") return []
  if (value.kind !== "list" || value.items.length === 0) {
    const summary =
      value.kind === "list" ? "`routes` is an empty list" : `\`routes\` is a list, and this is ${describe(value)}`
    tree.report(value.offset, { summary, detail: routesDetail })
    return []
  }
  return value.items.flatMap((item) => {
    if (item.kind === "mapping") return tree.once(item, "route", () => readRoute(tree, item, known)) ?? []
    if (item.kind === "invalid") return []
    tree.report(item.offset, {
      summary: `A route is a mapping, and this is ${describe(item)}`,
      detail: takes(routeNames)
    })
    return []
  })
}

/** One of the names that there are. */
const readName =
  (tree: TreeReader, what: string, names: ReadonlyArray<string>) =>
  (item: Node): string | undefined => {
    if (item.kind === "invalid") return undefined
    if (item.kind === "scalar" && names.includes(item.text)) return item.text
    const suggestion = item.kind === "scalar" ? nearest(item.text, names) : undefined
    const known = names.length === 0 ? `There is no ${what} at all.` : `There are ${names.map(quote).join(", ")}.`
    tree.report(item.offset, {
      summary: `There is no ${what} ${describe(item)}`,
      detail: known,
      ...(suggestion === undefined ? {} : { suggestion })
    })
    return undefined
  }

type Parts = { -readonly [Name in keyof Route]?: Route[Name] }

const readRoute = (tree: TreeReader, node: Mapping, known: Known): Route | undefined => {
  const parts: Parts = {}
  for (const { key, value } of tree.entriesOf(node, routeNames, "a route")) {
    switch (key.text) {
      case "to": {
        const channels = tree.oneOrMore(value, "`to`", readName(tree, "channel", known.channels))
        if (channels !== undefined) parts.channels = channels
        break
      }
      case "jobs": {
        const jobs = tree.oneOrMore(value, "`jobs`", readName(tree, "job", known.jobs))
        if (jobs !== undefined) parts.jobs = jobs
        break
      }
      case "events": {
        const told = tree.oneOrMore(value, "`events`", (item) => readLiteral(item, events, tree.report))
        if (told !== undefined) parts.events = events.filter((event) => told.includes(event))
        break
      }
      case "owners": {
        const owners = tree.oneOrMore(value, "`owners`", (item) => tree.text(item, "an owner"))
        if (owners !== undefined) parts.owners = owners
        break
      }
      default: {
        const severity = readLiteral(value, severities, tree.report)
        if (severity !== undefined) parts.severity = severity
      }
    }
  }
  const { channels, ...rest } = parts
  if (channels !== undefined) return { channels, ...rest }
  if (!node.entries.some(({ key }) => key.text === "to") && !tree.isMisspelt(node, "to", routeNames)) {
    tree.report(node.offset, { summary: "This route leads to no channel", detail: "Write `to: ops`." })
  }
  return undefined
}
