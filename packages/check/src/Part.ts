/**
 * A part of the reading of a run, which several processes can share: what is to be read, and what was. Both are JSON.
 */
import { InstanceFromJson } from "@holdfast/core/Instance"
import { ResourceFromJson } from "@holdfast/core/Resource"
import * as Schema from "effect/Schema"
import { ReadError, ReadStep } from "./CheckReport.ts"

/** What is to be read. */
export const Part = Schema.Union([
  /** The lists of a folder. */
  Schema.Struct({ kind: Schema.Literal("folder"), folder_id: Schema.String }),
  /** Single resources. */
  Schema.Struct({
    kind: Schema.Literal("resources"),
    resources: Schema.Array(
      Schema.Struct({
        instance_id: Schema.String,
        /** Its folder must be known, too. */
        needs_folder: Schema.Boolean
      })
    )
  })
])
export type Part = typeof Part.Type

const Unread = Schema.Struct({ error: ReadError })

/** When, by the service's clock, in milliseconds since 1970. */
const At = Schema.Finite

/** The lists of a folder; each may not have been read. */
const FolderRead = Schema.Struct({
  folder_id: Schema.String,
  at: At,
  instances: Schema.Union([Schema.Array(InstanceFromJson), Unread]),
  resources: Schema.Union([
    Schema.Struct({
      resources: Schema.Array(ResourceFromJson),
      /** Instances that the list contradicts itself about. */
      conflicting: Schema.Array(Schema.String)
    }),
    Unread
  ])
})

/** A resource that was read by itself, or was not. */
const ResourceRead = Schema.Struct({
  instance_id: Schema.String,
  at: At,
  /** `null` where it is not known. */
  folder_id: Schema.NullOr(Schema.String),
  read: Schema.Union([
    /** `null`: the service does not know the instance. */
    Schema.Struct({ resource: Schema.NullOr(ResourceFromJson) }),
    Unread
  ])
})
export type ResourceRead = typeof ResourceRead.Type

/** What was read. */
export const PartRead = Schema.Struct({
  folders: Schema.Array(FolderRead),
  resources: Schema.Array(ResourceRead),
  reads: Schema.Array(ReadStep),
  requests: Schema.Struct({ sent: Schema.Natural, retried: Schema.Natural })
})
export type PartRead = typeof PartRead.Type
