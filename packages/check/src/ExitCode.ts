/**
 * What a check's result means to the shell: the one place where it is decided.
 */
import type { Summary } from "./CheckReport.ts"

/** The exit codes of `drift check`, with what each means. */
export const meanings = {
  0: "in sync: every resource was read and is as declared",
  1: "error: bad flags or manifest, no credentials, nothing selected, nothing could be read",
  2: "drift: at least one resource is not as declared; wins over 3",
  3: "could not tell: no drift seen, but a resource could not be compared or is in transition",
  130: "interrupted"
} as const

export type ExitCode = keyof typeof meanings

/** Signals win over drift, drift over all that is incomplete, and nothing that was not read is ever 0. */
export const exitCodeOf = (
  { compared, drifted, missing, not_compared, pending, total }: Summary,
  run: { readonly interrupted: boolean; readonly allowEmpty: boolean }
): ExitCode => {
  if (run.interrupted) return 130
  if (drifted + missing > 0) return 2
  if (total === 0) return run.allowEmpty ? 0 : 1
  if (compared === 0) return 1
  return not_compared + pending > 0 ? 3 : 0
}
