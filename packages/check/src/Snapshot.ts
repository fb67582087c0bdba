/**
 * The live side of a check, saved: for review, for audits, and to check a manifest without credentials. What could not be read is
 * part of it, so that nothing is taken for absent that was only not seen.
 */
import { InstanceFromJson } from "@holdfast/core/Instance"
import { PolicyApplicationFromJson, PolicyFromJson } from "@holdfast/core/Policy"
import { ResourceFromJson } from "@holdfast/core/Resource"
import { Timestamp } from "@holdfast/core/Timestamp"
import * as Schema from "effect/Schema"
import { ReadError } from "./CheckReport.ts"

/** The version of the JSON: that of `CheckReport`. */
export { formatVersion } from "./CheckReport.ts"

/** A folder as it was; a part that is `null` was not read, and `unread` says why where it should have been. */
export const SnapshotFolder = Schema.Struct({
  folder_id: Schema.String,
  instances: Schema.NullOr(Schema.Array(InstanceFromJson)),
  resources: Schema.NullOr(Schema.Array(ResourceFromJson)),
  /** Instances that the list of resources contradicted itself about. */
  conflicting: Schema.Array(Schema.String),
  policies: Schema.NullOr(
    Schema.Array(Schema.Struct({ policy: PolicyFromJson, applications: Schema.Array(PolicyApplicationFromJson) }))
  )
})
export type SnapshotFolder = typeof SnapshotFolder.Type

/** A resource that was read by itself. */
export const SnapshotResource = Schema.Struct({
  instance_id: Schema.String,
  /** `null` where the service does not tell. */
  folder_id: Schema.NullOr(Schema.String),
  /** `null`: the service does not know the instance. */
  resource: Schema.NullOr(ResourceFromJson)
})
export type SnapshotResource = typeof SnapshotResource.Type

/** Something that should be here, and could not be read. */
export const SnapshotGap = Schema.Struct({
  part: Schema.Literals(["instances", "resources", "policies", "resource"]),
  /** `null` of a single resource. */
  folder_id: Schema.NullOr(Schema.String),
  /** `null` of a part of a folder. */
  instance_id: Schema.NullOr(Schema.String),
  error: ReadError
})
export type SnapshotGap = typeof SnapshotGap.Type

/** The whole. */
export const Snapshot = Schema.Struct({
  format_version: Schema.String,
  kind: Schema.Literal("snapshot"),
  tool: Schema.Struct({ name: Schema.String, version: Schema.String }),
  /** When it was taken, by the service's clock: ages are reckoned by it. */
  timestamp: Timestamp,
  /** Everything was read. */
  complete: Schema.Boolean,
  /** The base URL of Cloud Backup. */
  endpoint: Schema.String,
  /** The seed of the emulator that answered in the place of the cloud; `null` in a real run. */
  emulator: Schema.NullOr(Schema.String),
  manifest: Schema.Array(Schema.Struct({ path: Schema.String, sha256: Schema.String })),
  folders: Schema.Array(SnapshotFolder),
  resources: Schema.Array(SnapshotResource),
  unread: Schema.Array(SnapshotGap),
  requests: Schema.Struct({ sent: Schema.Natural, retried: Schema.Natural })
})
export type Snapshot = typeof Snapshot.Type

/** The exit codes of `drift snapshot`, with what each means. */
export const meanings = {
  0: "taken whole",
  1: "error: bad flags or manifest, no credentials, nothing to read, nothing could be read",
  3: "taken in part: what could not be read stands in it as unread",
  130: "interrupted; nothing is written"
} as const

/** What the snapshot is to the shell. */
export const exitCodeOf = ({ complete, folders, resources }: Snapshot): 0 | 1 | 3 => {
  if (complete) return 0
  const isRead =
    resources.length > 0 || folders.some(({ instances, resources }) => instances !== null || resources !== null)
  return isRead ? 3 : 1
}
