/** Reports built by hand, as `check` would give them, and without a clock. */
import { summarize } from "@holdfast/check/Check"
import type { Change, CheckReport, ReadError, ResourceReport } from "@holdfast/check/CheckReport"
import { exitCodeOf, failingOf } from "@holdfast/check/ExitCode"
import { rules } from "@holdfast/check/Rule"

export const row = (address: string, fields: Partial<ResourceReport> = {}): ResourceReport => ({
  address,
  instance_id: "epd5fs8ojqhg0000aaaa",
  folder_id: null,
  state: "in_sync",
  severity: "high",
  reason_code: "in_sync",
  reason: "It is as declared; the last backup is 1h old.",
  changes: [],
  error: null,
  owner: null,
  tags: {},
  groups: [],
  source: { path: "backup.yaml", line: 7, column: 3 },
  ...fields
})

type Values = Pick<Change, "desired" | "actual"> & Partial<Change>

/** What the rule `code` found of a field. */
export const change = (code: keyof typeof rules, field: string, values: Values): Change => ({
  field,
  severity: "high",
  reason_code: code,
  reason: `${rules[code].title.charAt(0).toUpperCase()}${rules[code].title.slice(1)}.`,
  remedy: rules[code].remedy,
  ...values
})

export const disabled = change("HF001", "enabled", { desired: true, actual: false })

export const drifted = (address: string, changes: ReadonlyArray<Change>, fields: Partial<ResourceReport> = {}) =>
  row(address, {
    state: "drifted",
    reason_code: "HF001",
    reason: changes.map(({ reason }) => reason).join(" "),
    changes,
    ...fields
  })

export const missing = (address: string, fields: Partial<ResourceReport> = {}) =>
  row(address, {
    state: "missing",
    reason_code: "HF016",
    reason: `${rules.HF016.title}. ${rules.HF016.remedy}`,
    ...fields
  })

export const pending = (address: string, fields: Partial<ResourceReport> = {}) =>
  row(address, {
    state: "pending",
    reason_code: "pending",
    reason: "The instance is not registered in Cloud Backup (REGISTERING).",
    changes: [
      change("HF006", "registered", {
        desired: true,
        actual: false,
        reason: "The instance is not registered in Cloud Backup (REGISTERING)."
      })
    ],
    ...fields
  })

export const denied: ReadError = {
  tag: "PermissionDenied",
  message: "Access is denied: GET https://backup.example/backup/v1/resources/epd1: 403: no role (request id r-1)",
  detail: "no role",
  remedy: "Grant the account the role backup.viewer on the folder of the instance.",
  status: 403,
  grpc_code: 7,
  request_id: "r-1",
  retryable: false,
  attempts: 1
}

export const unreachable: ReadError = {
  tag: "ConnectionFailed",
  message: "The connection failed: GET https://backup.example/backup/v1/resources/epd2: refused (3 attempts)",
  detail: "refused",
  remedy: "Check the service's address, and the network and proxy between this machine and it.",
  status: null,
  grpc_code: null,
  request_id: null,
  retryable: true,
  attempts: 3
}

export const unread = (address: string, error: ReadError, fields: Partial<ResourceReport> = {}) =>
  row(address, {
    state: "not_compared",
    reason_code: error.tag,
    reason: `It could not be compared: ${error.detail}.`,
    error,
    ...fields
  })

/** The report of a run that ended with these resources; its counts and exit code are what `check` makes of them. */
export const report = (
  resources: ReadonlyArray<ResourceReport>,
  { allowEmpty = false, ...fields }: Partial<CheckReport> & { readonly allowEmpty?: boolean } = {}
): CheckReport => {
  const { fail_on = "info", unlisted = [] } = fields
  const summary = summarize(resources, unlisted.filter(({ waived }) => !waived).length)
  const failing = failingOf({ resources, unlisted }, fail_on)
  const interrupted = fields.interrupted ?? false
  return {
    format_version: "1.1",
    tool: { name: "holdfast", version: "1.2.3" },
    run_id: "00000000-0000-4000-8000-000000000000",
    timestamp: "2026-03-05T12:00:00.000Z",
    complete: summary.not_compared + summary.pending === 0 && !interrupted,
    interrupted,
    exit_code: exitCodeOf(summary, { interrupted, allowEmpty, failing, emptyGroups: 0 }),
    fail_on,
    failing,
    endpoint: "https://backup.api.cloud.yandex.net",
    emulator: null,
    snapshot: null,
    resumed: null,
    baseline: null,
    variables: {},
    manifest: [{ path: "backup.yaml", sha256: "0".repeat(64) }],
    summary,
    resources,
    unlisted,
    waivers: { used: [], unused: [], expired: [] },
    reads: [],
    requests: { sent: resources.length, retried: 0 },
    duration_ms: 1234,
    diagnostics: [],
    ...fields
  }
}
