/**
 * Every way in which a resource can differ from its declaration. A code is stable: it never changes its meaning. Each has a page
 * in `docs/rules`.
 */

import type { RuleCode } from "@holdfast/manifest/ruleCodes"

/** A rule: what it found, and what to do about it. */
interface Rule {
  /** What is wrong, in a few words. */
  readonly title: string
  /** What a person should do, in a sentence. */
  readonly remedy: string
}

/** The rules by their codes. */
export const rules = {
  HF001: {
    title: "backup is not enabled",
    remedy: "Apply a backup policy to the instance in Cloud Backup."
  },
  HF002: {
    title: "backup is enabled and must not be",
    remedy: "Revoke the instance's backup policies, or declare `enabled: true`."
  },
  HF003: {
    title: "the backup agent is offline",
    remedy: "Start the instance and its backup agent, and check its way out to the backup service."
  },
  HF004: {
    title: "the backup agent is online and must not be",
    remedy: "Stop the backup agent, or declare `online: true`."
  },
  HF005: {
    title: "the instance does not control its backup resource",
    remedy: "Register the instance again: a later registration has replaced this one."
  },
  HF006: {
    title: "the instance is not registered in Cloud Backup",
    remedy: "Register the instance again; `metadata` of the resource tells why a registration failed."
  },
  HF007: {
    title: "the status is not one of those allowed",
    remedy: "See `statusDetails` of the resource, or allow the status."
  },
  HF008: {
    title: "the type is not one of those allowed",
    remedy: "Check the instance id, or allow the type."
  },
  HF009: {
    title: "the instance has never been backed up",
    remedy: "Check that a policy with a schedule is applied, and run it once by hand."
  },
  HF010: {
    title: "the last backup is too old",
    remedy: "Look at the last tasks of the resource, and run its policy once by hand."
  },
  HF011: {
    title: "no next backup is scheduled",
    remedy: "Check that the policy applied to the instance is enabled and has a schedule."
  },
  HF012: {
    title: "the next backup is too far away",
    remedy: "Check the schedule of the policy applied to the instance."
  },
  HF013: {
    title: "the next backup is overdue",
    remedy: "Check that the instance and its backup agent run, and look at the last tasks of the resource."
  },
  HF014: {
    title: "the resource is in failure",
    remedy: "See `statusDetails` of the resource and its last tasks."
  },
  HF015: {
    title: "no backup policy is applied",
    remedy: "Apply a backup policy to the instance in Cloud Backup."
  },
  HF016: {
    title: "Cloud Backup does not know the instance",
    remedy: "Connect the instance to Cloud Backup, or correct its id in the manifest."
  },
  HF017: {
    title: "the instance controls its backup resource and must not",
    remedy: "Declare `active: true`, or remove the instance from Cloud Backup."
  },
  HF018: {
    title: "the instance is registered and must not be",
    remedy: "Remove the instance from Cloud Backup, or declare `registered: true`."
  },
  HF019: {
    title: "a declared backup policy is not applied",
    remedy: "Apply the policy to the instance, or take it out of `policies`."
  },
  HF020: {
    title: "a backup policy is applied that is not declared",
    remedy: "Revoke the policy, or add it to `policies`, or declare `policies: {atLeast: [...]}`."
  },
  HF021: {
    title: "an applied backup policy is disabled",
    remedy: "Enable the policy, and its application to the instance."
  },
  HF022: {
    title: "the schedule of an applied backup policy is disabled",
    remedy: "Enable the schedule of the policy: until then backups are made by hand only."
  },
  HF023: {
    title: "no rule of the manifest covers the instance",
    remedy: "Declare the instance, or let a group claim it; `enabled: false` says that it needs no backup."
  },
  HF024: {
    title: "the instance of a backup resource is gone",
    remedy: "Delete the resource from Cloud Backup once its backups are needed no more: they still cost money."
  }
} as const satisfies Readonly<Record<RuleCode, Rule>>

export type { RuleCode }
