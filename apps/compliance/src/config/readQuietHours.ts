/**
 * The hours in which a channel is left alone.
 */
import type { TreeReader } from "@holdfast/manifest/TreeReader"
import { describe } from "@holdfast/manifest/Value"
import type { Node } from "@holdfast/manifest/YamlNode"
import type { QuietHours } from "../alerts/AlertsConfig.ts"
import { quietHoursNames } from "./fieldNames.ts"
import { readTimeZone } from "./readCron.ts"

const timeDetail = 'Write hours and minutes in quotes: "22:00".'

const readTime = (tree: TreeReader, value: Node, what: string): number | undefined => {
  if (value.kind === "invalid") return undefined
  const [, hours, minutes] = (value.kind === "scalar" ? /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(value.text) : null) ?? []
  if (hours !== undefined && minutes !== undefined) return Number(hours) * 60 + Number(minutes)
  tree.report(value.offset, { summary: `${what} is a time of day, and this is ${describe(value)}`, detail: timeDetail })
  return undefined
}

/** Reads the `quietHours` of a channel. */
export const readQuietHours = (tree: TreeReader, value: Node): QuietHours | undefined => {
  if (value.kind === "invalid") return undefined
  if (value.kind !== "mapping") {
    const detail = 'Write `quietHours: {from: "22:00", to: "07:00", timeZone: Europe/Moscow}`.'
    const summary = `\`quietHours\` is a mapping, and this is ${describe(value)}`
    tree.report(value.offset, { summary, detail })
    return undefined
  }
  const fields = new Map(tree.entriesOf(value, quietHoursNames, "`quietHours`").map((one) => [one.key.text, one.value]))
  for (const name of ["from", "to"] as const) {
    if (fields.has(name) || tree.isMisspelt(value, name, quietHoursNames)) continue
    tree.report(value.offset, { summary: `These quiet hours have no \`${name}\``, detail: timeDetail })
  }
  const [fromNode, toNode, zoneNode] = [fields.get("from"), fields.get("to"), fields.get("timeZone")]
  const from = fromNode === undefined ? undefined : readTime(tree, fromNode, "`from`")
  const to = toNode === undefined ? undefined : readTime(tree, toNode, "`to`")
  const timeZone = zoneNode === undefined ? "UTC" : readTimeZone(tree, zoneNode)
  if (from === undefined || to === undefined || timeZone === undefined) return undefined
  if (from !== to) return { from, to, timeZone }
  tree.report(value.offset, { summary: "These quiet hours end when they begin", detail: "Leave them out." })
  return undefined
}
