/** Reports as a check makes them, of a few words each. */
import type { Change, CheckReport, ReadError, ResourceReport, Unlisted } from "@holdfast/check/CheckReport"

const source = { path: "backup.yaml", line: 1, column: 1 }

export const change = (more: Partial<Change> = {}): Change => ({
  field: "enabled",
  desired: true,
  actual: false,
  severity: "high",
  reason_code: "HF001",
  reason: "The backup is not enabled.",
  remedy: "Apply a backup policy.",
  ...more
})

export const row = (instance_id: string, more: Partial<ResourceReport> = {}): ResourceReport => ({
  address: `web-${instance_id}`,
  instance_id,
  folder_id: null,
  state: "in_sync",
  severity: "high",
  reason_code: more.state ?? "in_sync",
  reason: "It is as declared.",
  changes: [],
  error: null,
  owner: null,
  tags: {},
  groups: [],
  source,
  ...more
})

export const drifted = (instance_id: string, ...changes: ReadonlyArray<Partial<Change>>): ResourceReport => {
  const all = (changes.length === 0 ? [{}] : changes).map(change)
  return row(instance_id, { state: "drifted", reason_code: all[0]?.reason_code ?? "", changes: all })
}

export const missing = (instance_id: string, more: Partial<ResourceReport> = {}): ResourceReport =>
  row(instance_id, { state: "missing", reason_code: "HF016", ...more })

export const denied: ReadError = {
  tag: "PermissionDenied",
  message: "It is denied",
  detail: "it is denied",
  remedy: "Ask for the role.",
  status: 403,
  grpc_code: 7,
  request_id: null,
  retryable: false,
  attempts: 1
}

export const notCompared = (instance_id: string, more: Partial<ResourceReport> = {}): ResourceReport =>
  row(instance_id, { state: "not_compared", reason_code: "PermissionDenied", error: denied, ...more })

export const unlisted = (instance_id: string, more: Partial<Unlisted> = {}): Unlisted => ({
  kind: "instance",
  instance_id,
  name: `vm-${instance_id}`,
  folder_id: "b1g",
  mode: "fail",
  waived: false,
  severity: "medium",
  reason_code: "HF023",
  reason: "No rule covers it.",
  remedy: "Declare it.",
  ...more
})

/** A report of `resources`, with what follows from them. */
export const report = (resources: ReadonlyArray<ResourceReport>, more: Partial<CheckReport> = {}): CheckReport => {
  const count = { in_sync: 0, drifted: 0, missing: 0, pending: 0, not_compared: 0, waived: 0 }
  for (const { state } of resources) count[state] += 1
  const total = resources.length
  const compared = total - count.not_compared
  const failing = count.drifted + count.missing + (more.unlisted ?? []).length
  return {
    format_version: "1.1",
    tool: { name: "holdfast", version: "0.1.0" },
    run_id: "00000000-0000-0000-0000-000000000000",
    timestamp: "2026-10-01T03:00:00.000Z",
    complete: count.not_compared + count.pending === 0,
    interrupted: false,
    exit_code: failing > 0 ? 2 : compared === 0 ? 1 : count.not_compared + count.pending > 0 ? 3 : 0,
    fail_on: "info",
    failing,
    endpoint: "http://127.0.0.1",
    emulator: null,
    snapshot: null,
    resumed: null,
    baseline: null,
    manifest: [{ path: "backup.yaml", sha256: "ab".repeat(32) }],
    variables: {},
    summary: {
      total,
      compared,
      ...count,
      unlisted: (more.unlisted ?? []).length,
      coverage: total === 0 ? 0 : compared / total
    },
    resources,
    unlisted: [],
    waivers: { used: [], unused: [], expired: [] },
    reads: [],
    requests: { sent: total, retried: 0 },
    duration_ms: 41,
    diagnostics: [],
    ...more
  }
}
