/**
 * What a check's result means to the shell: the one place where it is decided.
 */
import { type FailOn, type ResourceReport, type Summary, severities, type Unlisted } from "./CheckReport.ts"

/** The exit codes of `drift check`, with what each means. */
export const meanings = {
  0: "in sync: every resource was read and is as declared, or waived, or not as bad as --fail-on",
  1: "error: bad flags or manifest, no credentials, nothing selected, nothing could be read",
  2: "drift: at least one resource is not as declared; wins over 3",
  3: "could not tell: no drift seen, but a resource could not be compared or is in transition",
  130: "interrupted"
} as const

export type ExitCode = keyof typeof meanings

const isBad = ({ baseline, severity }: Pick<ResourceReport, "baseline" | "severity">, failOn: FailOn): boolean =>
  failOn === "new" ? baseline !== "unchanged" : severities.indexOf(severity) <= severities.indexOf(failOn)

/** Whether a resource's drift is at least as bad as `failOn`, or is new: what is waived is not. */
export const fails = (row: ResourceReport, failOn: FailOn): boolean =>
  (row.state === "drifted" || row.state === "missing") && isBad(row, failOn)

/** Whether what nobody listed is drift: what is waived, or only reported, is none. */
export const isUnlistedDrift = ({ mode, waived }: Unlisted): boolean => mode === "fail" && !waived

/** Whether such drift fails the run. */
export const unlistedFails = (row: Unlisted, failOn: FailOn): boolean => isUnlistedDrift(row) && isBad(row, failOn)

/** How many findings fail the run. */
export const failingOf = (
  {
    resources,
    unlisted
  }: { readonly resources: ReadonlyArray<ResourceReport>; readonly unlisted: ReadonlyArray<Unlisted> },
  failOn: FailOn
): number =>
  resources.filter((row) => fails(row, failOn)).length + unlisted.filter((row) => unlistedFails(row, failOn)).length

/** Signals win over drift, drift over all that is incomplete, and nothing that was not read is ever 0. */
export const exitCodeOf = (
  { compared, not_compared, pending, total }: Summary,
  run: {
    readonly interrupted: boolean
    readonly allowEmpty: boolean
    readonly failing: number
    /** Groups without a member, unless that is allowed. */
    readonly emptyGroups: number
  }
): ExitCode => {
  if (run.interrupted) return 130
  if (run.failing > 0) return 2
  if (run.emptyGroups > 0) return 1
  if (total === 0) return run.allowEmpty ? 0 : 1
  if (compared === 0) return 1
  return not_compared + pending > 0 ? 3 : 0
}
