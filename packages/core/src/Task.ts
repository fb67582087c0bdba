/**
 * What Cloud Backup does, or did, with one resource: a backup, a recovery, the application of a policy.
 */
import * as Schema from "effect/Schema"
import { boolean, int64, message, openEnum, string } from "./internal/protoJson.ts"
import { Timestamp } from "./Timestamp.ts"

/** What a task does. */
export const taskTypes = [
  "TYPE_UNSPECIFIED",
  "BACKUP",
  "RETENTION",
  "RECOVERY",
  "APPLY_POLICY",
  "REVOKE_POLICY"
] as const

/** How far a task has come. */
export const taskStatuses = ["STATUS_UNSPECIFIED", "ENQUEUED", "ASSIGNED", "STARTED", "PAUSED", "COMPLETED"] as const

/** How a task has ended. */
export const taskCodes = ["CODE_UNSPECIFIED", "OK", "ERROR", "WARNING", "CANCELLED", "ABANDONED", "TIMEDOUT"] as const

/** How much of its work a task has done; the API does not say in which unit. */
export class Progress extends Schema.Class<Progress>("@holdfast/core/Progress")({ current: int64, total: int64 }) {}

/** One task of a resource. Decode API answers with `TaskFromJson`. */
export class Task extends Schema.Class<Task>("@holdfast/core/Task")({
  id: int64,
  cancellable: boolean,
  /** The policy that the task carries out or applies; empty where there is none. */
  policyId: string,
  /** One of `taskTypes`, or a value newer than this client. */
  type: openEnum(taskTypes),
  progress: Schema.optionalKey(message(Progress)),
  /** One of `taskStatuses`, or a value newer than this client. */
  status: openEnum(taskStatuses),
  enqueuedAt: Schema.optionalKey(Timestamp),
  startedAt: Schema.optionalKey(Timestamp),
  updatedAt: Schema.optionalKey(Timestamp),
  completedAt: Schema.optionalKey(Timestamp),
  computeInstanceId: string,
  /** One of `taskCodes`, or a value newer than this client; `CODE_UNSPECIFIED` until the task has ended. */
  resultCode: openEnum(taskCodes),
  /** Why it did not end with `OK`, in the service's words; empty otherwise. */
  error: string
}) {}

/** The codec between the API's JSON and `Task`. */
export const TaskFromJson = message(Task)
