/**
 * All of a history, for other programs: read a page at a time, so that its memory does not grow with the history.
 */
import * as Stream from "effect/Stream"
import type { History } from "./History.ts"
import type { HistoryError } from "./HistoryError.ts"
import { Finding, type Run } from "./Run.ts"

/** What there is to export, each a line of its own. */
export type Exported = "runs" | "findings"

/** A cell of a table; what is a list or a change is JSON. */
export type Cell = string | number | boolean | null

/** A table: its columns, and its rows. */
export interface Table {
  readonly columns: ReadonlyArray<string>
  readonly rows: Stream.Stream<ReadonlyArray<Cell>, HistoryError>
}

/** One JSON value a line, oldest first, each with its `type`: `run` or `finding`. */
export const toNdjson = (
  history: History["Service"],
  what: ReadonlyArray<Exported>
): Stream.Stream<string, HistoryError> => {
  const line = (type: string, value: object) => `${JSON.stringify({ type, ...value })}\n`
  const parts = {
    runs: Stream.map(history.allRuns, (run) => line("run", run)),
    findings: Stream.map(history.allFindings, (finding) => line("finding", finding))
  }
  return what.reduce<Stream.Stream<string, HistoryError>>((all, one) => Stream.concat(all, parts[one]), Stream.empty)
}

const runColumns = {
  run_id: ({ run_id }) => run_id,
  job: ({ job }) => job,
  tick: ({ tick }) => tick,
  trigger: ({ trigger }) => trigger,
  state: ({ state }) => state,
  verdict: ({ verdict }) => verdict,
  why: ({ why }) => why,
  started_at: ({ started_at }) => started_at,
  finished_at: ({ finished_at }) => finished_at,
  exit_code: ({ exit_code }) => exit_code,
  complete: ({ complete }) => complete,
  failing: ({ failing }) => failing,
  total: ({ summary }) => summary?.total ?? null,
  compared: ({ summary }) => summary?.compared ?? null,
  in_sync: ({ summary }) => summary?.in_sync ?? null,
  drifted: ({ summary }) => summary?.drifted ?? null,
  missing: ({ summary }) => summary?.missing ?? null,
  pending: ({ summary }) => summary?.pending ?? null,
  not_compared: ({ summary }) => summary?.not_compared ?? null,
  waived: ({ summary }) => summary?.waived ?? null,
  unlisted: ({ summary }) => summary?.unlisted ?? null,
  requests_sent: ({ requests }) => requests?.sent ?? null,
  requests_retried: ({ requests }) => requests?.retried ?? null,
  tool_version: ({ tool_version }) => tool_version,
  manifest_sha256: ({ manifest_sha256 }) => manifest_sha256
} satisfies Readonly<Record<string, (run: Run) => Cell>>

const findingColumns = Object.keys(Finding.fields) as ReadonlyArray<keyof Finding>

const cellOf = (value: Finding[keyof Finding]): Cell =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : value

/** Runs or findings as a table, oldest first. Whoever writes it as CSV must see to what a spreadsheet would take for a formula. */
export const toTable = (history: History["Service"], what: Exported): Table =>
  what === "runs"
    ? {
        columns: Object.keys(runColumns),
        rows: Stream.map(history.allRuns, (run) => Object.values(runColumns).map((cell) => cell(run)))
      }
    : {
        columns: findingColumns,
        rows: Stream.map(history.allFindings, (finding) => findingColumns.map((column) => cellOf(finding[column])))
      }
