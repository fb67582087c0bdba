/**
 * What a report says is wrong, one by one. Pure.
 */
import type { Change, CheckReport, ResourceReport, Unlisted } from "@holdfast/check/CheckReport"
import { hashOf } from "./hashOf.ts"
import type { FindingKind } from "./Run.ts"
import type { StoredFinding } from "./StoredFinding.ts"

/** A finding as one run sees it. `age`: for how long it is so by the resource's own times, in milliseconds. */
export interface Sighting
  extends Pick<
    StoredFinding,
    | "finding_key"
    | "kind"
    | "address"
    | "instance_id"
    | "field"
    | "reason_code"
    | "severity"
    | "owner"
    | "folder_id"
    | "groups"
    | "reason"
    | "change"
    | "waived"
  > {
  readonly age: number
}

/** An instance is the same by whatever name a manifest calls it; what has no instance goes by its name. */
export const subjectOf = ({ address, instance_id }: Pick<ResourceReport, "address" | "instance_id">): string =>
  instance_id === "" ? `address ${address}` : `instance ${instance_id}`

/** The same for the same in each run. What could not be compared stays the same though the error is another. */
const keyOf = (kind: FindingKind, subject: string, field: string, reason_code: string): string =>
  hashOf([kind, subject, field, kind === "not_compared" ? "" : reason_code])

/** Cloud Backup does not know the instance yet: nothing was compared, and nothing is wrong. */
export const isNotKnownYet = ({ changes, reason_code, state }: ResourceReport): boolean =>
  (state === "pending" || state === "waived") && reason_code === "pending" && changes.length === 0

const ofRow = (row: ResourceReport, kind: FindingKind, field = "", reason_code = row.reason_code): Sighting => ({
  finding_key: keyOf(kind, subjectOf(row), field, reason_code),
  kind,
  address: row.address,
  instance_id: row.instance_id,
  field,
  reason_code,
  severity: row.severity,
  owner: row.owner,
  folder_id: row.folder_id,
  groups: row.groups,
  reason: row.reason,
  change: null,
  waived: row.state === "waived",
  age: 0
})

const ofChange = (row: ResourceReport, change: Change): Sighting => ({
  ...ofRow(row, "drift", change.field, change.reason_code),
  severity: change.severity,
  reason: change.reason,
  change,
  waived: change.waived === true,
  age: Math.max(0, (change.age_seconds ?? 0) - (change.limit_seconds ?? 0)) * 1000
})

const ofResource = (row: ResourceReport): ReadonlyArray<Sighting> => {
  if (row.state === "not_compared") return [ofRow(row, "not_compared")]
  const isMissing = row.state === "missing" || (row.state === "waived" && row.changes.length === 0)
  if (isMissing && !isNotKnownYet(row)) return [ofRow(row, "missing")]
  return row.changes.filter(({ pending }) => pending !== true).map((change) => ofChange(row, change))
}

/** Where the manifest only asks to be told, nothing is wrong. */
const ofUnlisted = (row: Unlisted): ReadonlyArray<Sighting> =>
  row.mode === "report"
    ? []
    : [
        {
          finding_key: keyOf("unlisted", `instance ${row.instance_id}`, "", row.reason_code),
          kind: "unlisted",
          address: row.name,
          instance_id: row.instance_id,
          field: "",
          reason_code: row.reason_code,
          severity: row.severity,
          owner: null,
          folder_id: row.folder_id,
          groups: [],
          reason: row.reason,
          change: null,
          waived: row.waived,
          age: 0
        }
      ]

/** One rule may find several things in a field, such as two policies: together they are one finding. */
const together = (a: Sighting, b: Sighting): Sighting => ({
  ...a,
  reason: `${a.reason} ${b.reason}`,
  waived: a.waived && b.waived,
  age: Math.max(a.age, b.age)
})

/** What is wrong by a report, by `finding_key`. */
export const sightingsOf = ({ resources, unlisted }: CheckReport): ReadonlyMap<string, Sighting> => {
  const sightings = new Map<string, Sighting>()
  for (const sighting of [...resources.flatMap(ofResource), ...unlisted.flatMap(ofUnlisted)]) {
    const known = sightings.get(sighting.finding_key)
    sightings.set(sighting.finding_key, known === undefined ? sighting : together(known, sighting))
  }
  return sightings
}
