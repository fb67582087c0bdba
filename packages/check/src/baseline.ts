/**
 * What has changed since an earlier report: which drift is new, which was known, and which is resolved. Pure.
 */
import type { CheckReport, ResourceReport, Unlisted } from "./CheckReport.ts"
import { isUnlistedDrift } from "./ExitCode.ts"

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

/** Whether each of `codes` was there before, as often: a second policy that is missing is another finding of one rule. */
const areKnown = (codes: ReadonlyArray<string>, before: ReadonlyArray<string>): boolean => {
  const left = [...before]
  return codes.every((code) => {
    const at = left.indexOf(code)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
}

/** Marks the findings of the run that began at `timestamp` by those of `earlier`. */
export const compareWithBaseline = (earlier: CheckReport, findings: Findings, timestamp: string): Compared => {
  const before = new Map(earlier.resources.filter(isDrift).map((row) => [keyOf(row), row]))
  const unlistedBefore = new Map(earlier.unlisted.map((row) => [unlistedKey(row), row]))
  const sinceOf = (row: { readonly since?: string }) => row.since ?? earlier.timestamp
  const resources = findings.resources.map((row): ResourceReport => {
    if (!isDrift(row)) return row
    const known = before.get(keyOf(row))
    const codes = known === undefined ? [] : codesOf(known)
    return known !== undefined && areKnown(codesOf(row), codes)
      ? { ...row, baseline: "unchanged", since: sinceOf(known) }
      : { ...row, baseline: "new", since: known === undefined ? timestamp : sinceOf(known) }
  })
  const unlisted = findings.unlisted.map((row): Unlisted => {
    const known = unlistedBefore.get(unlistedKey(row))
    if (known === undefined) return { ...row, baseline: "new", since: timestamp }
    const isWorse = isUnlistedDrift(row) && !isUnlistedDrift(known)
    return { ...row, baseline: isWorse ? "new" : "unchanged", since: sinceOf(known) }
  })
  // What could not be read, or whose folder could not, may have drifted still; so may what is declared no more.
  const inSync = new Set(findings.resources.filter(({ state }) => state === "in_sync").map(keyOf))
  return {
    resources,
    unlisted,
    baseline: {
      run_id: earlier.run_id,
      timestamp: earlier.timestamp,
      resolved: [...before.values()]
        .filter((row) => inSync.has(keyOf(row)))
        .map((row) => ({
          address: row.address,
          instance_id: row.instance_id,
          reason_codes: codesOf(row)
        }))
    }
  }
}
