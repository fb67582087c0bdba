/**
 * What of a live resource is not as declared: every rule, in the order of the manifest's table of fields.
 */
import * as Resource from "@holdfast/core/Resource"
import { type Timestamp, toEpochMillis } from "@holdfast/core/Timestamp"
import type { Expectations } from "@holdfast/manifest/Expectations"
import type { Change } from "./CheckReport.ts"
import { formatDuration } from "./formatDuration.ts"
import { type RuleCode, rules } from "./Rule.ts"

/** How long a registration may take before it counts as stuck. Binding takes 10 to 15 minutes; this allows for queues. */
export const registrationLimitMillis = 60 * 60 * 1000

/** How long a new resource may be without its first backup where no `maxBackupAge` says: a day, as schedules are daily. */
export const firstBackupGraceMillis = 24 * 60 * 60 * 1000

/** How late a backup may begin before it counts as overdue: agents take their turn within some minutes. */
export const overdueSlackMillis = 15 * 60 * 1000

/** How long a running backup excuses that the next one is overdue: a first full backup can take a day. */
export const runningLimitMillis = 24 * 60 * 60 * 1000

/** How far the service's clock may be ahead of ours before times mean nothing. */
export const clockSkewLimitMillis = 5 * 60 * 1000

/** A finding before it becomes a `Change`: the rule, and what it saw. */
export interface Finding {
  readonly field: keyof Expectations
  readonly code: RuleCode
  readonly desired: Change["desired"]
  readonly actual: Change["actual"]
  readonly reason: string
  readonly age?: number
  readonly limit?: number
  /** Explained by a transition that is under way and within its time: not drift yet. */
  readonly isPending?: boolean
}

/** `protected: true` is short for these; what a resource declares beside it wins. */
export const expand = (expectations: Expectations): Expectations =>
  expectations.protected === true
    ? { enabled: true, online: true, active: true, registered: true, ...expectations }
    : expectations

/** Everything that is not as declared. `now` in milliseconds since 1970. */
export const inspect = (declared: Expectations, resource: Resource.Resource, now: number): ReadonlyArray<Finding> => {
  const expectations = expand(declared)
  const registering = resource.initStatus === "REGISTERING" && isYounger(resource, registrationLimitMillis, now)
  const flag = (
    field: "enabled" | "online" | "active" | "registered",
    actual: boolean,
    whenFalse: RuleCode,
    whenTrue: RuleCode,
    more = ""
  ): ReadonlyArray<Finding> => {
    const wanted = expectations[field]
    if (wanted === undefined || wanted === actual) return []
    const code = wanted ? whenFalse : whenTrue
    return [{ field, code, desired: wanted, actual, reason: sentence(code, more), isPending: wanted && registering }]
  }
  const registered = resource.initStatus === "REGISTRED"
  const details = resource.metadata === "" || resource.metadata === "null" ? "" : `: ${cut(resource.metadata)}`
  return [
    ...flag("enabled", resource.enabled, "HF001", "HF002"),
    ...flag("online", resource.online, "HF003", "HF004"),
    ...flag("active", resource.isActive, "HF005", "HF017"),
    ...(isKnown(resource.initStatus, Resource.initStatuses)
      ? flag("registered", registered, "HF006", "HF018", registered ? "" : ` (${resource.initStatus}${details})`)
      : []),
    ...allowed("status", "HF007", expectations.status, resource.status, Resource.statuses, resource.statusDetails),
    ...allowed("type", "HF008", expectations.type, resource.type, toldTypes, ""),
    ...lastBackup(expectations, resource, now, registering),
    ...nextBackup(expectations, resource, now),
    ...(declared.protected === true ? failures(declared, resource, registering) : [])
  ]
}

/** The types that say something; the unspecified one is what services send that do not know the field yet. */
export const toldTypes: ReadonlyArray<string> = Resource.resourceTypes.slice(1)

export const isKnown = (value: string, known: ReadonlyArray<string>): boolean => known.includes(value)

/** Whether the resource exists for at most `limit`. One that claims to be of the future is of no known age. */
const isYounger = ({ createdAt, updatedAt }: Resource.Resource, limit: number, now: number): boolean => {
  const since = createdAt ?? updatedAt
  if (since === undefined) return false
  const existence = now - toEpochMillis(since)
  return existence <= limit && existence >= -clockSkewLimitMillis
}

export const sentence = (code: RuleCode, more = ""): string => {
  const { title } = rules[code]
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}${more}.`
}

/** The service's free texts are to be read by people: a longer one is not shown whole. */
export const cut = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)}…` : text)

const allowed = (
  field: "status" | "type",
  code: RuleCode,
  wanted: ReadonlyArray<string> | undefined,
  actual: string,
  known: ReadonlyArray<string>,
  details: string
): ReadonlyArray<Finding> => {
  if (wanted === undefined || wanted.includes(actual) || !isKnown(actual, known)) return []
  const more = ` (${actual}${details === "" ? "" : `: ${cut(details)}`})`
  return [{ field, code, desired: [...wanted], actual, reason: sentence(code, more) }]
}

/** When the last backup was made. An unset time is not 1970, and 1970 is no time of a backup. */
export const lastBackupOf = ({ lastBackupTime }: Resource.Resource): Timestamp | undefined =>
  lastBackupTime !== undefined && toEpochMillis(lastBackupTime) > 0 ? lastBackupTime : undefined

/** A time that is past its limit reads so, also where rounding would hide it. */
const exceeding = (millis: number, limit: number): string => {
  const text = formatDuration(millis)
  return text === formatDuration(limit) ? `more than ${text}` : text
}

const lastBackup = (
  { maxBackupAge: limit, protected: isProtected }: Expectations,
  resource: Resource.Resource,
  now: number,
  registering: boolean
): ReadonlyArray<Finding> => {
  const lastBackupTime = lastBackupOf(resource)
  if (lastBackupTime === undefined) {
    if (limit === undefined && isProtected !== true) return []
    const { createdAt } = resource
    const isNew = createdAt !== undefined && isYounger(resource, limit ?? firstBackupGraceMillis, now)
    const existence = createdAt === undefined ? undefined : formatDuration(Math.max(0, now - toEpochMillis(createdAt)))
    return [
      {
        field: limit === undefined ? "protected" : "maxBackupAge",
        code: "HF009",
        desired: limit === undefined ? true : formatDuration(limit),
        actual: null,
        reason: sentence("HF009", existence === undefined ? "" : ` (it exists for ${existence})`),
        isPending: isNew || registering
      }
    ]
  }
  const age = now - toEpochMillis(lastBackupTime)
  if (limit === undefined || age <= limit) return []
  const desired = formatDuration(limit)
  const actual = exceeding(age, limit)
  const reason = sentence("HF010", `: ${actual} (${lastBackupTime}), at most ${desired} is allowed`)
  return [{ field: "maxBackupAge", code: "HF010", desired, actual, reason, age, limit }]
}

const nextBackup = (
  { nextBackupWithin: limit }: Expectations,
  resource: Resource.Resource,
  now: number
): ReadonlyArray<Finding> => {
  if (limit === undefined) return []
  const { nextBackupTime, status } = resource
  const desired = formatDuration(limit)
  const field = "nextBackupWithin"
  if (nextBackupTime === undefined) {
    // A new machine's policy is still being bound.
    const isPending = isYounger(resource, registrationLimitMillis, now)
    return [{ field, code: "HF011", desired, actual: null, reason: sentence("HF011"), isPending }]
  }
  const wait = toEpochMillis(nextBackupTime) - now
  if (wait > limit) {
    const actual = exceeding(wait, limit)
    const reason = sentence("HF012", `: in ${actual} (${nextBackupTime}), at most ${desired} is allowed`)
    return [{ field, code: "HF012", desired, actual, reason, limit }]
  }
  // A backup that runs has begun as it should; one that runs for ever has not.
  if (wait >= -(status === "BACKUPING" ? runningLimitMillis : overdueSlackMillis)) return []
  const reason = sentence("HF013", ` by ${formatDuration(-wait)} (${nextBackupTime})`)
  return [{ field, code: "HF013", desired, actual: `-${formatDuration(-wait)}`, reason, age: -wait }]
}

/** What `protected` asks for beside the flags and the last backup. A status that is allowed beside it wins. */
const failures = (
  declared: Expectations,
  { status, statusDetails }: Resource.Resource,
  registering: boolean
): ReadonlyArray<Finding> => {
  const finding = (code: RuleCode, more: string, isPending: boolean): Finding => ({
    field: "protected",
    code,
    desired: true,
    actual: statusDetails === "" ? status : cut(statusDetails),
    reason: sentence(code, more),
    isPending
  })
  const isFailed = status === "FAILED" && declared.status?.includes("FAILED") !== true
  return [
    ...(isFailed ? [finding("HF014", statusDetails === "" ? "" : `: ${cut(statusDetails)}`, false)] : []),
    // A policy can be bound only once the registration has ended.
    ...(statusDetails.includes("no_policies_applied") ? [finding("HF015", "", registering)] : [])
  ]
}
