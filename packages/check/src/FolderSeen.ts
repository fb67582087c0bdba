/**
 * What was learnt of a folder by its lists.
 */
import type { Instance } from "@holdfast/core/Instance"
import type { Resource } from "@holdfast/core/Resource"
import type { NotRead } from "./Live.ts"

/** The instances that Compute knows, by id. */
export type Instances = ReadonlyMap<string, Instance>

/** What Cloud Backup knows of a folder. */
export interface Resources {
  readonly resources: ReadonlyMap<string, Resource>
  /** Instances that the list contradicts itself about. */
  readonly conflicting: ReadonlySet<string>
}

/** A folder as it was seen; each side may not have been read. */
export interface FolderSeen {
  readonly folder: string
  readonly instances: Instances | NotRead
  readonly resources: Resources | NotRead
  /** When, by the service's clock, in milliseconds since 1970. */
  readonly at: number
}

/** Whether a side of a folder was not read. */
export const isUnread = (side: object): side is NotRead => "_tag" in side && side._tag === "NotRead"
