/** A report with everything that one can hold, as people would meet it, and nothing hostile. */
import type { CheckReport, Unlisted, WaiverReport } from "@holdfast/check/CheckReport"
import { rules } from "@holdfast/check/Rule"
import { change, denied, disabled, drifted, missing, pending, report, row, unreachable, unread } from "./reports.ts"

const waiverOf = (fields: Partial<WaiverReport> = {}): WaiverReport => ({
  kind: "resource",
  target: "scratch",
  fields: ["enabled"],
  until: "2026-12-31",
  reason: "The window moves until the migration is done.",
  approved_by: "cto",
  ticket: "https://tracker.example/OPS-12",
  accepts: ["scratch"],
  source: { path: "backup.yaml", line: 40, column: 5 },
  ...fields
})

const nobodys = (instance_id: string, fields: Partial<Unlisted> = {}): Unlisted => ({
  kind: "instance",
  instance_id,
  name: "forgotten",
  folder_id: "b1gprod0000000000001",
  mode: "fail",
  waived: false,
  severity: "high",
  reason_code: "HF023",
  reason: "No rule of the manifest covers the instance.",
  remedy: rules.HF023.remedy,
  ...fields
})

const earlier = "2026-03-01T03:00:00.000Z"
const prod = { folder_id: "b1gprod0000000000001", owner: "platform", tags: { env: "prod" }, groups: ["production"] }

/** A report with everything that one can hold, and nothing hostile. */
export const everything: CheckReport = report(
  [
    row("app-1", prod),
    row("app-2", { instance_id: "epdapp20000000000001" }),
    drifted(
      "billing-db",
      [
        change("HF007", "status", { desired: ["IDLE", "BACKUPING"], actual: "FAILED" }),
        change("HF010", "maxBackupAge", {
          desired: "2h",
          actual: "31h 5m",
          severity: "critical",
          reason: "The last backup is too old: 31h 5m (2026-03-04T04:55:00Z), at most 2h is allowed.",
          age_seconds: 111_900,
          limit_seconds: 7200
        })
      ],
      { ...prod, severity: "critical", instance_id: "epdbilling0000000001", baseline: "unchanged", since: earlier }
    ),
    missing("cache", { severity: "low", owner: "web", baseline: "new", since: "2026-03-05T12:00:00.000Z" }),
    pending("new-vm", { ...prod, instance_id: "epdnewvm000000000001" }),
    unread("api-1", denied, prod),
    unread("api-2", { ...denied, message: "Access is denied: another request", request_id: "r-2" }),
    unread("queue", unreachable),
    row("scratch", {
      state: "waived",
      severity: "medium",
      reason_code: "HF002",
      reason: "Backup is enabled and must not be.",
      changes: [change("HF002", "enabled", { desired: false, actual: true, waived: true })]
    }),
    drifted("web-1", [disabled, change("HF009", "maxBackupAge", { desired: "26h", actual: null })], {
      ...prod,
      groups: ["production", "web"],
      baseline: "new",
      since: "2026-03-05T12:00:00.000Z"
    })
  ],
  {
    manifest: [
      { path: "backup.yaml", sha256: "0123456789abcdef".repeat(4) },
      { path: "teams/billing.yaml", sha256: "fedcba9876543210".repeat(4) }
    ],
    variables: { env: "prod", region: "ru-central1" },
    unlisted: [
      nobodys("epdforgotten00000001", { severity: "critical", baseline: "new", since: "2026-03-05T12:00:00.000Z" }),
      nobodys("epdreported000000001", { name: "batch-7", mode: "report", folder_id: "b1gdev00000000000001" }),
      nobodys("epdgone0000000000001", {
        kind: "orphan",
        name: "",
        mode: "report",
        reason_code: "HF024",
        reason: "The instance of the backup resource is gone.",
        remedy: rules.HF024.remedy
      }),
      nobodys("epdwaived00000000001", { name: "lab", waived: true })
    ],
    waivers: {
      used: [
        waiverOf(),
        waiverOf({ kind: "instance", target: "epdwaived00000000001", fields: null, accepts: ["epdwaived00000000001"] })
      ],
      unused: [waiverOf({ target: "app-1", approved_by: null, ticket: null, accepts: [] })],
      expired: [
        waiverOf({
          kind: "group",
          target: "production",
          fields: ["maxBackupAge"],
          until: "2026-03-01",
          ticket: "OPS-7",
          accepts: ["billing-db", "web-1"]
        })
      ]
    },
    baseline: {
      run_id: "00000000-0000-4000-8000-000000000001",
      timestamp: earlier,
      resolved: [{ address: "mail", instance_id: "epdmail0000000000001", reason_codes: ["HF003", "HF010"] }]
    },
    reads: [
      {
        method: "Resource.list",
        folder_id: "b1gprod0000000000001",
        requests: 2,
        items: 1200,
        why: "cheaper than 800 single reads"
      },
      {
        method: "Resource.get",
        folder_id: null,
        requests: 4,
        items: 3,
        why: "their folders are not known, or hold few of them"
      }
    ],
    requests: { sent: 14, retried: 5 },
    duration_ms: 65_432,
    diagnostics: [
      {
        severity: "warning",
        summary: "The waiver of the group production has expired",
        detail: "Renew it, or mend what it accepted.",
        path: "backup.yaml",
        line: 40,
        column: 5,
        text: "  - {group: production, fields: [maxBackupAge], until: 2026-03-01}"
      }
    ]
  }
)
