/**
 * A run between its columns and its value.
 */
import { createHash } from "node:crypto"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { type Run, type RunState, verdictOf } from "./Run.ts"

/** What the columns of a run hold of its report. */
interface Counts {
  readonly exit_code: number
  readonly complete: number
  readonly failing: number
  readonly total: number
  readonly compared: number
  readonly in_sync: number
  readonly drifted: number
  readonly missing: number
  readonly pending: number
  readonly not_compared: number
  readonly waived: number
  readonly unlisted: number
  readonly requests_sent: number
  readonly requests_retried: number
  readonly tool_version: string
  readonly manifest_sha256: string | null
}

/** A row of the table `runs`, as far as a run's value needs it. */
export type RunRow = {
  readonly run_id: string
  readonly job: string
  readonly tick: number
  readonly trigger_kind: Run["trigger"]
  readonly state: RunState
  readonly why: string
  readonly fence: number
  readonly started_at: number | null
  readonly finished_at: number | null
} & { readonly [K in keyof Counts]: Counts[K] | null }

/** The columns that a run's value needs. */
export const runColumns = [
  "run_id",
  "job",
  "tick",
  "trigger_kind",
  "state",
  "why",
  "fence",
  "started_at",
  "finished_at",
  "exit_code",
  "complete",
  "failing",
  "total",
  "compared",
  "in_sync",
  "drifted",
  "missing",
  "pending",
  "not_compared",
  "waived",
  "unlisted",
  "requests_sent",
  "requests_retried",
  "tool_version",
  "manifest_sha256"
] as const

const time = (millis: number | null): string | null => (millis === null ? null : new Date(millis).toISOString())

const summaryOf = (row: RunRow): Run["summary"] => {
  const { compared, drifted, in_sync, missing, not_compared, pending, total, unlisted, waived } = row
  if (total === null || compared === null || drifted === null || in_sync === null || missing === null) return null
  if (not_compared === null || pending === null || unlisted === null || waived === null) return null
  const counts = { total, compared, in_sync, drifted, missing, pending, not_compared, waived, unlisted }
  return { ...counts, coverage: total === 0 ? 0 : compared / total }
}

/** A run as others see it. */
export const toRun = (row: RunRow): Run => ({
  run_id: row.run_id,
  job: row.job,
  tick: new Date(row.tick).toISOString(),
  trigger: row.trigger_kind,
  state: row.state,
  verdict: row.exit_code === null ? null : verdictOf(row.exit_code),
  why: row.why,
  started_at: time(row.started_at),
  finished_at: time(row.finished_at),
  exit_code: row.exit_code,
  complete: row.complete === null ? null : row.complete === 1,
  failing: row.failing,
  summary: summaryOf(row),
  requests:
    row.requests_sent === null || row.requests_retried === null
      ? null
      : { sent: row.requests_sent, retried: row.requests_retried },
  tool_version: row.tool_version,
  manifest_sha256: row.manifest_sha256
})

/** What the columns of a finished run hold of its report. */
export const countsOf = ({
  complete,
  exit_code,
  failing,
  manifest,
  requests,
  summary: { coverage: _, ...summary },
  tool
}: CheckReport): Counts => ({
  ...summary,
  exit_code,
  complete: complete ? 1 : 0,
  failing,
  requests_sent: requests.sent,
  requests_retried: requests.retried,
  tool_version: tool.version,
  manifest_sha256: manifest.length === 0 ? null : manifestHash(manifest)
})

/** The same for the same files, in whichever order they were read. */
const manifestHash = (files: CheckReport["manifest"]): string =>
  createHash("sha256")
    .update(JSON.stringify(files.map(({ path, sha256 }) => [path, sha256]).toSorted()))
    .digest("hex")
