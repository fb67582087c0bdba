/**
 * What a manifest can declare of a resource: one table, which the reader, its error messages and the documentation follow.
 */

/** Severities, worst first. */
export const severities = ["critical", "high", "medium", "low", "info"] as const
export type Severity = (typeof severities)[number]

/** Backup policies by id or name, all of which must be applied; where it is exact, no others. */
export interface PolicySet {
  readonly names: ReadonlyArray<string>
  readonly isExact: boolean
}

/** What a resource must satisfy; only what is given is compared. */
export interface Expectations {
  /** Backup is enabled (`enabled`). */
  readonly enabled?: boolean
  /** The backup agent answers (`online`). */
  readonly online?: boolean
  /** The instance controls its backup resource (`isActive`). */
  readonly active?: boolean
  /** The registration has succeeded (`initStatus` is `REGISTRED`). */
  readonly registered?: boolean
  /** Allowed values of `status`. */
  readonly status?: ReadonlyArray<string>
  /** Allowed values of `type`. */
  readonly type?: ReadonlyArray<string>
  /** The last backup is at most this old, in milliseconds. */
  readonly maxBackupAge?: number
  /** The next backup is due within this time, in milliseconds. */
  readonly nextBackupWithin?: number
  /** These policies are applied and enabled, and so are their schedules. */
  readonly policies?: PolicySet
  /** All that "backed up" takes: enabled, online, active, registered, no failure, a policy applied, a last backup. */
  readonly protected?: true
}

/** How a field is written. */
export type FieldKind =
  | { readonly kind: "boolean" }
  | { readonly kind: "true" }
  | { readonly kind: "duration" }
  | { readonly kind: "oneOrMore"; readonly known: ReadonlyArray<string> }
  | { readonly kind: "policies" }

/** Every expectation by its name in the manifest. The known values are those that Cloud Backup documents. */
export const fields: { readonly [Name in keyof Required<Expectations>]: FieldKind } = {
  enabled: { kind: "boolean" },
  online: { kind: "boolean" },
  active: { kind: "boolean" },
  registered: { kind: "boolean" },
  status: { kind: "oneOrMore", known: ["IDLE", "BACKUPING", "RECOVERING", "FAILED", "OTHER"] },
  type: { kind: "oneOrMore", known: ["COMPUTE", "BMS", "EXTERNAL_VM", "EXTERNAL_SERVER"] },
  maxBackupAge: { kind: "duration" },
  nextBackupWithin: { kind: "duration" },
  policies: { kind: "policies" },
  protected: { kind: "true" }
}

/**
 * A resource's own expectations over the defaults. A machine that must not be backed up takes none of the defaults: they
 * say what being backed up means. With nothing declared at all, the expectation is that backup is enabled.
 */
export const inherit = (own: Expectations, defaults: Expectations): Expectations => {
  const all = { ...defaults, ...own }
  if (all.enabled === false) return { ...own, enabled: false }
  return Object.keys(all).length === 0 ? { enabled: true } : all
}

/** The units of durations, in milliseconds. */
export const unitMillis: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000
}

/** Milliseconds of a duration such as `90m`, `26h`, `1d12h` or `2w`; `undefined` where it is none, or is zero. */
export const parseDuration = (text: string): number | undefined => {
  if (text.length > 40) return undefined
  let millis = 0
  let amount = 0
  let digits = 0
  // Not by a regular expression: a large manifest has hundreds of thousands.
  for (const character of text) {
    const unit = unitMillis[character]
    if (unit !== undefined && digits > 0) {
      millis += amount * unit
      amount = 0
      digits = 0
    } else if (character >= "0" && character <= "9" && digits < 6) {
      amount = amount * 10 + Number(character)
      digits += 1
    } else return undefined
  }
  return digits > 0 || millis === 0 ? undefined : millis
}
