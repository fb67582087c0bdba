/**
 * What exists and no rule of a manifest covers: instances that nobody listed, and resources whose instance is gone. Pure.
 */
import type { Instance } from "@holdfast/core/Instance"
import type { Resource } from "@holdfast/core/Resource"
import type { FolderRule } from "@holdfast/manifest/Group"
import type { Unlisted } from "./CheckReport.ts"
import { type RuleSeverities, severityOf } from "./compare.ts"
import { sentence } from "./inspect.ts"
import type { Live } from "./Live.ts"
import { rules } from "./Rule.ts"

const row = (
  rule: Omit<FolderRule, "source">,
  kind: Unlisted["kind"],
  of: { readonly id: string; readonly name: string; readonly more: string },
  ruleSeverities: RuleSeverities
): Unlisted => {
  const code = kind === "instance" ? "HF023" : "HF024"
  const { remedy } = rules[code]
  return {
    kind,
    instance_id: of.id,
    name: of.name,
    folder_id: rule.folder,
    mode: rule.unlisted === "fail" ? "fail" : "report",
    waived: false,
    severity: severityOf(rule, code, ruleSeverities),
    reason_code: code,
    reason: sentence(code, of.more),
    remedy
  }
}

/** An instance that nobody listed, and what was learnt of its backup. */
export const instanceRow = (
  rule: Omit<FolderRule, "source">,
  { id, name }: Instance,
  live: Live | undefined,
  ruleSeverities: RuleSeverities
): Unlisted => {
  const isOff = live?._tag === "Found" && !live.resource.enabled
  const more =
    live?._tag === "NotFound" ? ", and Cloud Backup does not know it" : isOff ? ", and its backup is not enabled" : ""
  return row(rule, "instance", { id, name, more }, ruleSeverities)
}

/** A resource whose instance is gone. */
export const orphanRow = (
  rule: Omit<FolderRule, "source">,
  { computeInstanceId, lastBackupTime }: Resource,
  ruleSeverities: RuleSeverities
): Unlisted => {
  const more = lastBackupTime === undefined ? "; it was never backed up" : `; its last backup is of ${lastBackupTime}`
  return row(rule, "orphan", { id: computeInstanceId, name: "", more }, ruleSeverities)
}

/** By folder, kind, name and instance. */
export const inOrder = (all: ReadonlyArray<Unlisted>): ReadonlyArray<Unlisted> => {
  const keyOf = ({ folder_id, instance_id, kind, name }: Unlisted) =>
    JSON.stringify([folder_id, kind, name, instance_id])
  return all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0))
}
