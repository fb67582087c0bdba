/**
 * Desired state against live state: pure, total, and the same for every report. Only what is declared is compared.
 */
import * as Resource from "@holdfast/core/Resource"
import { type Timestamp, toEpochMillis } from "@holdfast/core/Timestamp"
import type { Expectations } from "@holdfast/manifest/Expectations"
import type { DesiredResource } from "@holdfast/manifest/Manifest"
import type { Change, ResourceReport } from "./CheckReport.ts"
import { formatDuration } from "./formatDuration.ts"
import { type Live, notRead } from "./Live.ts"
import { type RuleCode, rules } from "./Rule.ts"

/** How long a registration may take before it counts as stuck. Binding takes 10 to 15 minutes; this allows for queues. */
export const registrationLimitMillis = 60 * 60 * 1000

/** How long a new resource may be without its first backup where no `maxBackupAge` says: a day, as schedules are daily. */
export const firstBackupGraceMillis = 24 * 60 * 60 * 1000

/** How late a backup may begin before it counts as overdue: agents take their turn within some minutes. */
export const overdueSlackMillis = 15 * 60 * 1000

/** How long a running backup excuses that the next one is overdue: a first full backup can take a day. */
export const runningLimitMillis = 24 * 60 * 60 * 1000

/** How far the service's clock may be ahead of ours before ages mean nothing. */
export const clockSkewLimitMillis = 5 * 60 * 1000

/** A finding before it becomes a `Change`: the rule, and what it saw. */
interface Finding {
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

/** Compares one resource. `now` in milliseconds since 1970. */
export const compare = (desired: DesiredResource, live: Live, now: number): ResourceReport => {
  switch (live._tag) {
    case "NotRead":
      return report(
        desired,
        "not_compared",
        live.error.tag,
        `It could not be compared: ${live.error.detail}.`,
        [],
        live.error
      )
    case "NotFound":
      return unknown(desired)
    case "Found":
      return found(desired, live.resource, now)
  }
}

const report = (
  { address, instance, severity, source }: DesiredResource,
  state: ResourceReport["state"],
  reason_code: string,
  reason: string,
  changes: ReadonlyArray<Change> = [],
  error: ResourceReport["error"] = null
): ResourceReport => ({ address, instance_id: instance, state, severity, reason_code, reason, changes, error, source })

/** An instance that must not be backed up is as declared when Cloud Backup has never heard of it. */
const unknown = (desired: DesiredResource): ResourceReport => {
  const { active, enabled, online, registered, ...others } = desired.expectations
  const expectsNothing = ![active, enabled, online, registered].includes(true) && Object.keys(others).length === 0
  if (expectsNothing) {
    return report(
      desired,
      "in_sync",
      "in_sync",
      "Cloud Backup does not know the instance, so it is not backed up, as declared."
    )
  }
  return report(desired, "missing", "HF016", `${rules.HF016.title}. ${rules.HF016.remedy}`)
}

const found = (desired: DesiredResource, resource: Resource.Resource, now: number): ResourceReport => {
  if (resource.initStatus === "DELETED") return unknown(desired)
  const findings = inspect(desired.expectations, resource, now)
  const pending = findings.filter(({ isPending }) => isPending === true)
  const drift = findings.filter(({ isPending }) => isPending !== true)
  const [first] = drift
  if (first !== undefined) {
    const changes = findings.map((finding) => change(desired, finding))
    return report(desired, "drifted", first.code, drift.map(({ reason }) => reason).join(" "), changes)
  }
  const doubt = untold(desired.expectations, resource, now)
  if (doubt !== undefined) return compare(desired, doubt, now)
  if (pending.length > 0) {
    const changes = pending.map((finding) => change(desired, finding))
    return report(desired, "pending", "pending", pending.map(({ reason }) => reason).join(" "), changes)
  }
  return report(desired, "in_sync", "in_sync", `It is as declared${lastBackup(resource, now)}.`)
}

const lastBackup = ({ lastBackupTime }: Resource.Resource, now: number): string =>
  lastBackupTime === undefined ? "" : `; the last backup is ${age(lastBackupTime, now)} old`

const change = (
  desired: DesiredResource,
  { actual, age, code, desired: wanted, field, limit, reason }: Finding
): Change => ({
  field,
  desired: wanted,
  actual,
  severity: desired.severity,
  reason_code: code,
  reason,
  remedy: rules[code].remedy,
  ...(age === undefined ? {} : { age_seconds: Math.floor(age / 1000) }),
  ...(limit === undefined ? {} : { limit_seconds: Math.floor(limit / 1000) })
})

const age = (timestamp: Timestamp, now: number): string => formatDuration(Math.max(0, now - toEpochMillis(timestamp)))

const sentence = (code: RuleCode, more = ""): string => {
  const { title } = rules[code]
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}${more}.`
}

/** `protected: true` is short for these; what a resource declares beside it wins. */
const expanded = (expectations: Expectations): Expectations =>
  expectations.protected === true
    ? { enabled: true, online: true, active: true, registered: true, ...expectations }
    : expectations

/** Everything that is not as declared, in the order of the manifest's table of fields. */
const inspect = (declared: Expectations, resource: Resource.Resource, now: number): ReadonlyArray<Finding> => {
  const expectations = expanded(declared)
  const registering = isRegistering(resource, now)
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
  const registration = resource.initStatus === "REGISTRED"
  const details = resource.metadata === "" || resource.metadata === "null" ? "" : `: ${resource.metadata}`
  return [
    ...flag("enabled", resource.enabled, "HF001", "HF002"),
    ...flag("online", resource.online, "HF003", "HF004"),
    ...flag("active", resource.isActive, "HF005", "HF017"),
    ...(isKnown(resource.initStatus, Resource.initStatuses)
      ? flag("registered", registration, "HF006", "HF018", registration ? "" : ` (${resource.initStatus}${details})`)
      : []),
    ...allowed("status", "HF007", expectations.status, resource.status, Resource.statuses, resource.statusDetails),
    ...allowed("type", "HF008", expectations.type, resource.type, Resource.resourceTypes, ""),
    ...lastBackupAge(expectations, resource, now, registering),
    ...nextBackup(expectations, resource, now, registering),
    ...(declared.protected === true ? failures(resource, registering) : [])
  ]
}

/** A registration under way, begun (or begun anew) within its time. */
const isRegistering = ({ createdAt, initStatus, updatedAt }: Resource.Resource, now: number): boolean => {
  const since = updatedAt ?? createdAt
  return initStatus === "REGISTERING" && since !== undefined && now - toEpochMillis(since) <= registrationLimitMillis
}

const isKnown = (value: string, known: ReadonlyArray<string>): boolean => known.includes(value)

const allowed = (
  field: "status" | "type",
  code: RuleCode,
  wanted: ReadonlyArray<string> | undefined,
  actual: string,
  known: ReadonlyArray<string>,
  details: string
): ReadonlyArray<Finding> => {
  if (wanted === undefined || wanted.includes(actual) || !isKnown(actual, known)) return []
  const more = ` (${actual}${details === "" ? "" : `: ${details}`})`
  return [{ field, code, desired: [...wanted], actual, reason: sentence(code, more) }]
}

const lastBackupAge = (
  { maxBackupAge: limit, protected: isProtected }: Expectations,
  { createdAt, lastBackupTime }: Resource.Resource,
  now: number,
  registering: boolean
): ReadonlyArray<Finding> => {
  if (lastBackupTime === undefined) {
    if (limit === undefined && isProtected !== true) return []
    const existence = createdAt === undefined ? undefined : now - toEpochMillis(createdAt)
    const isNew = existence !== undefined && existence <= (limit ?? firstBackupGraceMillis)
    const desired = limit === undefined ? true : formatDuration(limit)
    const field = limit === undefined ? "protected" : "maxBackupAge"
    const more = createdAt === undefined ? "" : ` (it exists for ${age(createdAt, now)})`
    return [
      { field, code: "HF009", desired, actual: null, reason: sentence("HF009", more), isPending: isNew || registering }
    ]
  }
  const elapsed = now - toEpochMillis(lastBackupTime)
  if (limit === undefined || elapsed <= limit) return []
  const allowed = formatDuration(limit)
  const actual = formatDuration(elapsed) === allowed ? `more than ${allowed}` : formatDuration(elapsed)
  return [
    {
      field: "maxBackupAge",
      code: "HF010",
      desired: allowed,
      actual,
      reason: sentence("HF010", `: ${actual} (${lastBackupTime}), at most ${allowed} is allowed`),
      age: elapsed,
      limit
    }
  ]
}

const nextBackup = (
  { nextBackupWithin: limit }: Expectations,
  { nextBackupTime, status }: Resource.Resource,
  now: number,
  registering: boolean
): ReadonlyArray<Finding> => {
  if (limit === undefined) return []
  const desired = formatDuration(limit)
  const field = "nextBackupWithin"
  if (nextBackupTime === undefined) {
    return [{ field, code: "HF011", desired, actual: null, reason: sentence("HF011"), isPending: registering }]
  }
  const wait = toEpochMillis(nextBackupTime) - now
  if (wait > limit) {
    const actual = formatDuration(wait) === desired ? `more than ${desired}` : formatDuration(wait)
    const reason = sentence("HF012", `: in ${actual} (${nextBackupTime}), at most ${desired} is allowed`)
    return [{ field, code: "HF012", desired, actual, reason, limit }]
  }
  // A backup that runs has begun as it should; one that runs for ever has not.
  if (wait >= -(status === "BACKUPING" ? runningLimitMillis : overdueSlackMillis)) return []
  const reason = sentence("HF013", ` by ${formatDuration(-wait)} (${nextBackupTime})`)
  return [{ field, code: "HF013", desired, actual: `-${formatDuration(-wait)}`, reason, age: -wait }]
}

/** What `protected` asks for beside the flags and the last backup. */
const failures = ({ status, statusDetails }: Resource.Resource, registering: boolean): ReadonlyArray<Finding> => {
  const details = statusDetails === "" ? "" : `: ${statusDetails}`
  const finding = (code: RuleCode): Finding => ({
    field: "protected",
    code,
    desired: true,
    actual: statusDetails === "" ? status : statusDetails,
    reason: sentence(code, code === "HF014" ? details : ""),
    // A policy can be bound only once the registration has ended.
    isPending: code === "HF015" && registering
  })
  return [
    ...(status === "FAILED" ? [finding("HF014")] : []),
    ...(statusDetails.includes("no_policies_applied") ? [finding("HF015")] : [])
  ]
}

/**
 * What keeps an answer from being understood, where no drift was seen: a value newer than this program in a field that is
 * compared, or a clock so far off that ages mean nothing. Neither is drift, and neither is green.
 */
const untold = (declared: Expectations, resource: Resource.Resource, now: number): Live | undefined => {
  const expectations = expanded(declared)
  const compared: ReadonlyArray<readonly [string, boolean, string, ReadonlyArray<string>]> = [
    [
      "status",
      expectations.status?.includes(resource.status) === false || expectations.protected === true,
      resource.status,
      Resource.statuses
    ],
    ["type", expectations.type?.includes(resource.type) === false, resource.type, Resource.resourceTypes],
    ["initStatus", expectations.registered !== undefined, resource.initStatus, Resource.initStatuses]
  ]
  for (const [field, isCompared, value, known] of compared) {
    if (isCompared && !isKnown(value, known)) {
      return notRead("UnknownValue", `${field} is ${value}, which this version does not know`, "Update Holdfast.")
    }
  }
  const { lastBackupTime } = resource
  const ahead = lastBackupTime === undefined ? 0 : toEpochMillis(lastBackupTime) - now
  if (expectations.maxBackupAge !== undefined && ahead > clockSkewLimitMillis) {
    return notRead(
      "ClockSkew",
      `the last backup lies ${formatDuration(ahead)} in the future (${lastBackupTime})`,
      "Set this machine's clock right: ages cannot be reckoned."
    )
  }
  return undefined
}
