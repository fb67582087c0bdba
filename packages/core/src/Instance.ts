/**
 * A Compute Cloud instance, as far as a check of backups needs to know it.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { message, openEnum, string } from "./internal/protoJson.ts"
import { InstanceId } from "./Resource.ts"
import { Timestamp } from "./Timestamp.ts"

/** What an instance is doing. */
export const instanceStatuses = [
  "STATUS_UNSPECIFIED",
  "PROVISIONING",
  "RUNNING",
  "STOPPING",
  "STOPPED",
  "STARTING",
  "RESTARTING",
  "UPDATING",
  "ERROR",
  "CRASHED",
  "DELETING"
] as const

/** An instance. Decode API answers with `InstanceFromJson`. */
export class Instance extends Schema.Class<Instance>("@holdfast/core/Instance")({
  /** The id that Cloud Backup calls `computeInstanceId`. */
  id: InstanceId,
  folderId: string,
  createdAt: Schema.optionalKey(Timestamp),
  name: string,
  description: string,
  labels: Schema.Record(Schema.String, Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  zoneId: string,
  platformId: string,
  /** One of `instanceStatuses`, or a value newer than this client. */
  status: openEnum(instanceStatuses),
  fqdn: string,
  /** The service account that the instance acts as; empty where there is none. */
  serviceAccountId: string
}) {}

/** The codec between the API's JSON and `Instance`. */
export const InstanceFromJson = message(Instance)
