/**
 * What a report says beside its rows: what should be looked at though it is no drift. Pure.
 */
import { quote } from "@holdfast/manifest/Diagnostic"
import type { Group } from "@holdfast/manifest/Group"
import type { Waiver } from "@holdfast/manifest/Waiver"
import type { CheckReport, ResourceReport, WaiverReport } from "./CheckReport.ts"
import { formatDuration } from "./formatDuration.ts"

type Diagnostics = CheckReport["diagnostics"]

/** How long before its end a waiver is said to end soon: two weeks, so that two weekly meetings see it. */
const soonMillis = 14 * 24 * 60 * 60 * 1000

/** From how many on it is no accident that none of the resources can be read, or is known. */
export const manyCount = 5

/** All of them denied is one finding: the account has no role, rather than no right to each machine. */
export const denied = (resources: ReadonlyArray<ResourceReport>): Diagnostics =>
  resources.length >= manyCount && resources.every(({ error }) => error?.tag === "PermissionDenied")
    ? [
        {
          severity: "warning",
          summary: `Access to all ${resources.length} resources is denied`,
          detail:
            "The account lacks the role backup.viewer on their folders, or is not the one that was meant (drift auth status)."
        }
      ]
    : []

/** Groups that select nothing: a selector that is misspelt must not pass for a fleet that is in sync. */
export const empty = (groups: ReadonlyArray<Group>): Diagnostics =>
  groups.map(({ name, source }) => ({
    severity: "error",
    ...source,
    summary: `The group ${quote(name)} has no member`,
    detail: "Check its folders, labels and match; --allow-empty accepts it."
  }))

const subject = ({ kind, target }: Pick<Waiver, "kind" | "target">): string =>
  `The waiver of the ${kind} ${quote(target)}`

/** Which waivers could accept something of what was not compared: nobody can tell that they waive nothing. */
const isOpenAmong = (resources: ReadonlyArray<ResourceReport>) => {
  const unread = resources.filter(({ state }) => state === "not_compared")
  const open = {
    resource: new Set(unread.map(({ address }) => address)),
    instance: new Set(unread.map(({ instance_id }) => instance_id)),
    group: new Set(unread.flatMap(({ groups }) => groups))
  }
  // A folder that was not read may hold any instance.
  return ({ kind, target }: WaiverReport) => open[kind].has(target) || (kind === "instance" && open.instance.has(""))
}

/** Waivers that have ended, will end soon, or accept nothing. */
export const waivers = (
  declared: ReadonlyArray<Waiver>,
  { expired, resources, unused }: Pick<CheckReport["waivers"], "expired" | "unused"> & Pick<CheckReport, "resources">,
  now: number
): Diagnostics => {
  const isOpen = isOpenAmong(resources)
  return [
    ...expired.map((waiver) => ({
      severity: "warning" as const,
      ...waiver.source,
      summary: `${subject(waiver)} has expired (${waiver.until})`,
      detail:
        waiver.accepts.length === 0 && !isOpen(waiver)
          ? "It waives nothing: remove it."
          : "What it accepted is drift again: mend it, or extend the waiver."
    })),
    ...declared
      .filter(({ until }) => now < until && until - now <= soonMillis)
      .map((waiver) => ({
        severity: "warning" as const,
        ...waiver.source,
        summary: `${subject(waiver)} ends in ${formatDuration(waiver.until - now)} (${waiver.untilText})`,
        detail: "What it accepts will be drift then."
      })),
    ...unused
      .filter((waiver) => !isOpen(waiver))
      .map((waiver) => ({
        severity: "warning" as const,
        ...waiver.source,
        summary: `${subject(waiver)} waives nothing`,
        detail: "Remove it, or correct what it names."
      }))
  ]
}
