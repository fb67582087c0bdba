/**
 * Backup policies: when instances are backed up, how long backups are kept, and which instances a policy is applied to.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { boolean, int64, message, oneofInt64, openEnum, string } from "./internal/protoJson.ts"
import { Timestamp } from "./Timestamp.ts"

/** Units of a span of time. */
export const intervalTypes = ["TYPE_UNSPECIFIED", "SECONDS", "MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS"] as const

/** A span of time, as policies count it. */
export class Interval extends Schema.Class<Interval>("@holdfast/core/Interval")({
  /** One of `intervalTypes`, or a value newer than this client. */
  type: openEnum(intervalTypes),
  count: int64
}) {}

/** What is kept: backups up to an age, or so many of them; one of the two, or neither: all. */
export class RetentionRule extends Schema.Class<RetentionRule>("@holdfast/core/RetentionRule")({
  maxAge: Schema.optionalKey(message(Interval)),
  maxCount: oneofInt64
}) {}

const rules = Schema.Array(message(RetentionRule)).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))

/** How long backups are kept. */
export class Retention extends Schema.Class<Retention>("@holdfast/core/Retention")({ rules }) {}

/** When backups are made. */
export class Scheduling extends Schema.Class<Scheduling>("@holdfast/core/Scheduling")({
  /** The schedule is on. Where it is off, backups are made by hand only. */
  enabled: boolean
}) {}

/** The settings of a policy that a check reads; the API has many more, which say how a backup is made. */
export class PolicySettings extends Schema.Class<PolicySettings>("@holdfast/core/PolicySettings")({
  retention: Schema.optionalKey(message(Retention)),
  scheduling: Schema.optionalKey(message(Scheduling))
}) {}

/** A backup policy. Decode API answers with `PolicyFromJson`. */
export class Policy extends Schema.Class<Policy>("@holdfast/core/Policy")({
  id: Schema.NonEmptyString,
  name: string,
  createdAt: Schema.optionalKey(Timestamp),
  updatedAt: Schema.optionalKey(Timestamp),
  /** A policy that is not enabled backs nothing up. */
  enabled: boolean,
  settings: Schema.optionalKey(message(PolicySettings)),
  folderId: string
}) {}

/** The codec between the API's JSON and `Policy`. */
export const PolicyFromJson = message(Policy)

/** What the application of a policy to an instance does. */
export const applicationStatuses = ["STATUS_UNSPECIFIED", "OK", "RUNNING", "DISABLED"] as const

/** That a policy is applied to an instance. Decode API answers with `PolicyApplicationFromJson`. */
export class PolicyApplication extends Schema.Class<PolicyApplication>("@holdfast/core/PolicyApplication")({
  policyId: string,
  computeInstanceId: string,
  enabled: boolean,
  /** One of `applicationStatuses`, or a value newer than this client. */
  status: openEnum(applicationStatuses),
  createdAt: Schema.optionalKey(Timestamp),
  /** The policy is being bound, which can take 10 to 15 minutes. */
  isProcessing: boolean
}) {}

/** The codec between the API's JSON and `PolicyApplication`. */
export const PolicyApplicationFromJson = message(PolicyApplication)
