/**
 * What has changed since an earlier report: which drift is new, which was known, and which is resolved. Pure.
 */
import type { CheckReport, ResourceReport, Unlisted } from "./CheckReport.ts"

type Findings = Pick<CheckReport, "resources" | "unlisted">

/** The findings, each marked, and what became of those of the baseline. */
export interface Compared extends Findings {
  readonly baseline: NonNullable<CheckReport["baseline"]>
}

const isDrift = ({ state }: ResourceReport): boolean => state === "drifted" || state === "missing"

/** The rules that found drift in a resource that no waiver accepts. */
const codesOf = ({ changes, reason_code, state }: ResourceReport): ReadonlyArray<string> =>
  state === "missing"
    ? [reason_code]
    : changes.filter(({ pending, waived }) => pending !== true && waived !== true).map((change) => change.reason_code)

const keyOf = ({ address, instance_id }: Pick<ResourceReport, "address" | "instance_id">): string =>
  JSON.stringify([address, instance_id])

const unlistedKey = ({ folder_id, instance_id, kind }: Unlisted): string =>
  JSON.stringify([kind, folder_id, instance_id])

/** Marks the findings of the run that began at `timestamp` by those of `earlier`. */
export const compareWithBaseline = (earlier: CheckReport, findings: Findings, timestamp: string): Compared => {
  const before = new Map(earlier.resources.filter(isDrift).map((row) => [keyOf(row), row]))
  const unlistedBefore = new Map(earlier.unlisted.map((row) => [unlistedKey(row), row]))
  const sinceOf = (row: { readonly since?: string }) => row.since ?? earlier.timestamp
  const resources = findings.resources.map((row): ResourceReport => {
    if (!isDrift(row)) return row
    const known = before.get(keyOf(row))
    const codes = known === undefined ? [] : codesOf(known)
    return known !== undefined && codesOf(row).every((code) => codes.includes(code))
      ? { ...row, baseline: "unchanged", since: sinceOf(known) }
      : { ...row, baseline: "new", since: known === undefined ? timestamp : sinceOf(known) }
  })
  const unlisted = findings.unlisted.map((row): Unlisted => {
    const known = unlistedBefore.get(unlistedKey(row))
    return known === undefined
      ? { ...row, baseline: "new", since: timestamp }
      : { ...row, baseline: "unchanged", since: sinceOf(known) }
  })
  const now = new Map(findings.resources.map((row) => [keyOf(row), row]))
  // What could not be read may have drifted still.
  const isResolved = (row: ResourceReport) => {
    const current = now.get(keyOf(row))
    return current === undefined || !(isDrift(current) || current.state === "not_compared")
  }
  return {
    resources,
    unlisted,
    baseline: {
      run_id: earlier.run_id,
      timestamp: earlier.timestamp,
      resolved: [...before.values()].filter(isResolved).map((row) => ({
        address: row.address,
        instance_id: row.instance_id,
        reason_codes: codesOf(row)
      }))
    }
  }
}
