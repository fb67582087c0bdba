/** Runs, findings and waivers of a few words, and what is made of them. */
import type { Finding, Run, WaiverSeen } from "@holdfast/history/Run"
import type { OutboxMessage, RunChanges } from "@holdfast/history/RunStore"
import { Schema } from "effect"
import { Alert } from "../src/alerts/Alert.ts"
import { type Alerts, type Channel, noAlerts } from "../src/alerts/AlertsConfig.ts"

/** Noon. */
export const now = Date.UTC(2026, 9, 12, 12)

export const channel = (name: string, more: Partial<Channel> = {}): Channel => ({
  name,
  target: { kind: "slack", url: { env: "X" } },
  quietHours: undefined,
  ...more
})

export const alertsOf = (channels: ReadonlyArray<Channel>, more: Partial<Alerts> = {}): Alerts => ({
  ...noAlerts,
  channels,
  routes: [{ channels: channels.map(({ name }) => name) }],
  ...more
})

export const run = (more: Partial<Run> = {}): Run => ({
  run_id: "0199-run",
  job: "nightly",
  tick: "2026-10-12T03:00:00.000Z",
  trigger: "schedule",
  state: "finished",
  verdict: "drifted",
  why: "",
  started_at: "2026-10-12T03:00:00.000Z",
  finished_at: "2026-10-12T03:01:00.000Z",
  exit_code: 2,
  complete: true,
  failing: 1,
  summary: {
    total: 10,
    compared: 9,
    in_sync: 7,
    drifted: 1,
    missing: 0,
    pending: 0,
    not_compared: 1,
    waived: 1,
    unlisted: 0,
    coverage: 0.9
  },
  requests: { sent: 10, retried: 0 },
  tool_version: "0.1.0",
  manifest_sha256: null,
  ...more
})

export const finding = (id: string, more: Partial<Finding> = {}): Finding => ({
  finding_id: id,
  job: "nightly",
  kind: "drift",
  address: `vm-${id}`,
  instance_id: `epd${id}`,
  field: "maxBackupAge",
  reason_code: "HF010",
  severity: "high",
  owner: null,
  folder_id: null,
  groups: [],
  reason: "The last backup is too old: 31h, at most 26h is allowed.",
  change: null,
  first_seen: "2026-10-12T03:00:00.000Z",
  last_seen: "2026-10-12T03:00:00.000Z",
  began_at: "2026-10-11T22:00:00.000Z",
  seen: 1,
  unknown_since: null,
  resolved_at: null,
  resolution: null,
  waived: false,
  first_run: "0199-run",
  last_run: "0199-run",
  resolved_run: null,
  ...more
})

export const gone = (id: string, more: Partial<Finding> = {}): Finding =>
  finding(id, { resolved_at: "2026-10-12T03:01:00.000Z", resolution: "in_sync", resolved_run: "0199-run", ...more })

export const changes = (more: Partial<RunChanges> = {}): RunChanges => ({
  run: run(),
  previous: run({ run_id: "0198-run" }),
  opened: [],
  resolved: [],
  unwaived: [],
  couldNotTell: 0,
  couldNotTellBefore: 0,
  failedBefore: 0,
  report: null,
  ...more
})

export const waiverSeen = (id: string, until_at: string, more: Partial<WaiverSeen> = {}): WaiverSeen => ({
  job: "nightly",
  waiver_id: id,
  state: "used",
  until_at,
  first_seen: "2026-10-01T03:00:00.000Z",
  last_seen: "2026-10-12T03:00:00.000Z",
  used: 12,
  waiver: {
    kind: "resource",
    target: "billing-db",
    fields: null,
    until: until_at.slice(0, 10),
    reason: "The window moves.",
    approved_by: "cto",
    ticket: "OPS-7",
    accepts: ["billing-db"],
    source: { path: "backup.yaml", line: 3, column: 5 }
  },
  ...more
})

const decode = Schema.decodeUnknownSync(Alert)

/** What a message holds, once it is found to be of its schema. */
export const alertOf = ({ payload }: OutboxMessage): Alert => decode(payload)
