/**
 * The clock of a replica: it adds the ticks that have come to the database, where the first of all replicas wins, and begins the
 * runs that are due.
 */
import { RunStore, type Tick } from "@holdfast/history/RunStore"
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

const timeOf = (tick: Tick | undefined): string => new Date(tick?.tick ?? 0).toISOString()

/** Ticks that fared alike: after a week of absence there are many. */
const named = (ticks: ReadonlyArray<Tick>): string =>
  ticks.length === 1
    ? `The tick of ${timeOf(ticks[0])} is`
    : `${ticks.length} ticks from ${timeOf(ticks[0])} to ${timeOf(ticks.at(-1))} are`

/** What moves the clock of `jobs` on, and what begins what is due of them. */
export const makeClock = Effect.fnUntraced(function* (
  jobs: ReadonlyMap<string, Job>,
  { planFirst, openRun }: Pick<Effect.Success<ReturnType<typeof makeWork>>, "planFirst" | "openRun">
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
    // A clock that is set back: its time goes on from there, and ticks that come again are there already.
    const ticks = ticksOf(job, { from: Math.min(until, now), now, isBusy })
    const isNoted = ticks.length > 0 || Math.abs(now - notedAt) >= noteEveryMillis
    const added = isNoted ? yield* store.addTicks(job.name, ticks, now) : 0
    considered.set(job.name, { until: now, notedAt: isNoted ? now : notedAt })
    // Those that another replica was first to add are the earlier ones.
    const left = ticks.slice(ticks.length - added).filter(({ state }) => state !== "due")
    for (const [fate, alike] of Map.groupBy(left, ({ state, why }) => `${state}: ${why}`)) {
      yield* Effect.logWarning(`${named(alike)} ${fate}`).pipe(Effect.annotateLogs({ job: job.name }))
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
