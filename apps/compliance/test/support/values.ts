/** Values that pages are made of, with something in each of their fields. */
import type { CheckReport } from "@holdfast/check/CheckReport"
import type { JobState } from "@holdfast/history/History"
import {
  type Finding,
  type InstanceRun,
  type Run,
  type RunCount,
  type TrendPoint,
  verdictOf,
  type WaiverSeen
} from "@holdfast/history/Run"
import { everything } from "../../../../packages/report/test/fullReport.ts"
import { change } from "../../../../packages/report/test/reports.ts"
import { findingsPage } from "../../src/dashboard/findingsPage.ts"
import { instancePage } from "../../src/dashboard/instancePage.ts"
import { jobPage } from "../../src/dashboard/jobPage.ts"
import { overviewPage } from "../../src/dashboard/overviewPage.ts"
import { loginPage, refusalPage } from "../../src/dashboard/plainPages.ts"
import { runPage } from "../../src/dashboard/runPage.ts"
import { type Page, pageText } from "../../src/dashboard/shell.ts"
import { jobViews } from "../../src/dashboard/standing.ts"
import { waiversPage } from "../../src/dashboard/waiversPage.ts"
import { job } from "./dashboard.ts"
import { waiver } from "./months.ts"

export const now = Date.UTC(2026, 10, 26, 12)
const time = (hoursAgo: number): string => new Date(now - hoursAgo * 3_600_000).toISOString()

/** The run of a report, so many hours before `now`. */
export const runOf = (of: CheckReport, hoursAgo: number, fields: Partial<Run> = {}): Run => ({
  run_id: `run-${hoursAgo}`,
  job: "nightly",
  tick: time(hoursAgo),
  trigger: "schedule",
  state: "finished",
  verdict: verdictOf(of.exit_code),
  why: "",
  started_at: time(hoursAgo),
  finished_at: time(hoursAgo),
  exit_code: of.exit_code,
  complete: of.complete,
  failing: of.failing,
  summary: of.summary,
  requests: of.requests,
  tool_version: "1.2.3",
  manifest_sha256: "ab",
  ...fields
})

/** What a run has not that has no report. */
export const nothing = {
  summary: null,
  exit_code: null,
  complete: null,
  failing: null,
  requests: null,
  tool_version: null
}

const finding = (fields: Partial<Finding>): Finding => ({
  finding_id: "finding-1",
  job: "nightly",
  kind: "drift",
  address: "billing-db",
  instance_id: "epdbilling",
  field: "enabled",
  reason_code: "HF900",
  severity: "high",
  owner: "billing",
  folder_id: "b1g",
  groups: ["production", "db"],
  reason: "It is not enabled.",
  change: change("HF001", "enabled", { desired: "yes", actual: "no" }),
  first_seen: time(50),
  last_seen: time(12),
  began_at: time(60),
  seen: 3,
  unknown_since: time(5),
  resolved_at: null,
  resolution: null,
  waived: false,
  first_run: "run-50",
  last_run: "run-12",
  resolved_run: null,
  ...fields
})

/** All that a dashboard of one history shows. */
export const values = {
  run: runOf(everything, 12, { why: "because" }),
  runs: [
    runOf(everything, 12),
    runOf(everything, 36, { state: "failed", verdict: "error", why: "no token", ...nothing }),
    runOf(everything, 60, { state: "missed", verdict: null, why: "nobody was there", ...nothing }),
    runOf(everything, 84, { state: "skipped", verdict: null, why: "it was running", trigger: "manual", ...nothing })
  ],
  rows: everything.resources,
  findings: [
    finding({}),
    finding({ finding_id: "finding-2", kind: "missing", field: "", change: null, waived: true }),
    finding({
      finding_id: "finding-3",
      kind: "not_compared",
      change: null,
      resolved_at: time(1),
      resolution: "changed",
      resolved_run: "run-1"
    })
  ] satisfies ReadonlyArray<Finding>,
  waivers: (["used", "unused", "expired"] as const).map(
    (state, index): WaiverSeen => ({
      job: "nightly",
      waiver_id: `waiver-${index}`,
      state,
      until_at: time(index === 1 ? -5000 : -100),
      first_seen: time(100),
      last_seen: time(12),
      used: 4,
      waiver: waiver()
    })
  ),
  counts: (["group", "owner", "folder"] as const).flatMap((kind): ReadonlyArray<RunCount> => {
    const { coverage: _coverage, unlisted: _unlisted, ...counts } = everything.summary
    return [
      { kind, name: `${kind} a`, ...counts },
      { kind, name: "", ...counts }
    ]
  }),
  trend: Array.from({ length: 10 }, (_, index): TrendPoint => {
    const { coverage: _coverage, unlisted: _unlisted, ...counts } = everything.summary
    return { day: time(24 * index).slice(0, 10), runs: 1, ...counts }
  }),
  history: Array.from(
    { length: 4 },
    (_, index): InstanceRun => ({
      run_id: `run-${index}`,
      job: "nightly",
      tick: time(24 * index),
      address: "billing-db",
      state: "not_compared",
      reason_code: "HF900"
    })
  ),
  undelivered: {
    givenUp: [
      {
        id: "message",
        channel: "ops",
        job: "nightly",
        event: "drift_opened",
        createdAt: now - 7_200_000,
        givenUpAt: now - 3_600_000,
        attempts: 9,
        lastError: "410 Gone"
      }
    ],
    waiting: { count: 3, since: now - 7_200_000 }
  },
  instance_id: "epdbilling",
  cronText: "0 0 * * *",
  timeZone: "Europe/Moscow",
  refusal: { title: "Not found", detail: "There is none.", remedy: "Look elsewhere." },
  login: "/findings",
  user: "alice",
  emulator: "fleet.yaml"
}

/** What is ours in them: words of a closed list, and times, which history makes of numbers. */
export const ours: ReadonlySet<string> = new Set([
  ...["state", "severity", "mode", "kind", "baseline", "trigger", "verdict", "resolution", "tick", "day"],
  ...["started_at", "finished_at", "first_seen", "last_seen", "began_at", "unknown_since", "resolved_at", "until_at"]
])

/** Every page of these values. */
export const pagesOf = (of: typeof values): Readonly<Record<string, string>> => {
  const { counts, findings, rows, run, runs, trend, waivers } = of
  // One job: several would stand in the order of their names.
  const history = of.history.map((each) => ({ ...each, job: run.job }))
  const state: JobState = {
    job: run.job,
    last: run,
    latest: runs[2] ?? run,
    lastInSync: run,
    running: run,
    openFindings: 3
  }
  const scheduled = { ...job(run.job), cronText: of.cronText, timeZone: of.timeZone }
  const views = jobViews([scheduled], [state, { ...state, job: `${run.job}!`, latest: run }], now)
  const [view] = views
  if (view === undefined) throw new Error("There is a job")
  const figures = {
    open: findings.map(({ kind, reason_code, severity, waived }) => ({
      kind,
      reason_code,
      severity,
      waived,
      count: 2
    })),
    repaired: 2,
    repaired_ms: 7_200_000
  }
  const filter = { owner: of.user, after: "x" }
  const ticks = new Map([[run.job, runs]])
  const story = { instance_id: of.instance_id, rows: rows.map((row) => ({ run, row })), runs: history, findings }
  const pages: Readonly<Record<string, Page>> = {
    overview: overviewPage({ views, figures, trend, endingWaivers: 2, undelivered: of.undelivered }, now),
    job: jobPage({ view, counts, trend, runs: { items: runs, next: run.run_id }, filter: { after: "x" } }, now),
    run: runPage({ run, counts, rows: { filter, part: { items: rows, next: run.run_id } } }, now),
    "run by state": runPage(
      { run, counts, rows: new Map([["drifted" as const, { items: rows.slice(2, 3), next: null }]]) },
      now
    ),
    instance: instancePage({ story, views, waivers, ticks }, now),
    findings: findingsPage(
      { findings: { items: findings, next: run.run_id }, jobs: [run.job], isUntold: false, filter },
      now
    ),
    waivers: waiversPage({ waivers, jobs: [run.job], job: run.job, isUntold: false }, now),
    refusal: refusalPage({ status: 404, ...of.refusal }),
    login: loginPage({ to: of.login, problem: of.refusal.detail, isFromElsewhere: true })
  }
  const frame = { now, version: "v1", user: of.user, canSignOut: true, emulator: of.emulator }
  return Object.fromEntries(Object.entries(pages).map(([name, page]) => [name, pageText(page, frame)]))
}
