/**
 * What history can be asked. It never writes; pages are keyset pages, newest first, and `next` is what the following one begins after.
 */
import type { CheckReport, ResourceReport, ResourceState } from "@holdfast/check/CheckReport"
import type { Severity } from "@holdfast/manifest/Expectations"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { HistoryError } from "./HistoryError.ts"
import type {
  Figures,
  Finding,
  FindingKind,
  InstanceRun,
  Run,
  RunCount,
  RunState,
  TrendPoint,
  Verdict,
  WaiverSeen
} from "./Run.ts"

/** Some items, and where to go on; `null` after the last. */
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly next: string | null
}

/** Which part of the items; `limit` is 1 to 1,000. */
export interface Paging {
  readonly after?: string | undefined
  readonly limit: number
}

export interface RunFilter extends Paging {
  readonly job?: string | undefined
  readonly state?: RunState | undefined
  readonly verdict?: Verdict | undefined
}

export interface RowFilter extends Paging {
  readonly state?: ResourceState | undefined
  readonly owner?: string | undefined
  /** A part of the address or of the instance's id. */
  readonly text?: string | undefined
}

export interface FindingFilter extends Paging {
  readonly job?: string | undefined
  readonly kind?: FindingKind | undefined
  readonly isOpen?: boolean | undefined
  readonly severity?: Severity | undefined
  readonly waived?: boolean | undefined
  readonly owner?: string | undefined
  readonly instance?: string | undefined
  /** Open at some moment of it: milliseconds since 1970, the end left out. */
  readonly during?: { readonly from: number; readonly to: number } | undefined
}

/** A job as history knows it. */
export interface JobState {
  readonly job: string
  /** The last that has a report or failed. */
  readonly last: Run | null
  /** The latest tick that is over, whatever became of it: a missed night is not hidden behind the run before it. */
  readonly latest: Run | null
  /** The last whose answer was in sync. */
  readonly lastInSync: Run | null
  readonly running: Run | null
  readonly openFindings: number
}

/** An instance's whole story. */
export interface InstanceStory {
  readonly instance_id: string
  /** Its row in the last run of each job that had one. */
  readonly rows: ReadonlyArray<{ readonly run: Run; readonly row: ResourceReport }>
  /** Newest first, a thousand at most. */
  readonly runs: ReadonlyArray<InstanceRun>
  readonly findings: ReadonlyArray<Finding>
}

export class History extends Context.Service<
  History,
  {
    readonly jobs: Effect.Effect<ReadonlyArray<JobState>, HistoryError>
    readonly runs: (filter: RunFilter) => Effect.Effect<Page<Run>, HistoryError>
    /** `undefined`: there is none. */
    readonly run: (runId: string) => Effect.Effect<Run | undefined, HistoryError>
    readonly rows: (runId: string, filter: RowFilter) => Effect.Effect<Page<ResourceReport>, HistoryError>
    readonly counts: (runId: string) => Effect.Effect<ReadonlyArray<RunCount>, HistoryError>
    /** The report of a finished run as it was; `undefined` where there is none, or its rows are older than what is kept. */
    readonly report: (runId: string) => Effect.Effect<CheckReport | undefined, HistoryError>
    readonly findings: (filter: FindingFilter) => Effect.Effect<Page<Finding>, HistoryError>
    /** `undefined`: no run ever saw it. */
    readonly instance: (instanceId: string) => Effect.Effect<InstanceStory | undefined, HistoryError>
    /** Those that the last run of their job saw, those that end first first. */
    readonly waivers: (filter: {
      readonly job?: string | undefined
    }) => Effect.Effect<ReadonlyArray<WaiverSeen>, HistoryError>
    /** By day, oldest first; of all jobs together where none is named. Times in milliseconds since 1970, the end left out. */
    readonly trend: (filter: {
      readonly job?: string | undefined
      readonly from: number
      readonly to: number
    }) => Effect.Effect<ReadonlyArray<TrendPoint>, HistoryError>
    /** What is open now, and the repairs of a time: milliseconds since 1970, the end left out. */
    readonly figures: (filter: {
      readonly job?: string | undefined
      readonly from: number
      readonly to: number
    }) => Effect.Effect<Figures, HistoryError>
    /** Everything, for an export: oldest first, in constant memory. */
    readonly allRuns: Stream.Stream<Run, HistoryError>
    readonly allFindings: Stream.Stream<Finding, HistoryError>
    /** Changes whenever anything that these answers are made of changes: for ETags, and for pages that wait for news. */
    readonly version: Effect.Effect<string, HistoryError>
  }
>()("@holdfast/history/History") {}
