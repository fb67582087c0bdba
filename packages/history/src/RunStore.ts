/**
 * What replicas write: ticks, chunks, and the results of runs. Each step is one transaction, and what another replica has taken over
 * is never written: such a step answers `false` or `undefined`.
 *
 * Times are milliseconds since 1970, by the database's clock.
 */
import type { CheckReport } from "@holdfast/check/CheckReport"
import type { Diagnostic } from "@holdfast/manifest/Diagnostic"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { HistoryError } from "./HistoryError.ts"
import type { Finding, Run } from "./Run.ts"

/** A tick that has come. */
export interface Tick {
  readonly tick: number
  readonly state: "due" | "missed" | "skipped"
  /** Why, of those that are not due. */
  readonly why: string
}

/** A right to write, until somebody else is given one. */
export interface Fence {
  readonly runId: string
  readonly fence: number
}

/** A part of a run's reading, taken by one worker. */
export interface TakenChunk {
  readonly runId: string
  readonly number: number
  readonly fence: number
  readonly content: unknown
}

/** How far a running run is. */
export interface OpenRun {
  readonly runId: string
  readonly job: string
  readonly tick: number
  readonly startedAt: number
  readonly deadline: number
  /** How many chunks it has; 0 until it is planned. */
  readonly planned: number
  readonly done: number
}

/** What a run changed, for alerts: read and written in the transaction that closes it. */
export interface RunChanges {
  readonly run: Run
  /** The finished or failed run of the job before it. */
  readonly previous: Run | undefined
  readonly opened: ReadonlyArray<Finding>
  readonly resolved: ReadonlyArray<Finding>
  /** Open findings that a waiver accepted when they were seen before, and none accepts now. */
  readonly unwaived: ReadonlyArray<Finding>
  /** How many runs of the job in a row, this one included, could not tell of all or failed. */
  readonly couldNotTell: number
  /** The same without this one, where it could tell. */
  readonly couldNotTellBefore: number
  /** How many of those before failed. */
  readonly failedBefore: number
  /** `null` of a run that failed. */
  readonly report: CheckReport | null
}

/** An alert that is to be sent. */
export interface OutboxMessage {
  /** The same for the same news: what is there already is not added again. */
  readonly id: string
  readonly channel: string
  readonly job: string
  readonly event: string
  readonly payload: unknown
  /** Not before then. */
  readonly notBefore: number
}

/** Which messages a closed run gives rise to. Pure. */
export type Announce = (changes: RunChanges, now: number) => ReadonlyArray<OutboxMessage>

export class RunStore extends Context.Service<
  RunStore,
  {
    readonly now: Effect.Effect<number, HistoryError>
    /** Every tick up to this has a run. A job that is new begins now. */
    readonly consideredUntil: (job: string) => Effect.Effect<number, HistoryError>
    /** Adds what is not there yet; `until` is considered from then on. Answers how many were new. */
    readonly addTicks: (job: string, ticks: ReadonlyArray<Tick>, until: number) => Effect.Effect<number, HistoryError>
    /** A run now, by hand. */
    readonly addManual: (job: string) => Effect.Effect<string, HistoryError>
    /** The runs that are due, the earliest of each job that has none running. */
    readonly due: Effect.Effect<
      ReadonlyArray<{ readonly runId: string; readonly job: string; readonly tick: number }>,
      HistoryError
    >
    /** Begins a run that is due, unless another of its job is running. */
    readonly begin: (
      runId: string,
      options: { readonly timeLimitMillis: number }
    ) => Effect.Effect<Fence | undefined, HistoryError>
    /** Adds what is to be read, numbered on from `from`, which is how many chunks there are. */
    readonly plan: (fence: Fence, from: number, chunks: ReadonlyArray<unknown>) => Effect.Effect<boolean, HistoryError>
    readonly open: Effect.Effect<ReadonlyArray<OpenRun>, HistoryError>
    /** Takes a chunk, or `undefined` where it is answered or its run is closed. Whoever had it cannot write any more. */
    readonly takeChunk: (
      runId: string,
      number: number,
      worker: string
    ) => Effect.Effect<TakenChunk | undefined, HistoryError>
    readonly answerChunk: (chunk: TakenChunk, answer: unknown) => Effect.Effect<boolean, HistoryError>
    /** Chunks without an answer, and when each was taken last. */
    readonly unanswered: (
      runId: string
    ) => Effect.Effect<
      ReadonlyArray<{ readonly number: number; readonly content: unknown; readonly takenAt: number | undefined }>,
      HistoryError
    >
    /** In the order of numbers. */
    readonly answers: (
      runId: string
    ) => Effect.Effect<ReadonlyArray<{ readonly number: number; readonly answer: unknown }>, HistoryError>
    /** The right to close a run; whoever had it before has it no more. */
    readonly takeRun: (runId: string) => Effect.Effect<Fence | undefined, HistoryError>
    /** Closes a run with its report: rows, counts, findings, waivers and messages in one transaction. */
    readonly finish: (fence: Fence, report: CheckReport, announce: Announce) => Effect.Effect<boolean, HistoryError>
    /** Closes a run that has no report. */
    readonly fail: (
      fence: Fence,
      diagnostics: ReadonlyArray<Diagnostic>,
      announce: Announce
    ) => Effect.Effect<boolean, HistoryError>
  }
>()("@holdfast/history/RunStore") {}
