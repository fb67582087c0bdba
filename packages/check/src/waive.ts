/**
 * Waivers: which drift is accepted, and what each waiver did. Pure. They can turn drift into accepted drift, and nothing else:
 * what could not be read stays so, and what is in sync, too.
 */
import { type Waiver, waivableFields } from "@holdfast/manifest/Waiver"
import type { Change, ResourceReport, Unlisted, WaiverReport } from "./CheckReport.ts"
import { notComparedReason, worstOf } from "./compare.ts"

/** What a check found, before or after waivers. */
export interface Findings {
  readonly resources: ReadonlyArray<ResourceReport>
  readonly unlisted: ReadonlyArray<Unlisted>
}

/** The findings after all waivers, and what each of these did. */
export interface Waived extends Findings {
  readonly used: ReadonlyArray<WaiverReport>
  readonly unused: ReadonlyArray<WaiverReport>
  readonly expired: ReadonlyArray<WaiverReport>
}

/** `waivers` by their places, whatever the order in which files were named. */
export const inOrder = (waivers: ReadonlyArray<Waiver>): ReadonlyArray<Waiver> =>
  waivers.toSorted(({ source: a }, { source: b }) =>
    a.path === b.path ? a.line - b.line || a.column - b.column : a.path < b.path ? -1 : 1
  )

/** Applies `waivers` at `now`, in milliseconds since 1970. */
export const waive = (waivers: ReadonlyArray<Waiver>, findings: Findings, now: number): Waived => {
  if (waivers.length === 0) return { ...findings, used: [], unused: [], expired: [] }
  const accepts = new Map<Waiver, Array<string>>(waivers.map((waiver) => [waiver, []]))
  const byTarget = new Map<string, Array<Waiver>>()
  for (const waiver of waivers) {
    const key = keyOf(waiver.kind, waiver.target)
    if (byTarget.get(key)?.push(waiver) === undefined) byTarget.set(key, [waiver])
  }
  /** Those of `some` that accept `field` now; an expired one is only said to have done so. */
  const accepting = (some: ReadonlyArray<Waiver>, field: string, address: string): ReadonlyArray<Waiver> => {
    const those = some.filter(({ fields }) => fields === undefined || fields.includes(field))
    for (const waiver of those) {
      const accepted = accepts.get(waiver) as Array<string>
      if (accepted.at(-1) !== address) accepted.push(address)
    }
    return those.filter(({ until }) => now < until)
  }
  const resources = findings.resources.map((row) => {
    const some = [
      ["resource", row.address] as const,
      ["instance", row.instance_id] as const,
      ...row.groups.map((group) => ["group", group] as const)
    ].flatMap(([kind, target]) => byTarget.get(keyOf(kind, target)) ?? [])
    return some.length === 0 ? row : waivedRow(row, (field) => accepting(some, field, row.address))
  })
  const unlisted = findings.unlisted.map((row) => {
    const some = byTarget.get(keyOf("instance", row.instance_id)) ?? []
    return accepting(some, "unlisted", row.instance_id).length > 0 ? { ...row, waived: true } : row
  })
  const reports = waivers.map((waiver) => ({
    isOver: now >= waiver.until,
    report: reportOf(waiver, accepts.get(waiver) ?? [])
  }))
  const live = reports.filter(({ isOver }) => !isOver).map(({ report }) => report)
  return {
    resources,
    unlisted,
    used: live.filter((report) => report.accepts.length > 0),
    unused: live.filter((report) => report.accepts.length === 0),
    expired: reports.filter(({ isOver }) => isOver).map(({ report }) => report)
  }
}

const keyOf = (kind: Waiver["kind"], target: string): string => `${kind} ${target}`

const waivedRow = (row: ResourceReport, accepting: (field: string) => ReadonlyArray<Waiver>): ResourceReport => {
  const by = new Set<Waiver>()
  const accepts = (field: string): boolean => {
    const those = accepting(field)
    for (const waiver of those) by.add(waiver)
    return those.length > 0
  }
  const why = () => {
    const until = [...by].map(({ reason, untilText }) => `until ${untilText}: ${reason}`)
    return `Accepted ${until.join("; ")}. ${row.reason}`
  }
  // Pending without a change is an instance that the service does not know yet.
  const isUnknown = row.state === "missing" || (row.state === "pending" && row.changes.length === 0)
  if (isUnknown) return accepts("missing") ? { ...row, state: "waived", reason: why() } : row
  if (row.state !== "drifted" && row.state !== "pending") return row
  const changes = row.changes.map((change): Change => (accepts(change.field) ? { ...change, waived: true } : change))
  const left = changes.filter(({ waived }) => waived !== true)
  if (left.length === changes.length) return row
  const drift = left.filter(({ pending }) => pending !== true)
  const { doubt, ...known } = row
  // Nothing is left that is known to be wrong, and not all was compared.
  if (doubt !== undefined && drift.length === 0) {
    const reason = notComparedReason(doubt)
    return { ...known, state: "not_compared", reason_code: doubt.tag, reason, changes, error: doubt }
  }
  if (left.length === 0) return { ...row, state: "waived", changes, reason: why() }
  const [first] = drift
  if (first === undefined) {
    return {
      ...row,
      state: "pending",
      reason_code: "pending",
      reason: left.map(({ reason }) => reason).join(" "),
      changes
    }
  }
  return {
    ...row,
    severity: worstOf(drift.map(({ severity }) => severity)) ?? row.severity,
    reason_code: first.reason_code,
    reason: drift.map(({ reason }) => reason).join(" "),
    changes
  }
}

const reportOf = (waiver: Waiver, accepts: ReadonlyArray<string>): WaiverReport => ({
  kind: waiver.kind,
  target: waiver.target,
  fields: waiver.fields === undefined ? null : waivableFields.filter((field) => waiver.fields?.includes(field)),
  until: waiver.untilText,
  reason: waiver.reason,
  approved_by: waiver.approvedBy ?? null,
  ticket: waiver.ticket ?? null,
  accepts: accepts.toSorted(),
  source: waiver.source
})
