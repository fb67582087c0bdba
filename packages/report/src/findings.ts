/**
 * What a report found, one by one: the rows of formats that know neither resources nor waivers. What is in sync, and what was not
 * compared, is none of it.
 */
import type { Change, CheckReport, ResourceReport, Unlisted, WaiverReport } from "@holdfast/check/CheckReport"
import { rules } from "@holdfast/check/Rule"

/** One rule that one resource, or one instance that nobody listed, does not satisfy. */
export interface Finding {
  /** `drift`; drift that a waiver accepts; what a transition explains; what is only told of, since the manifest says so. */
  readonly verdict: "drift" | "waived" | "pending" | "reported"
  /** The resource's name in the manifest, or the instance's own where nobody listed it. */
  readonly address: string
  readonly instance_id: string
  readonly folder_id: string | null
  readonly owner: string | null
  readonly tags: Readonly<Record<string, string>>
  /** The rule. */
  readonly code: string
  /** As waivers name it: an expectation, `missing` or `unlisted`. */
  readonly field: string
  /** What is declared and what is; only of expectations. */
  readonly change: Change | undefined
  readonly severity: ResourceReport["severity"]
  readonly reason: string
  readonly remedy: string
  readonly source: ResourceReport["source"]
  /** Those that accept it. */
  readonly waivers: ReadonlyArray<WaiverReport>
  readonly baseline: ResourceReport["baseline"]
  readonly since: string | undefined
  /** The same in every run, wherever the manifest declares the resource and whatever the values are. */
  readonly fingerprint: string
}

/** A resource by both its names; a folder that was not read has no instance. */
export const nameOf = ({ address, instance_id }: Pick<Finding, "address" | "instance_id">): string =>
  instance_id === "" || instance_id === address ? address : `${address} (${instance_id})`

/** How a finding that fails nothing begins, or that nobody can decide yet. */
export const markOf = ({ verdict, waivers }: Finding): string => {
  switch (verdict) {
    case "drift":
      return ""
    case "pending":
      return "Pending: "
    case "reported":
      return "Reported: "
    case "waived":
      return `Waived${waivers.map(({ reason, until }) => ` until ${until} (${reason})`).join(",")}: `
  }
}

/** Why a finding is accepted and until when, before what it is; nothing where it is not. */
export const acceptanceOf = ({ waivers }: Finding): string =>
  waivers.map(({ reason, until }) => `Accepted until ${until}: ${reason.replace(/\.$/, "")}. `).join("")

/** A short name for some texts: SHA-256 in hexadecimal. */
export const fingerprintOf = (...texts: ReadonlyArray<string>): string =>
  process.getBuiltinModule("node:crypto").hash("sha256", JSON.stringify(texts))

/** Every finding of a report: of its resources, then what nobody listed. */
export function* findings(report: CheckReport): Iterable<Finding> {
  const accepting = waiversOf(report)
  const [manifest] = report.manifest
  for (const row of report.resources) yield* ofResource(row, accepting)
  for (const row of report.unlisted) yield ofUnlisted(row, accepting, manifest?.path ?? defaultManifest)
}

/** What a finding without a file is about. */
export const defaultManifest = "backup.yaml"

type Accepting = (targets: ReadonlyArray<readonly [WaiverReport["kind"], string]>, field: string) => Finding["waivers"]

/** The waivers in use, by what they name. */
const waiversOf = ({ waivers }: CheckReport): Accepting => {
  const byTarget = new Map<string, Array<WaiverReport>>()
  for (const waiver of waivers.used) {
    const key = `${waiver.kind} ${waiver.target}`
    const known = byTarget.get(key)
    if (known === undefined) byTarget.set(key, [waiver])
    else known.push(waiver)
  }
  return (targets, field) =>
    targets
      .flatMap(([kind, target]) => byTarget.get(`${kind} ${target}`) ?? [])
      .filter(({ fields }) => fields === null || fields.includes(field))
}

function* ofResource(row: ResourceReport, accepting: Accepting): Iterable<Finding> {
  const { address, baseline, folder_id, instance_id, owner, source, state, tags } = row
  if (state === "in_sync" || state === "not_compared") return
  const targets = [
    ["resource", address] as const,
    ["instance", instance_id] as const,
    ...row.groups.map((group) => ["group", group] as const)
  ]
  const seen = new Map<string, number>()
  const finding = (
    verdict: Finding["verdict"],
    field: string,
    of: Pick<Finding, "code" | "severity" | "reason" | "remedy">,
    change?: Change
  ): Finding => {
    const key = `${of.code} ${field}`
    const before = seen.get(key) ?? 0
    seen.set(key, before + 1)
    return {
      verdict,
      address,
      instance_id,
      folder_id,
      owner,
      tags,
      ...of,
      field,
      change,
      source,
      waivers: verdict === "waived" ? accepting(targets, field) : [],
      baseline: verdict === "drift" ? baseline : undefined,
      since: verdict === "drift" ? row.since : undefined,
      fingerprint: fingerprintOf(address, instance_id, of.code, ...(before === 0 ? [] : [String(before)]))
    }
  }
  // Cloud Backup does not know the instance: nothing else of it could be compared.
  if (row.changes.length === 0) {
    const verdict = state === "missing" || state === "drifted" ? "drift" : state
    const { reason, severity } = row
    yield finding(verdict, "missing", { code: "HF016", severity, reason, remedy: rules.HF016.remedy })
    return
  }
  for (const change of row.changes) {
    const { field, reason, reason_code, remedy, severity } = change
    const isPending = change.pending === true || state === "pending"
    const verdict = change.waived === true || state === "waived" ? "waived" : isPending ? "pending" : "drift"
    yield finding(verdict, field, { code: reason_code, severity, reason, remedy }, change)
  }
}

const ofUnlisted = (row: Unlisted, accepting: Accepting, path: string): Finding => {
  const { baseline, folder_id, instance_id, name, reason, reason_code, remedy, severity, since } = row
  const verdict = row.waived ? "waived" : row.mode === "fail" ? "drift" : "reported"
  return {
    verdict,
    address: name === "" ? instance_id : name,
    instance_id,
    folder_id,
    owner: null,
    tags: {},
    code: reason_code,
    field: "unlisted",
    change: undefined,
    severity,
    reason,
    remedy,
    // No line declares it.
    source: { path, line: 1, column: 1 },
    waivers: verdict === "waived" ? accepting([["instance", instance_id]], "unlisted") : [],
    baseline,
    since,
    fingerprint: fingerprintOf(row.kind, folder_id, instance_id, reason_code)
  }
}

/** What kept a run from its result, beside what it could not compare. */
export interface Problem {
  /** A name that stays the same. */
  readonly code: "error" | "interrupted" | "nothing_checked"
  readonly message: string
  readonly source: ResourceReport["source"] | undefined
}

/** The errors of a run; a report that holds nothing else must not pass for one without findings. */
export const problemsOf = (report: CheckReport): ReadonlyArray<Problem> => {
  const problems = report.diagnostics.flatMap(
    ({ column = 1, detail, line = 1, path, severity, summary }): Array<Problem> => {
      if (severity !== "error") return []
      const message = detail === undefined ? `${summary}.` : `${summary}. ${detail}`
      return [{ code: "error", message, source: path === undefined ? undefined : { path, line, column } }]
    }
  )
  const told = (code: Problem["code"], message: string): Problem => ({ code, message, source: undefined })
  if (report.interrupted) problems.push(told("interrupted", "The run was interrupted before it was done."))
  if (report.exit_code === 1 && report.summary.total === 0 && problems.length === 0) {
    problems.push(told("nothing_checked", "Nothing was checked: the manifest declares no resources."))
  }
  return problems
}

/** What makes a report say less than one of the cloud as it is now. */
export interface Caveat {
  readonly code: "emulated" | "snapshot" | "resumed"
  readonly message: string
}

/** That of an emulator, of a snapshot, and of rows of an earlier run. */
export const caveatsOf = ({ emulator, resumed, snapshot, summary }: CheckReport): ReadonlyArray<Caveat> => [
  ...(emulator === null
    ? []
    : [{ code: "emulated" as const, message: `Emulated by ${emulator}: this says nothing of the cloud.` }]),
  ...(snapshot === null
    ? []
    : [
        {
          code: "snapshot" as const,
          message: `Compared with the snapshot ${snapshot.path} of ${snapshot.timestamp}: this says nothing of what is now.`
        }
      ]),
  ...(resumed === null
    ? []
    : [
        {
          code: "resumed" as const,
          message: `${resumed.carried} of ${summary.total} are carried over from the run of ${resumed.timestamp}.`
        }
      ])
]
