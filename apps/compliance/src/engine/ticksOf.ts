/**
 * Which ticks of a job have come, and what becomes of each. Pure.
 */
import type { Tick } from "@holdfast/history/RunStore"
import * as Cron from "effect/Cron"
import type { Job } from "../config/ComplianceConfig.ts"

/**
 * How many ticks are recorded at a time, one by one. Of a longer time without anybody the latest are: whoever was away for a year
 * needs no million rows to know it.
 */
export const maxTicks = 1_000

/** What of a job ticks depend on. */
export type Scheduled = Pick<Job, "cron" | "missed" | "overlap" | "startWithinMillis">

/** The ticks after `from`, up to and with `now`, oldest first; `isBusy`: a run of the job is due or running. */
export const ticksOf = (
  job: Scheduled,
  { from, isBusy, now }: { readonly from: number; readonly now: number; readonly isBusy: boolean }
): ReadonlyArray<Tick> => {
  const { earlier, ticks } = latest(job.cron, from, now)
  const [first] = ticks
  const last = ticks.at(-1)
  if (first === undefined || last === undefined) return []
  const isLate = (tick: number) => now - tick > job.startWithinMillis
  const decide = (tick: number): Omit<Tick, "tick"> => {
    if (isLate(tick) && (tick !== last || job.missed === "skip")) return { state: "missed", why: nobody }
    // One run now says what several would.
    if (job.overlap === "skip" && tick !== last) return { state: "missed", why: overtaken }
    if (job.overlap === "skip" && isBusy) return { state: "skipped", why: busy }
    return { state: "due", why: isLate(tick) ? late : "" }
  }
  return ticks.map((tick) => {
    const { state, why } = decide(tick)
    const more = earlier && tick === first ? [`ticks before ${timeOf(first)} are not recorded one by one`] : []
    return { tick, state, why: [...(why === "" ? [] : [why]), ...more].join("; ") }
  })
}

const nobody = "Nobody was there to run it in time"
const late = "Run late: nobody was there to run it in time"
const overtaken = "The next tick came before anybody could run it"
const busy = "The job was still running"

const timeOf = (millis: number): string => new Date(millis).toISOString()

/** The latest ticks, and whether there are earlier ones. */
const latest = (cron: Cron.Cron, from: number, now: number) => {
  const ticks: Array<number> = []
  // Of a tick at this very moment, the one before the next millisecond is that tick itself.
  let end = now + 1
  while (ticks.length < maxTicks) {
    const tick = previous(cron, end)
    if (tick === undefined || tick <= from) return { ticks: ticks.toReversed(), earlier: false }
    ticks.push(tick)
    end = tick
  }
  const next = previous(cron, end)
  return { ticks: ticks.toReversed(), earlier: next !== undefined && next > from }
}

/** The last tick before `end`; `undefined` where there is none for years. */
const previous = (cron: Cron.Cron, end: number): number | undefined => {
  try {
    return Cron.prev(cron, end).getTime()
  } catch {
    return undefined
  }
}
