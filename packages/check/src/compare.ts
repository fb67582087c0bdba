/**
 * Desired state against live state: pure, total, and the same for every report. Only what is declared is compared.
 */
import * as Resource from "@holdfast/core/Resource"
import { type Timestamp, toEpochMillis } from "@holdfast/core/Timestamp"
import type { Expectations } from "@holdfast/manifest/Expectations"
import type { DesiredResource } from "@holdfast/manifest/Manifest"
import type { Change, ResourceReport } from "./CheckReport.ts"
import { formatDuration } from "./formatDuration.ts"
import { clockSkewLimitMillis, expand, type Finding, inspect, isKnown, lastBackupOf, toldTypes } from "./inspect.ts"
import { type Live, notRead } from "./Live.ts"
import { rules } from "./Rule.ts"

/** Compares one resource. `now` in milliseconds since 1970. */
export const compare = (desired: DesiredResource, live: Live, now: number): ResourceReport => {
  switch (live._tag) {
    case "NotRead": {
      const { error } = live
      return report(desired, "not_compared", error.tag, `It could not be compared: ${error.detail}.`, [], error)
    }
    case "NotFound":
      return unknown(desired, "Cloud Backup does not know the instance")
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

/** A machine that must not be backed up is as declared where Cloud Backup does not have it. */
const unknown = (desired: DesiredResource, why: string): ResourceReport => {
  const { active, enabled, online, registered, ...others } = desired.expectations
  const isDenied = enabled === false || registered === false
  const expectsNothing = ![active, enabled, online, registered].includes(true) && Object.keys(others).length === 0
  return isDenied && expectsNothing
    ? report(desired, "in_sync", "in_sync", `${why}, so it is not backed up, as declared.`)
    : report(desired, "missing", "HF016", `${why}.`)
}

const found = (desired: DesiredResource, resource: Resource.Resource, now: number): ResourceReport => {
  if (resource.initStatus === "DELETED") {
    return unknown(desired, "The instance is deleted from Cloud Backup (initStatus is DELETED)")
  }
  const findings = inspect(desired.expectations, resource, now)
  const drift = findings.filter(({ isPending }) => isPending !== true)
  const changes = () => findings.map((finding) => change(desired, finding))
  const [first] = drift
  if (first !== undefined) {
    return report(desired, "drifted", first.code, drift.map(({ reason }) => reason).join(" "), changes())
  }
  const doubt = untold(desired.expectations, resource, now)
  if (doubt !== undefined) return compare(desired, doubt, now)
  if (findings.length > 0) {
    return report(desired, "pending", "pending", findings.map(({ reason }) => reason).join(" "), changes())
  }
  const lastBackupTime = lastBackupOf(resource)
  const age = lastBackupTime === undefined ? undefined : Math.max(0, now - toEpochMillis(lastBackupTime))
  const freshness = age === undefined ? "" : `; the last backup is ${formatDuration(age)} old`
  return report(desired, "in_sync", "in_sync", `It is as declared${freshness}.`)
}

const change = (
  { severity }: DesiredResource,
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
      ? "Check again later: it is still within its time (an hour to register, `maxBackupAge` or a day for the first backup)."
      : rules[code].remedy,
  ...(age === undefined ? {} : { age_seconds: Math.floor(age / 1000) }),
  ...(limit === undefined ? {} : { limit_seconds: Math.floor(limit / 1000) })
})

const unknownValue = (field: string, value: string): Live =>
  notRead("UnknownValue", `${field} is ${value.slice(0, 100)}, which tells this version nothing`, "Update Holdfast.")

/**
 * What keeps an answer from being understood, where no drift was seen: a value newer than this program in a field that is
 * compared, or clocks so far apart that times mean nothing. Neither is drift, and neither is green.
 */
const untold = (declared: Expectations, resource: Resource.Resource, now: number): Live | undefined => {
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
