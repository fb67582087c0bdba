/** A month in which everything happened, one in which nothing was wrong, and one of which nothing is known. */
import type { WaiverReport } from "@holdfast/check/CheckReport"
import { type Coverage, type PeriodFinding, PeriodReport } from "@holdfast/history/PeriodReport"
import { Schema } from "effect"

const coverage = (counts: Partial<Coverage>): Coverage => {
  const of = { in_sync: 0, drifted: 0, missing: 0, pending: 0, not_compared: 0, waived: 0, ...counts }
  const compared = of.in_sync + of.drifted + of.missing + of.pending + of.waived
  const total = compared + of.not_compared
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole)
  return {
    ...of,
    total,
    compared,
    coverage: share(compared, total),
    in_sync_share: share(of.in_sync, compared),
    protected_share: share(of.in_sync, total)
  }
}

const noDrift = { open_at_start: 0, opened: 0, closed: 0, repaired: 0, undeclared: 0, changed: 0, open_at_end: 0 }
const noRuns = {
  finished: 0,
  failed: 0,
  missed: 0,
  skipped: 0,
  open: 0,
  in_sync: 0,
  drifted: 0,
  could_not_tell: 0,
  error: 0
}
const noBreach = { breaches: 0, open_at_end: 0, waived: 0, seconds: 0, unknown_seconds: 0, longest_seconds: 0 }
const noRepairs = { count: 0, mean_seconds: null, median_seconds: null }

const finding = (of: Partial<PeriodFinding>): PeriodFinding => ({
  job: "nightly",
  kind: "drift",
  is_rpo_breach: true,
  severity: "critical",
  address: "billing-db",
  instance_id: "epdbilling0000000001",
  folder_id: "b1gprod0000000000001",
  owner: "platform",
  groups: ["production"],
  field: "maxBackupAge",
  reason_code: "HF010",
  reason: "The last backup is too old: 31h, at most 2h is allowed.",
  began_at: "2026-10-05T01:00:00.000Z",
  first_seen: "2026-10-05T03:00:00.000Z",
  state: "repaired",
  ended_at: "2026-10-07T03:00:00.000Z",
  seconds: 180_000,
  unknown_seconds: 0,
  waived: false,
  ...of
})

const waiver = (of: Partial<WaiverReport>): WaiverReport => ({
  kind: "resource",
  target: "billing-db",
  fields: ["maxBackupAge"],
  until: "2026-10-20",
  reason: "The window moves.",
  approved_by: "cto",
  ticket: "https://tickets.example/OPS-7",
  accepts: ["billing-db"],
  source: { path: "backup.yaml", line: 30, column: 5 },
  ...of
})

const period = {
  text: "2026-10",
  time_zone: "UTC",
  from: "2026-10-01T00:00:00.000Z",
  to: "2026-11-01T00:00:00.000Z",
  days: 31
}

const base: PeriodReport = {
  format_version: "1.0",
  tool: { name: "holdfast", version: "0.1.0" },
  period,
  job: null,
  known_from: null,
  known_until: null,
  is_over: false,
  summary: {
    runs: noRuns,
    over_period: coverage({}),
    at_end: coverage({}),
    rpo: noBreach,
    drift: noDrift,
    repairs: noRepairs,
    could_not_tell: noDrift,
    without_rows: 0
  },
  jobs: [],
  parts: [],
  drift: [],
  findings: [],
  waivers: [],
  gaps: [],
  evidence: { manifests: [], tools: [] }
}

/** Nobody ran. */
export const unknown: PeriodReport = base

const calmRuns = { ...noRuns, finished: 31, in_sync: 31 }
const calm = coverage({ in_sync: 310 })

/** All was well, all the time. */
export const quiet: PeriodReport = {
  ...base,
  known_from: "2026-09-01T03:00:00.000Z",
  known_until: "2026-11-02T03:00:09.000Z",
  is_over: true,
  summary: { ...base.summary, runs: calmRuns, over_period: calm, at_end: coverage({ in_sync: 10 }) },
  jobs: [
    {
      job: "nightly",
      known_from: "2026-09-01T03:00:00.000Z",
      known_until: "2026-11-02T03:00:09.000Z",
      runs: calmRuns,
      over_period: calm,
      at_end: { run_id: "run-31", tick: "2026-10-31T03:00:00.000Z", ...coverage({ in_sync: 10 }) },
      rpo: noBreach,
      repairs: noRepairs,
      days_without_run: [],
      requests: { sent: 310, retried: 0 }
    }
  ]
}

const runs = {
  ...noRuns,
  finished: 27,
  failed: 1,
  missed: 2,
  skipped: 1,
  open: 1,
  in_sync: 20,
  drifted: 5,
  could_not_tell: 1,
  error: 1
}
const over = coverage({ in_sync: 11_240, drifted: 120, missing: 31, pending: 4, not_compared: 310, waived: 62 })
const last = coverage({ in_sync: 396, drifted: 3, missing: 1, not_compared: 2, waived: 2 })
const rpo = {
  breaches: 3,
  open_at_end: 1,
  waived: 1,
  seconds: 612_000,
  unknown_seconds: 7_200,
  longest_seconds: 421_200
}
const mended = { count: 4, mean_seconds: 93_600, median_seconds: 86_400 }

/** Everything happened. */
export const october: PeriodReport = {
  ...base,
  known_from: "2026-10-01T03:00:00.000Z",
  known_until: "2026-10-30T03:00:09.000Z",
  summary: {
    runs,
    over_period: over,
    at_end: last,
    rpo,
    drift: { open_at_start: 2, opened: 7, closed: 6, repaired: 4, undeclared: 1, changed: 1, open_at_end: 3 },
    repairs: mended,
    could_not_tell: { ...noDrift, opened: 3, closed: 1, repaired: 1, open_at_end: 2 },
    without_rows: 2
  },
  jobs: [
    {
      job: "hourly",
      known_from: null,
      known_until: null,
      runs: { ...noRuns, missed: 1 },
      over_period: coverage({}),
      at_end: null,
      rpo: noBreach,
      repairs: noRepairs,
      days_without_run: [],
      requests: { sent: 0, retried: 0 }
    },
    {
      job: "nightly",
      known_from: "2026-10-01T03:00:00.000Z",
      known_until: "2026-10-30T03:00:09.000Z",
      runs: { ...runs, missed: 1 },
      over_period: over,
      at_end: { run_id: "0199-run-30", tick: "2026-10-30T03:00:00.000Z", ...last },
      rpo,
      repairs: mended,
      days_without_run: [
        { first: "2026-10-12", last: "2026-10-12", days: 1 },
        { first: "2026-10-18", last: "2026-10-20", days: 3 }
      ],
      requests: { sent: 11_900, retried: 133 }
    }
  ],
  parts: [
    { job: "nightly", kind: "folder", name: "b1gprod0000000000001", over_period: over, at_end: last },
    { job: "nightly", kind: "group", name: "", over_period: coverage({ in_sync: 40 }), at_end: null },
    { job: "nightly", kind: "group", name: "production", over_period: over, at_end: last },
    { job: "nightly", kind: "owner", name: "platform", over_period: over, at_end: last }
  ],
  drift: [
    {
      kind: "drift",
      severity: "critical",
      ...noDrift,
      open_at_start: 1,
      opened: 3,
      closed: 2,
      repaired: 2,
      open_at_end: 2
    },
    {
      kind: "drift",
      severity: "high",
      ...noDrift,
      open_at_start: 1,
      opened: 2,
      closed: 3,
      repaired: 1,
      undeclared: 1,
      changed: 1
    },
    { kind: "missing", severity: "high", ...noDrift, opened: 2, closed: 1, repaired: 1, open_at_end: 1 },
    { kind: "not_compared", severity: "high", ...noDrift, opened: 3, closed: 1, repaired: 1, open_at_end: 2 }
  ],
  findings: [
    finding({}),
    finding({
      address: "mail",
      instance_id: "epdmail00000000000001",
      state: "open",
      ended_at: null,
      seconds: 421_200,
      unknown_seconds: 7_200
    }),
    finding({ address: "reports", reason_code: "HF009", severity: "high", waived: true, seconds: 10_800, owner: null }),
    finding({
      address: "web-1",
      is_rpo_breach: false,
      severity: "high",
      field: "enabled",
      reason_code: "HF001",
      reason: "Backup is not enabled.",
      state: "undeclared"
    }),
    finding({
      address: "vpn",
      kind: "missing",
      is_rpo_breach: false,
      severity: "high",
      field: "",
      reason_code: "HF016",
      reason: "Cloud Backup does not know the instance.",
      state: "changed"
    }),
    finding({
      address: "queue",
      kind: "not_compared",
      is_rpo_breach: false,
      severity: "high",
      field: "",
      reason_code: "PermissionDenied",
      reason: "The account may not read it.",
      state: "open",
      ended_at: null
    })
  ],
  waivers: [
    {
      job: "nightly",
      state: "expired",
      until_at: "2026-10-21T00:00:00.000Z",
      ends_in_period: true,
      runs_used: 18,
      runs_unused: 0,
      runs_expired: 9,
      first_seen: "2026-10-01T03:00:00.000Z",
      last_seen: "2026-10-30T03:00:00.000Z",
      waiver: waiver({})
    },
    {
      job: "nightly",
      state: "used",
      until_at: "2027-01-01T00:00:00.000Z",
      ends_in_period: false,
      runs_used: 27,
      runs_unused: 0,
      runs_expired: 0,
      first_seen: "2026-10-01T03:00:00.000Z",
      last_seen: "2026-10-30T03:00:00.000Z",
      waiver: waiver({
        kind: "group",
        target: "legacy",
        fields: null,
        until: "2026-12-31",
        approved_by: null,
        ticket: null,
        accepts: []
      })
    }
  ],
  gaps: [
    {
      job: "nightly",
      tick: "2026-10-12T03:00:00.000Z",
      run_id: "0199-run-12",
      state: "missed",
      verdict: null,
      why: "nobody was running",
      not_compared: null,
      total: null
    },
    {
      job: "nightly",
      tick: "2026-10-15T03:00:00.000Z",
      run_id: "0199-run-15",
      state: "finished",
      verdict: "could_not_tell",
      why: "",
      not_compared: 310,
      total: 404
    },
    {
      job: "nightly",
      tick: "2026-10-16T03:00:00.000Z",
      run_id: "0199-run-16",
      state: "failed",
      verdict: "error",
      why: "no credentials",
      not_compared: null,
      total: null
    },
    {
      job: "nightly",
      tick: "2026-10-17T03:00:00.000Z",
      run_id: "0199-run-17",
      state: "running",
      verdict: null,
      why: "",
      not_compared: null,
      total: null
    }
  ],
  evidence: {
    manifests: [
      {
        job: "nightly",
        value: "a".repeat(64),
        first_tick: "2026-10-01T03:00:00.000Z",
        last_tick: "2026-10-09T03:00:00.000Z",
        runs: 9
      },
      {
        job: "nightly",
        value: "b".repeat(64),
        first_tick: "2026-10-10T03:00:00.000Z",
        last_tick: "2026-10-30T03:00:00.000Z",
        runs: 18
      }
    ],
    tools: [
      {
        job: "nightly",
        value: "0.1.0",
        first_tick: "2026-10-01T03:00:00.000Z",
        last_tick: "2026-10-30T03:00:00.000Z",
        runs: 27
      }
    ]
  }
}

/** What is no text of others, but a word of ours or a time. */
const closed =
  /(^|\.)(kind|severity|state|verdict|format_version|from|to|tick|known_(from|until)|(first|last)_(seen|tick)|(began|ended|until)_at|first|last)$/

/** The month with the texts of `textOf` in the place of all that others wrote; it gets the number of the text, and its path. */
export const octoberHolding = (textOf: (index: number, path: string) => string, of = october): PeriodReport => {
  let index = 0
  const changed = (value: unknown, path: string): unknown => {
    if (typeof value === "string") return closed.test(path) ? value : textOf(index++, path)
    if (Array.isArray(value)) return value.map((item) => changed(item, path))
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, changed(item, path === "" ? key : `${path}.${key}`)])
    )
  }
  return Schema.decodeUnknownSync(PeriodReport)(changed(of, ""))
}
