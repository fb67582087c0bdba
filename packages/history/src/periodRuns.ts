/**
 * What the runs of a period come to: how many there were of which kind, which did not tell, and on which days there was none.
 */
import type { Period } from "./Period.ts"
import type { DayRange, EvidenceSpan, PeriodGap, RunTally } from "./PeriodReport.ts"
import { byKeys, keyOf } from "./periodOrder.ts"
import type { Run } from "./Run.ts"

type Mutable<A> = { -readonly [Key in keyof A]: A[Key] }

/** No runs. */
export const noRuns = (): Mutable<RunTally> => ({
  finished: 0,
  failed: 0,
  missed: 0,
  skipped: 0,
  open: 0,
  in_sync: 0,
  drifted: 0,
  could_not_tell: 0,
  error: 0
})

/** Counts one more run. */
export const countRun = (tally: Mutable<RunTally>, { state, verdict }: Run): void => {
  tally[state === "due" || state === "running" ? "open" : state] += 1
  if (state === "finished" && verdict !== null) tally[verdict] += 1
}

/** The sum of tallies. */
export const addRuns = (all: Iterable<RunTally>): RunTally => {
  const sum = noRuns()
  for (const each of all) {
    sum.finished += each.finished
    sum.failed += each.failed
    sum.missed += each.missed
    sum.skipped += each.skipped
    sum.open += each.open
    sum.in_sync += each.in_sync
    sum.drifted += each.drifted
    sum.could_not_tell += each.could_not_tell
    sum.error += each.error
  }
  return sum
}

/** What a run did not tell; `undefined` of one that compared everything. */
export const gapOf = (run: Run): PeriodGap | undefined => {
  const { job, run_id, state, summary, tick, verdict, why } = run
  const isWhole =
    state === "finished" && (verdict === "in_sync" || verdict === "drifted") && (summary?.not_compared ?? 0) === 0
  if (isWhole) return undefined
  const [not_compared, total] = summary === null ? [null, null] : [summary.not_compared, summary.total]
  return { job, tick, run_id, state, verdict, why, not_compared, total }
}

/** The order of gaps. */
export const byTick = byKeys<PeriodGap>(
  ({ tick }) => tick,
  ({ job }) => job,
  ({ run_id }) => run_id
)

/** What of a run is evidence. */
export interface RunEvidence {
  readonly tick: string
  readonly run_id: string
  readonly tool_version: string | null
  readonly manifest_sha256: string | null
}

/** The values that the runs of a job had one after the other, each with its first run and its last. */
export const spansOf = (
  job: string,
  runs: ReadonlyArray<RunEvidence>,
  valueOf: (run: RunEvidence) => string | null
): ReadonlyArray<EvidenceSpan> => {
  const spans: Array<Mutable<EvidenceSpan>> = []
  const inOrder = byKeys<RunEvidence>(
    ({ tick }) => tick,
    ({ run_id }) => run_id
  )
  for (const run of runs.toSorted(inOrder)) {
    const value = valueOf(run)
    if (value === null) continue
    const last = spans.at(-1)
    if (last !== undefined && last.value === value) {
      last.last_tick = run.tick
      last.runs += 1
    } else spans.push({ job, value, first_tick: run.tick, last_tick: run.tick, runs: 1 })
  }
  return spans
}

/** The order of spans. */
export const bySpan = byKeys<EvidenceSpan>(
  ({ job }) => job,
  ({ first_tick }) => first_tick,
  ({ value }) => keyOf(value)
)

/** The day of the period that a moment belongs to, by its number in it; -1 where it is no part of the period. */
export const dayNumberOf = ({ days }: Period, millis: number): number => {
  let low = 0
  let high = days.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const day = days[middle]
    if (day === undefined) return -1
    if (millis < day.from) high = middle - 1
    else if (millis >= day.to) low = middle + 1
    else return middle
  }
  return -1
}

/** The days between two moments, both kept whole, that are none of `withRun`. */
export const daysWithout = (
  { days }: Period,
  withRun: ReadonlySet<number>,
  since: number,
  until: number
): ReadonlyArray<DayRange> => {
  const ranges: Array<Mutable<DayRange>> = []
  let isOpen = false
  for (const [index, { day, from, to }] of days.entries()) {
    const isMissing = from >= since && to <= until && !withRun.has(index)
    const last = ranges.at(-1)
    if (isMissing && isOpen && last !== undefined) {
      last.last = day
      last.days += 1
    } else if (isMissing) ranges.push({ first: day, last: day, days: 1 })
    isOpen = isMissing
  }
  return ranges
}
