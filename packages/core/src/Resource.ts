/**
 * A Cloud Backup *Resource*: what the service knows of one Compute Cloud instance, as `GET
 * /backup/v1/resources/{computeInstanceId}` answers it.
 */
import * as Schema from "effect/Schema"
import { boolean, int64, message, openEnum, optional, string, text } from "./internal/protoJson.ts"
import { Timestamp } from "./Timestamp.ts"

/** What an id is made of; also one of a folder or a policy. */
export const idPattern = /^[a-z0-9][a-z0-9_-]{0,49}$/

/**
 * The id of a Compute Cloud instance. The API allows at most 50 characters; letters, digits, `-` and `_` are all that
 * its ids are made of, and all that is let into a URL: `..` would otherwise walk the path.
 */
export const InstanceId = text(
  Schema.String.check(
    Schema.isPattern(idPattern, {
      expected: "a Compute Cloud instance id: 1 to 50 lower-case letters, digits, - or _"
    })
  ).pipe(Schema.brand("InstanceId")),
  (value) => idPattern.test(value)
)
export type InstanceId = typeof InstanceId.Type

/** What the instance is doing; a value that this list lacks is kept as the service sent it. */
export const statuses = ["STATUS_UNSPECIFIED", "IDLE", "BACKUPING", "RECOVERING", "FAILED", "OTHER"] as const

/** How far the registration of the instance with Cloud Backup has come (`REGISTRED` is the API's spelling). */
export const initStatuses = [
  "INIT_STATUS_UNSPECIFIED",
  "REGISTERING",
  "REGISTRED",
  "FAILED_REGISTRATION",
  "DELETED"
] as const

/** What kind of machine is backed up: a Compute Cloud instance, bare metal, or one outside of the cloud. */
export const resourceTypes = ["RESOURCE_TYPE_UNSPECIFIED", "COMPUTE", "BMS", "EXTERNAL_VM", "EXTERNAL_SERVER"] as const

/** Who owns the resource. Sent when `includeTenantInfo` was asked for. */
export class TenantInfo extends Schema.Class<TenantInfo>("@holdfast/core/TenantInfo")({
  folderId: string,
  personalTenantId: string,
  userId: string
}) {}

/** The backup agent inside the machine. */
export class AgentInfo extends Schema.Class<AgentInfo>("@holdfast/core/AgentInfo")({
  currentVersion: string,
  latestVersion: string,
  /** A newer agent is there to be installed. */
  canUpdate: boolean
}) {}

/** One instance as Cloud Backup sees it. Decode API answers with `ResourceFromJson`. */
export class Resource extends Schema.Class<Resource>("@holdfast/core/Resource")({
  /** Compute Cloud instance id; the one field that an answer must have. */
  computeInstanceId: InstanceId,
  createdAt: optional(Timestamp),
  updatedAt: optional(Timestamp),
  /** The backup agent of the instance answers. */
  online: boolean,
  /** Backup is enabled for the instance. Alone it does not mean that backups are made: see `statusDetails`. */
  enabled: boolean,
  /** One of `statuses`, or a value newer than this client. */
  status: openEnum(statuses),
  /** Free text for `FAILED` and `OTHER`, such as `no_policies_applied`; empty when there is none. */
  statusDetails: string,
  /** Progress while `BACKUPING` or `RECOVERING`; the API does not say in which unit. 0 otherwise. */
  statusProgress: int64,
  /** When the last backup was made; missing when there never was one. */
  lastBackupTime: optional(Timestamp),
  /** When the next backup is due; missing when none is scheduled. */
  nextBackupTime: optional(Timestamp),
  /** The id of the instance inside the backup service (a UUID); empty before the registration ends. */
  resourceId: string,
  /** The instance controls the backup resource; `false` when a later registration has replaced it. */
  isActive: boolean,
  /** One of `initStatuses`, or a value newer than this client. */
  initStatus: openEnum(initStatuses),
  /** Details of a registration under way or failed; the text `null` has been seen on healthy instances. */
  metadata: string,
  /** One of `resourceTypes`, or a value newer than this client. */
  type: openEnum(resourceTypes),
  tenantInfo: optional(message(TenantInfo)),
  agentInfo: optional(message(AgentInfo))
}) {}

/** The codec between the API's JSON and `Resource`, tolerant as proto3 JSON asks of a reader. */
export const ResourceFromJson = message(Resource)
