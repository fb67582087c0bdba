/**
 * What a manifest declares of one resource.
 */
import type { Expectations, Severity } from "./Expectations.ts"

/** Where something is declared; line and column from 1. */
export interface SourcePlace {
  readonly path: string
  readonly line: number
  readonly column: number
}

/** One resource as declared, with the manifest's defaults filled in. */
export interface DesiredResource {
  /** The name that people know it by: its key in the manifest. */
  readonly address: string
  /** The id of the Compute Cloud instance. */
  readonly instance: string
  readonly expectations: Expectations
  readonly severity: Severity
  readonly source: SourcePlace
}

/** What the id of an instance looks like. */
export const instancePattern = /^[a-z0-9][a-z0-9_-]{0,49}$/

/** The longest name of a resource, in characters. */
export const maxAddressLength = 200

/** How bad drift is where nothing is said of it. */
export const defaultSeverity: Severity = "high"

/** The expectations that cannot go together with `enabled: false`. */
export const needsBackup = ["protected", "maxBackupAge", "nextBackupWithin"] as const satisfies ReadonlyArray<
  keyof Expectations
>
