/**
 * What a part of a run has told, as JSON: for the process that puts all parts together.
 */
import { InstanceFromJson } from "@holdfast/core/Instance"
import { ResourceFromJson } from "@holdfast/core/Resource"
import { inSlices } from "@holdfast/manifest/inSlices"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ReadError, ReadStep } from "./CheckReport.ts"
import { type FolderSeen, isUnread } from "./FolderSeen.ts"
import type { Known } from "./Known.ts"
import type { Live, NotRead } from "./Live.ts"
import type { Seen } from "./readAll.ts"

const Instances = Schema.Array(InstanceFromJson)
const Resources = Schema.Array(ResourceFromJson)
const Many = Schema.Array(Schema.Unknown)
const Unread = Schema.Struct({ error: ReadError })

/** When, by the service's clock, in milliseconds since 1970. */
const At = Schema.Finite

/** A single resource, as it was seen; without its policies, which are of no part. */
const SingleSeen = Schema.Struct({
  instance_id: Schema.String,
  at: At,
  /** `null` where it is not known. */
  folder_id: Schema.NullOr(Schema.String),
  /** `null`: the service does not know the instance. */
  read: Schema.Union([Schema.Struct({ resource: Schema.NullOr(ResourceFromJson) }), Unread])
})
type SingleSeen = typeof SingleSeen.Type
const Singles = Schema.Array(SingleSeen)

/** All of it, but for what can be many. */
const Frame = Schema.Struct({
  folders: Schema.Array(
    Schema.Struct({
      folder_id: Schema.String,
      at: At,
      instances: Schema.Union([Many, Unread]),
      resources: Schema.Union([Schema.Struct({ resources: Many, conflicting: Schema.Array(Schema.String) }), Unread])
    })
  ),
  resources: Many,
  listed: Schema.Boolean,
  reads: Schema.Array(ReadStep),
  requests: Schema.Struct({ sent: Schema.Natural, retried: Schema.Natural })
})
type Frame = typeof Frame.Type

/** Writes it. */
export const knownToJson = Effect.fnUntraced(function* (known: Known): Effect.fn.Return<Frame, Schema.SchemaError> {
  return {
    folders: yield* Effect.forEach(known.folders.values(), folderToJson),
    resources: yield* inSlices([...known.resources].map(singleOf), Schema.encodeEffect(Singles)),
    listed: known.isListed,
    reads: known.reads,
    requests: known.requests
  }
})

/** Reads it. */
export const knownFromJson = Effect.fnUntraced(function* (json: unknown): Effect.fn.Return<Known, Schema.SchemaError> {
  const { folders, listed, reads, requests, resources } = yield* Schema.decodeUnknownEffect(Frame)(json)
  const singles = yield* inSlices(resources, Schema.decodeUnknownEffect(Singles))
  const seen = yield* Effect.forEach(folders, folderFromJson)
  return {
    folders: new Map(seen.map((folder) => [folder.folder, folder])),
    resources: new Map(singles.map((one) => [one.instance_id, seenOf(one)])),
    isListed: listed,
    reads,
    requests
  }
})

const folderToJson = Effect.fnUntraced(function* ({ at, folder, instances, resources }: FolderSeen) {
  return {
    folder_id: folder,
    at,
    instances: isUnread(instances)
      ? { error: instances.error }
      : yield* inSlices([...instances.values()], Schema.encodeEffect(Instances)),
    resources: isUnread(resources)
      ? { error: resources.error }
      : {
          resources: yield* inSlices([...resources.resources.values()], Schema.encodeEffect(Resources)),
          conflicting: [...resources.conflicting]
        }
  }
})

const folderFromJson = Effect.fnUntraced(function* ({ at, folder_id, instances, resources }: Frame["folders"][number]) {
  const machines = "error" in instances ? [] : yield* inSlices(instances, Schema.decodeUnknownEffect(Instances))
  const backedUp =
    "error" in resources ? [] : yield* inSlices(resources.resources, Schema.decodeUnknownEffect(Resources))
  return {
    folder: folder_id,
    at,
    instances:
      "error" in instances ? unreadBy(instances) : new Map(machines.map((instance) => [instance.id, instance])),
    resources:
      "error" in resources
        ? unreadBy(resources)
        : {
            resources: new Map(backedUp.map((resource) => [resource.computeInstanceId, resource])),
            conflicting: new Set(resources.conflicting)
          }
  } satisfies FolderSeen
})

const unreadBy = ({ error }: typeof Unread.Type): NotRead => ({ _tag: "NotRead", error })

const singleOf = ([instance_id, { at, folder, live }]: readonly [string, Seen]): SingleSeen => ({
  instance_id,
  at,
  folder_id: folder ?? null,
  read: live._tag === "NotRead" ? { error: live.error } : { resource: live._tag === "Found" ? live.resource : null }
})

const seenOf = ({ at, folder_id, read }: SingleSeen): Seen =>
  folder_id === null ? { live: liveOf(read), at } : { live: liveOf(read), at, folder: folder_id }

const liveOf = (read: SingleSeen["read"]): Live => {
  if ("error" in read) return unreadBy(read)
  return read.resource === null ? { _tag: "NotFound" } : { _tag: "Found", resource: read.resource }
}
