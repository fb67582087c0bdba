/** Reports built by hand, as `check` would give them, and without a clock. */
import { summarize } from "@holdfast/check/Check"
import type {
  Change,
  CheckReport,
  ReadError,
  ResourceReport,
  Unlisted,
  WaiverReport
} from "@holdfast/check/CheckReport"
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

const waiver: WaiverReport = {
  kind: "resource",
  target: "archive",
  fields: ["maxBackupAge"],
  until: "2026-12-31",
  reason: "the window moves",
  approved_by: "cto",
  ticket: "OPS-7",
  accepts: ["archive"],
  source: { path: "backup.yaml", line: 40, column: 5 }
}

const stray: Unlisted = {
  kind: "instance",
  instance_id: "epdstray000000000001",
  name: "stray-1",
  folder_id: "b1gprod0000000000001",
  mode: "fail",
  waived: false,
  severity: "medium",
  reason_code: "HF023",
  reason: "No rule of the manifest covers the instance.",
  remedy: rules.HF023.remedy
}

const tooOld = change("HF010", "maxBackupAge", {
  desired: "2h",
  actual: "31h 5m",
  severity: "critical",
  reason: "The last backup is too old: 31h 5m (2026-03-04T04:55:00Z), at most 2h is allowed.",
  age_seconds: 111_900,
  limit_seconds: 7200
})

/** A report that holds every state, and everything else that one can hold. */
export const everything = (fields: Parameters<typeof report>[1] = {}): CheckReport =>
  report(
    [
      unread("api-1", denied, { instance_id: "epdapi00000000000001" }),
      row("app-1", { owner: "platform", tags: { env: "prod" } }),
      row("archive", {
        state: "waived",
        reason_code: "HF010",
        reason: "Accepted until 2026-12-31: the window moves. The last backup is too old.",
        changes: [{ ...tooOld, waived: true }]
      }),
      drifted("billing-db", [change("HF003", "online", { desired: true, actual: false }), tooOld], {
        severity: "critical",
        folder_id: "b1gprod0000000000001",
        owner: "billing",
        groups: ["production"],
        tags: { tier: "1" },
        baseline: "unchanged",
        since: "2026-03-01T03:00:00.000Z",
        source: { path: "teams/billing (old).yaml", line: 12, column: 3 }
      }),
      missing("cache", {
        severity: "low",
        reason: "Cloud Backup does not know the instance.",
        baseline: "new",
        since: "2026-03-05T12:00:00.000Z"
      }),
      pending("new-vm"),
      unread("queue", unreachable, { instance_id: "" })
    ],
    {
      manifest: [
        { path: "backup.yaml", sha256: "0".repeat(64) },
        { path: "teams/billing (old).yaml", sha256: "1".repeat(64) }
      ],
      unlisted: [
        { ...stray, baseline: "new", since: "2026-03-05T12:00:00.000Z" },
        { ...stray, instance_id: "epdstray000000000002", name: "stray-2", mode: "report" },
        { ...stray, instance_id: "epdstray000000000003", name: "stray-3", waived: true },
        {
          ...stray,
          kind: "orphan",
          instance_id: "epdgone0000000000001",
          name: "",
          severity: "info",
          reason_code: "HF024",
          reason: "The instance of a backup resource is gone.",
          remedy: rules.HF024.remedy
        }
      ],
      waivers: {
        used: [
          waiver,
          {
            ...waiver,
            kind: "instance",
            target: "epdstray000000000003",
            fields: null,
            reason: "a canary",
            approved_by: null,
            ticket: null,
            accepts: ["epdstray000000000003"]
          }
        ],
        unused: [{ ...waiver, target: "app-1", accepts: [] }],
        expired: [{ ...waiver, target: "cache", fields: null, until: "2026-01-31", accepts: ["cache"] }]
      },
      baseline: {
        run_id: "00000000-0000-4000-8000-000000000001",
        timestamp: "2026-03-04T12:00:00.000Z",
        resolved: [{ address: "app-1", instance_id: "epd5fs8ojqhg0000aaaa", reason_codes: ["HF001"] }]
      },
      diagnostics: [
        {
          severity: "warning",
          path: "backup.yaml",
          line: 44,
          column: 5,
          summary: 'The waiver of the resource "cache" has expired (2026-01-31)',
          detail: "What it accepted is drift again: mend it, or extend the waiver."
        }
      ],
      ...fields
    }
  )
