/**
 * A manifest as `drift init` proposes it: what it declares, and what its comments say of why. Plain data, for `report` to write.
 */

/** A manifest that has been drafted from live state. */
export interface ManifestDraft {
  /** The day of the draft, such as 2026-03-05. */
  readonly day: string
  readonly folders: ReadonlyArray<DraftFolder>
  /** The label that parts the instances into groups; where none does, a group is a folder. */
  readonly label: DraftLabel | undefined
  readonly groups: ReadonlyArray<DraftGroup>
  readonly resources: ReadonlyArray<DraftResource>
  /** The last day of every waiver. */
  readonly until: string
  readonly waivers: ReadonlyArray<DraftWaiver>
}

/** A folder, and how much is in it. */
export interface DraftFolder {
  readonly id: string
  /** Instances that are not being deleted. */
  readonly instances: number
  /** What Cloud Backup knows of it. */
  readonly resources: number
}

/** Why this label. */
export interface DraftLabel {
  readonly key: string
  readonly values: number
  /** How many instances have it, of how many. */
  readonly labelled: number
  readonly instances: number
  /** Keys that would do, too. */
  readonly others: ReadonlyArray<string>
}

/** A group, whose members are to be protected. */
export interface DraftGroup {
  readonly name: string
  readonly folders: ReadonlyArray<string>
  /** Of its members; missing: any instance of its folders. */
  readonly label?: { readonly key: string; readonly value: string }
  /** Ids of instances that cannot be compared with all of it. */
  readonly exclude: ReadonlyArray<string>
  /** In milliseconds. */
  readonly maxBackupAge: number
  /** Policies that all its protected members have. */
  readonly policies: ReadonlyArray<string>
  readonly members: number
  /** How many of them are protected today. */
  readonly protectedMembers: number
}

/** A machine that no group can claim. */
export interface DraftResource {
  readonly name: string
  readonly instance: string
  /** It lacks the label; it is no instance of Compute; or today it cannot be compared with what protection takes. */
  readonly kind: "unlabelled" | "external" | "uncertain"
  /** In milliseconds; missing of what is `uncertain`, of which only the flags are expected. */
  readonly maxBackupAge?: number
  /** What else there is to say of it: its type, or why it cannot be compared. */
  readonly note?: string
}

/** Drift of today. */
export interface DraftWaiver {
  readonly instance: string
  readonly fields: ReadonlyArray<string>
  readonly reason: string
  /** The name that a check gives the machine, or what it is. */
  readonly who: string
}
