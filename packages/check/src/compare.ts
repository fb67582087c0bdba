/**
 * Desired state against live state: pure, total, and the same for every report. Only what is declared is compared.
 */
import * as Resource from "@holdfast/core/Resource"
import { type Timestamp, toEpochMillis } from "@holdfast/core/Timestamp"
import type { Expectations, Severity } from "@holdfast/manifest/Expectations"
import type { DesiredResource } from "@holdfast/manifest/Manifest"
import { type Change, type ReadError, type ResourceReport, severities } from "./CheckReport.ts"
import { formatDuration } from "./formatDuration.ts"
import {
  clockSkewLimitMillis,
  expand,
  type Finding,
  inspect,
  isKnown,
  lastBackupOf,
  registrationLimitMillis,
  toldTypes
} from "./inspect.ts"
import { inspectPolicies } from "./inspectPolicies.ts"
import { type Live, type NotRead, notRead } from "./Live.ts"
import { type RuleCode, rules } from "./Rule.ts"

/** Severities of kinds of drift, which win over inherited ones. */
export type RuleSeverities = ReadonlyMap<RuleCode, Severity>

const none: RuleSeverities = new Map()

/** Compares one resource. `now` in milliseconds since 1970. */
export const compare = (
  desired: DesiredResource,
  live: Live,
  now: number,
  ruleSeverities: RuleSeverities = none
): ResourceReport => {
  switch (live._tag) {
    case "NotRead": {
      const { error } = live
      return report(desired, "not_compared", error.tag, notComparedReason(error), { error })
    }
    case "NotFound":
      return unknown(desired, "Cloud Backup does not know the instance", live.createdAt, now, ruleSeverities)
    case "Found":
      return found(desired, live, now, ruleSeverities)
  }
}

/** Why a resource was not compared, in a sentence. */
export const notComparedReason = ({ detail }: ReadError): string => `It could not be compared: ${detail}.`

const noGroups: ReadonlyArray<string> = []
const noTags: Readonly<Record<string, string>> = {}

const report = (
  { address, groups = noGroups, instance, owner, severity, source, tags = noTags }: DesiredResource,
  state: ResourceReport["state"],
  reason_code: string,
  reason: string,
  more: Partial<Pick<ResourceReport, "changes" | "doubt" | "error" | "severity">> = {}
): ResourceReport => ({
  address,
  instance_id: instance,
  folder_id: null,
  state,
  severity: more.severity ?? severity,
  reason_code,
  reason,
  changes: more.changes ?? [],
  error: more.error ?? null,
  ...(more.doubt === undefined ? {} : { doubt: more.doubt }),
  owner: owner ?? null,
  tags,
  groups,
  source
})

/** What the resource or its group says itself wins over the rule's, that over the defaults. */
export const severityOf = (
  { isSeverityInherited, severity }: Pick<DesiredResource, "isSeverityInherited" | "severity">,
  code: RuleCode,
  ruleSeverities: RuleSeverities
): Severity => (isSeverityInherited === true ? (ruleSeverities.get(code) ?? severity) : severity)

/** The worst of some severities. */
export const worstOf = (some: ReadonlyArray<Severity>): Severity | undefined =>
  severities.find((severity) => some.includes(severity))

/** A machine that must not be backed up is as declared where Cloud Backup does not have it. */
const unknown = (
  desired: DesiredResource,
  why: string,
  createdAt: Timestamp | undefined,
  now: number,
  ruleSeverities: RuleSeverities
): ResourceReport => {
  const { active, enabled, online, registered, ...others } = desired.expectations
  const isDenied = enabled === false || registered === false
  const expectsNothing = ![active, enabled, online, registered].includes(true) && Object.keys(others).length === 0
  if (isDenied && expectsNothing) {
    return report(desired, "in_sync", "in_sync", `${why}, so it is not backed up, as declared.`)
  }
  const existence = createdAt === undefined ? Number.POSITIVE_INFINITY : now - toEpochMillis(createdAt)
  // It takes some time to be registered.
  if (existence <= registrationLimitMillis && existence >= -clockSkewLimitMillis) {
    return report(desired, "pending", "pending", `${why} yet: it exists for ${formatDuration(Math.max(0, existence))}.`)
  }
  return report(desired, "missing", "HF016", `${why}.`, { severity: severityOf(desired, "HF016", ruleSeverities) })
}

const found = (
  desired: DesiredResource,
  { policies, resource }: Extract<Live, { readonly _tag: "Found" }>,
  now: number,
  ruleSeverities: RuleSeverities
): ResourceReport => {
  if (resource.initStatus === "DELETED") {
    const why = "The instance is deleted from Cloud Backup (initStatus is DELETED)"
    return unknown(desired, why, undefined, now, ruleSeverities)
  }
  const { expectations } = desired
  const ofResource = inspect(expectations, resource, now)
  const findings =
    expectations.policies === undefined || policies === undefined || "_tag" in policies
      ? ofResource
      : [...ofResource, ...inspectPolicies(expectations.policies, policies, now)]
  const drift = findings.filter(({ isPending }) => isPending !== true)
  const changes = findings.map((finding) => change(severityOf(desired, finding.code, ruleSeverities), finding))
  const [first] = drift
  const doubt = untold(expectations, resource, now) ?? unreadPolicies(expectations, policies)
  if (first !== undefined) {
    const severity = worstOf(changes.filter(({ pending }) => pending !== true).map(({ severity }) => severity))
    const reason = drift.map(({ reason }) => reason).join(" ")
    return report(desired, "drifted", first.code, reason, {
      changes,
      ...(severity === undefined ? {} : { severity }),
      ...(doubt === undefined ? {} : { doubt: doubt.error })
    })
  }
  if (doubt !== undefined) return compare(desired, doubt, now)
  if (findings.length > 0) {
    return report(desired, "pending", "pending", findings.map(({ reason }) => reason).join(" "), { changes })
  }
  const lastBackupTime = lastBackupOf(resource)
  const age = lastBackupTime === undefined ? undefined : Math.max(0, now - toEpochMillis(lastBackupTime))
  const freshness = age === undefined ? "" : `; the last backup is ${formatDuration(age)} old`
  return report(desired, "in_sync", "in_sync", `It is as declared${freshness}.`)
}

/** Policies that must be compared and were not read: neither drift nor green. */
const unreadPolicies = (
  { policies: wanted }: Expectations,
  policies: Extract<Live, { readonly _tag: "Found" }>["policies"]
): NotRead | undefined => {
  if (wanted === undefined) return undefined
  if (policies === undefined) return notRead("NotRead", "its policies were not read", "Run the check again.")
  return "_tag" in policies ? policies : undefined
}

const change = (
  severity: Severity,
  { actual, age, code, desired, field, isPending, limit, reason }: Finding
): Change => ({
  field,
  desired,
  actual,
  severity,
  reason_code: code,
  reason,
  remedy:
    isPending === true
      ? "Check again later: it is still within its time (an hour to register or to bind a policy, `maxBackupAge` or a day for the first backup)."
      : rules[code].remedy,
  ...(isPending === true ? { pending: true as const } : {}),
  ...(age === undefined ? {} : { age_seconds: Math.floor(age / 1000) }),
  ...(limit === undefined ? {} : { limit_seconds: Math.floor(limit / 1000) })
})

const unknownValue = (field: string, value: string): NotRead =>
  notRead("UnknownValue", `${field} is ${value.slice(0, 100)}, which tells this version nothing`, "Update Holdfast.")

/**
 * What keeps an answer from being understood, where no drift was seen: a value newer than this program in a field that is
 * compared, or clocks so far apart that times mean nothing. Neither is drift, and neither is green.
 */
const untold = (declared: Expectations, resource: Resource.Resource, now: number): NotRead | undefined => {
  const { maxBackupAge, nextBackupWithin, protected: isProtected, registered, status, type } = expand(declared)
  const isStatusCompared = status === undefined ? isProtected === true : !status.includes(resource.status)
  if (isStatusCompared && !isKnown(resource.status, Resource.statuses)) return unknownValue("status", resource.status)
  if (type?.includes(resource.type) === false && !isKnown(resource.type, toldTypes)) {
    return unknownValue("type", resource.type)
  }
  if (registered !== undefined && !isKnown(resource.initStatus, Resource.initStatuses)) {
    return unknownValue("initStatus", resource.initStatus)
  }
  if (maxBackupAge === undefined && nextBackupWithin === undefined && isProtected !== true) return undefined
  let ahead = clockSkewLimitMillis
  let latest: Timestamp | undefined
  for (const time of [resource.createdAt, resource.updatedAt, resource.lastBackupTime]) {
    const lead = time === undefined ? 0 : toEpochMillis(time) - now
    if (lead <= ahead) continue
    ahead = lead
    latest = time
  }
  if (latest === undefined) return undefined
  return notRead(
    "ClockSkew",
    `the service's times reach ${formatDuration(ahead)} into the future (${latest})`,
    "Set this machine's clock right: ages cannot be reckoned."
  )
}
