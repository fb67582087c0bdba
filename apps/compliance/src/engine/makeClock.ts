/**
 * The clock of a replica: it adds the ticks that have come to the database, where the first of all replicas wins, and begins the
 * runs that are due.
 */
import { RunStore } from "@holdfast/history/RunStore"
import * as Effect from "effect/Effect"
import type { Job } from "../config/ComplianceConfig.ts"
import type { makeWork } from "./makeWork.ts"
import { ticksOf } from "./ticksOf.ts"

/** How often it is written down that time has passed without a tick: a schedule that is changed later is no older than this. */
const noteEveryMillis = 60_000

/** What is known of a job's time, in milliseconds since 1970 by the database's clock. */
interface Considered {
  readonly until: number
  readonly notedAt: number
}

/** What moves the clock of `jobs` on, and what begins what is due of them. */
export const makeClock = Effect.fnUntraced(function* (
  jobs: ReadonlyMap<string, Job>,
  { planFirst, openRun }: Effect.Success<ReturnType<typeof makeWork>>
) {
  const store = yield* RunStore
  const considered = new Map<string, Considered>()

  const consideredOf = Effect.fnUntraced(function* (job: string) {
    const known = considered.get(job)
    if (known !== undefined) return known
    const until = yield* store.consideredUntil(job)
    return { until, notedAt: until }
  })

  /** Adds the ticks of a job that have come. */
  const consider = Effect.fnUntraced(function* (job: Job, now: number, isBusy: boolean) {
    const { notedAt, until } = yield* consideredOf(job.name)
    const ticks = ticksOf(job, { from: until, now, isBusy })
    const isNoted = ticks.length > 0 || now - notedAt >= noteEveryMillis
    if (isNoted) yield* store.addTicks(job.name, ticks, now)
    considered.set(job.name, { until: Math.max(now, until), notedAt: isNoted ? now : notedAt })
    for (const { state, tick, why } of ticks) {
      if (state === "due") continue
      yield* Effect.logWarning(`The tick of ${new Date(tick).toISOString()} is ${state}: ${why}`).pipe(
        Effect.annotateLogs({ job: job.name })
      )
    }
  })

  /** Adds what ticks have come. */
  const tick = Effect.gen(function* () {
    const now = yield* store.now
    const busy = new Set([...(yield* store.open), ...(yield* store.due)].map(({ job }) => job))
    for (const job of jobs.values()) yield* consider(job, now, busy.has(job.name))
  })

  /** Begins what is due. */
  const begin = Effect.gen(function* () {
    for (const { job: name, runId } of yield* store.due) {
      const job = jobs.get(name)
      if (job === undefined) continue
      const fence = yield* store.begin(runId, { timeLimitMillis: job.timeoutMillis })
      const run = fence === undefined ? undefined : yield* openRun(runId)
      if (fence !== undefined && run !== undefined) yield* planFirst(fence, run)
    }
  })

  return { tick, begin }
})
