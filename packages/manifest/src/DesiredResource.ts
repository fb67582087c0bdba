/**
 * What a manifest declares of one resource.
 */
import { type Expectations, inherit, type Severity } from "./Expectations.ts"

/** Where something is declared; line and column from 1. */
export interface SourcePlace {
  readonly path: string
  readonly line: number
  readonly column: number
}

/** What `defaults`, a group or a resource says of machines. */
export interface Declared {
  readonly expectations: Expectations
  readonly severity?: Severity
  /** Who is to be told. */
  readonly owner?: string
  /** Whatever else reports carry. */
  readonly tags?: Readonly<Record<string, string>>
}

/** One resource as declared. */
export interface DesiredResource {
  /** The name that people know it by: its key in the manifest, or the group and the name of the instance. */
  readonly address: string
  /** The id of the Compute Cloud instance. */
  readonly instance: string
  /** What it must satisfy, with its defaults filled in. */
  readonly expectations: Expectations
  readonly severity: Severity
  /** The severity comes from the defaults, and that of a rule wins over it. */
  readonly isSeverityInherited?: boolean
  readonly owner?: string
  readonly tags?: Readonly<Record<string, string>>
  /** The groups that claim it, sorted. */
  readonly groups?: ReadonlyArray<string>
  readonly source: SourcePlace
  /** What it says itself, and the defaults of its file: groups come between them. */
  readonly own?: Declared
  readonly defaults?: Declared
}

/** What the id of an instance, of a folder or of a policy looks like. */
export const instancePattern = /^[a-z0-9][a-z0-9_-]{0,49}$/

/** The longest name of a resource or a group, in characters. */
export const maxAddressLength = 200

/** How bad drift is where nothing is said of it. */
export const defaultSeverity: Severity = "high"

/** The expectations that cannot go together with `enabled: false`. */
export const needsBackup = [
  "protected",
  "maxBackupAge",
  "nextBackupWithin",
  "policies"
] as const satisfies ReadonlyArray<keyof Expectations>

/** Nothing declared. */
export const nothing: Declared = { expectations: {} }

/** `own` where it says something, `base` otherwise; tags are put together. */
export const over = (own: Declared, base: Declared): Declared => {
  const severity = own.severity ?? base.severity
  const owner = own.owner ?? base.owner
  const tags =
    own.tags === undefined || base.tags === undefined ? (own.tags ?? base.tags) : { ...base.tags, ...own.tags }
  return {
    expectations: { ...base.expectations, ...own.expectations },
    ...(severity === undefined ? {} : { severity }),
    ...(owner === undefined ? {} : { owner }),
    ...(tags === undefined ? {} : { tags })
  }
}

/** A resource with its defaults filled in. */
export const resolve = (
  declared: Required<Pick<DesiredResource, "address" | "instance" | "source" | "own" | "defaults">>
): DesiredResource => {
  const { defaults, own } = declared
  const { owner, severity = defaultSeverity, tags } = over(own, defaults)
  return {
    ...declared,
    expectations: inherit(own.expectations, defaults.expectations),
    severity,
    ...(own.severity === undefined ? { isSeverityInherited: true } : {}),
    ...(owner === undefined ? {} : { owner }),
    ...(tags === undefined ? {} : { tags })
  }
}
