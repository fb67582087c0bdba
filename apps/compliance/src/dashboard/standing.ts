/**
 * What can be said of a job now: its last answer, if that still holds. What could not be told is never good.
 */
import type { Summary } from "@holdfast/check/CheckReport"
import { formatDuration } from "@holdfast/check/formatDuration"
import type { JobState } from "@holdfast/history/History"
import type { Run } from "@holdfast/history/Run"
import { count } from "@holdfast/report/htmlMarkup"
import * as Cron from "effect/Cron"
import type { Job } from "../config/ComplianceConfig.ts"

/** What the configuration says of when a job runs. */
export type ScheduledJob = Pick<Job, "name" | "cron" | "cronText" | "timeZone" | "timeoutMillis" | "startWithinMillis">

/** How much it matters. */
export type Tone = "good" | "unsure" | "bad"

/** What a job comes down to. Its texts may quote others. */
export interface Standing {
  readonly tone: Tone
  readonly words: string
  /** The counts that hold now; `undefined` where nobody knows what is. */
  readonly summary: Summary | undefined
}

/** A job as the pages show it. */
export interface JobView {
  readonly job: string
  /** `undefined` of a job that history knows and the configuration does not. */
  readonly scheduled: ScheduledJob | undefined
  readonly state: JobState | undefined
  readonly standing: Standing
  /** When its next tick comes, in milliseconds since 1970. */
  readonly next: number | undefined
}

/** How long it may take after the time limit of a run until its result is written. */
const graceMillis = 5 * 60_000

/** The tones, the worst first. */
export const tones: ReadonlyArray<Tone> = ["bad", "unsure", "good"]

/** The jobs of the configuration and of history, the worst first. */
export const jobViews = (
  scheduled: ReadonlyArray<ScheduledJob>,
  states: ReadonlyArray<JobState>,
  now: number
): ReadonlyArray<JobView> => {
  const names = new Set([...scheduled.map(({ name }) => name), ...states.map(({ job }) => job)])
  const views = [...names].toSorted().map((job): JobView => {
    const plan = scheduled.find(({ name }) => name === job)
    const state = states.find((each) => each.job === job)
    const next = plan === undefined ? undefined : Cron.next(plan.cron, now).getTime()
    return { job, scheduled: plan, state, standing: standing(plan, state, now), next }
  })
  return tones.flatMap((tone) => views.filter((view) => view.standing.tone === tone))
}

/** How many findings of a job are open; `undefined` where nobody knows of any, and nothing says now that there is none. */
export const openFindingsOf = ({ standing, state }: JobView): number | undefined => {
  const open = state?.openFindings ?? 0
  return open === 0 && standing.summary === undefined ? undefined : open
}

/** The last tick whose result must be there by now. */
const dueTick = ({ cron, startWithinMillis, timeoutMillis }: ScheduledJob, now: number): number =>
  Cron.prev(cron, now - startWithinMillis - timeoutMillis - graceMillis).getTime()

const minute = (millis: number): string => `${new Date(millis).toISOString().slice(0, 16).replace("T", " ")} UTC`

const standing = (plan: ScheduledJob | undefined, state: JobState | undefined, now: number): Standing => {
  const unknown = (tone: Tone, words: string): Standing => ({ tone, words, summary: undefined })
  const latest = state?.latest ?? null
  const last = state?.last ?? null
  if (state === undefined || (latest === null && last === null)) {
    return unknown("unsure", state?.running ? "Its first run is under way" : "It has not run yet: nothing is known")
  }
  if (latest?.state === "missed") {
    return unknown("bad", `Missed: nobody ran the tick of ${minute(Date.parse(latest.tick))}${because(latest.why)}`)
  }
  const due = plan === undefined ? undefined : dueTick(plan, now)
  const ticks = [latest, last, state.running].flatMap((run) => (run === null ? [] : [Date.parse(run.tick)]))
  const newest = Math.max(...ticks)
  if (due !== undefined && newest < due) {
    return unknown(
      "bad",
      `Overdue: the tick of ${minute(due)} has no result, the last is ${formatDuration(now - newest)} old`
    )
  }
  if (last === null) return unknown("unsure", "No run has given a result yet")
  const answer = answerOf(last)
  if (plan !== undefined) return answer
  return unknown("unsure", `Scheduled no more. ${answer.words}, ${formatDuration(now - Date.parse(last.tick))} ago`)
}

const because = (why: string): string => (why === "" ? "" : `: ${why}`)

/** What a run that is over says of the time when it ran. */
export const answerOf = ({ state, summary, verdict, why }: Run): Standing => {
  if (state === "missed") return { tone: "bad", words: `Missed${because(why)}`, summary: undefined }
  if (state === "skipped") return { tone: "unsure", words: `Skipped${because(why)}`, summary: undefined }
  if (state === "due") return { tone: "unsure", words: "Waiting to be run", summary: undefined }
  if (state === "running") return { tone: "unsure", words: "Under way", summary: undefined }
  if (state === "failed" || summary === null) {
    return { tone: "bad", words: `Failed${because(why)}`, summary: undefined }
  }
  const words = countsOf(summary)
  if (summary.total === 0) return { tone: "unsure", words: "Nothing was selected", summary: undefined }
  if (summary.compared === 0) return { tone: "bad", words: `Nothing could be compared: ${words}`, summary }
  switch (verdict) {
    case "drifted":
      return { tone: "bad", words: `Drift: ${words}`, summary }
    case "in_sync":
      // A run may be content with drift that is not as bad as its `failOn`: that is no reason to be pleased.
      return summary.drifted + summary.missing + summary.not_compared + summary.pending === 0
        ? { tone: "good", words: `In sync: ${words}`, summary }
        : { tone: "unsure", words: `Drift, none of it as bad as the job fails on: ${words}`, summary }
    case "could_not_tell":
      return { tone: "unsure", words: `Could not tell: ${words}`, summary }
    default:
      return { tone: "bad", words: `Error${because(why)}: ${words}`, summary }
  }
}

/** The counts that are not zero, in words. */
export const countsOf = (summary: Summary): string => {
  const { drifted, in_sync, missing, not_compared, pending, total, unlisted, waived } = summary
  const parts = [
    [drifted, "drifted"],
    [missing, "missing"],
    [pending, "pending"],
    [not_compared, "not compared"],
    [waived, "waived"]
  ] as const
  const others = parts.flatMap(([size, name]) => (size === 0 ? [] : [`${count(size)} ${name}`]))
  const all = others.length === 0 ? `all ${count(total)} as declared` : `${count(in_sync)} of ${count(total)} in sync`
  return [all, ...others, ...(unlisted === 0 ? [] : [`${count(unlisted)} unlisted`])].join(", ")
}
