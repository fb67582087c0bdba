/**
 * What a period comes to, in words: every format for people says the same.
 */
import { formatDuration } from "@holdfast/check/formatDuration"
import type {
  DayRange,
  PeriodFinding,
  PeriodGap,
  PeriodReport,
  Repairs,
  RpoTally
} from "@holdfast/history/PeriodReport"
import type { Remark } from "./conclusion.ts"

/** A number with a word, in the plural of any but one. */
export const several = (count: number, word: string, many = `${word}s`): string =>
  `${count} ${count === 1 ? word : many}`

/** A part of a whole, rounded down, so that only all of it is 100 %; and only nothing of it is 0 %. */
export const percent = (part: number, whole: number): string => {
  if (whole === 0) return "none"
  const thousandths = Math.floor((1000 * part) / whole)
  return thousandths === 0 && part > 0 ? "under 0.1 %" : `${(thousandths / 10).toFixed(1)} %`
}

/** A span of whole seconds. */
export const span = (seconds: number): string => formatDuration(seconds * 1000)

/** A time to the minute. */
export const minute = (time: string): string =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(time)
    ? `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
    : "an unknown time"

/** Days in a row. */
export const days = ({ days, first, last }: DayRange): string =>
  days === 1 ? first : `${first} to ${last} (${days} days)`

/** How long repairs took. */
export const repairs = ({ count, mean_seconds, median_seconds }: Repairs): string =>
  mean_seconds === null || median_seconds === null
    ? "nothing was repaired"
    : `${span(mean_seconds)} on average, median ${span(median_seconds)}, of ${several(count, "repair")}`

/** How long a finding lasted, and how much of it is not known. */
export const lasted = ({ seconds, state, unknown_seconds }: PeriodFinding): string => {
  const unknown = unknown_seconds === 0 ? "" : `, of it ${span(unknown_seconds)} unknown`
  return `${span(seconds)}${state === "open" ? ", still open" : ""}${unknown}`
}

/** How findings end. */
export const endings = {
  open: "open",
  repaired: "repaired",
  undeclared: "declared no more",
  changed: "changed"
} as const satisfies Readonly<Record<PeriodFinding["state"], string>>

/** How a finding ended, and when. */
export const ending = ({ ended_at, state }: PeriodFinding): string =>
  ended_at === null ? endings.open : `${endings[state]} ${minute(ended_at)}`

/** Breaches of the RPO in a line. */
export const breaches = ({
  breaches,
  longest_seconds,
  open_at_end,
  seconds,
  unknown_seconds,
  waived
}: RpoTally): string => {
  if (breaches === 0) return "none"
  const parts = [
    `${breaches}, ${span(seconds)} in all, the longest ${span(longest_seconds)}`,
    open_at_end === 0 ? "" : `${open_at_end} still open`,
    waived === 0 ? "" : `${waived} accepted by waivers`,
    unknown_seconds === 0 ? "" : `unknown for ${span(unknown_seconds)} of it`
  ]
  return parts.filter((part) => part !== "").join("; ")
}

/** What a run did not tell. */
export const gap = ({ not_compared, state, total, verdict, why }: PeriodGap): string => {
  const reason = why === "" ? "" : `: ${why}`
  if (state !== "finished") return `${state === "due" || state === "running" ? "not finished" : state}${reason}`
  const unread = not_compared === null || not_compared === 0 ? "" : `, ${not_compared} of ${total} not compared`
  return `${verdict === null ? "no verdict" : verdict.replaceAll("_", " ")}${unread}${reason}`
}

/** The period, and the job where one was asked for. It holds names of others. */
export const title = ({ job, period }: PeriodReport): string =>
  `${period.text}${job === null ? "" : `, job ${job}`}${period.time_zone === "UTC" ? "" : ` (${period.time_zone})`}`

/** What the period comes to, in a sentence without a full stop. It holds no text of others. */
export const periodConclusion = ({ gaps, is_over, jobs, known_from, period, summary }: PeriodReport): Remark => {
  const { at_end, drift, over_period, rpo, runs } = summary
  if (runs.finished === 0) return { tone: "bad", text: "Nothing is known of the period: no run finished" }
  const share = `${percent(over_period.in_sync, over_period.total)} protected over ${several(runs.finished, "run")}`
  const ended = `${percent(at_end.in_sync, at_end.total)} at the end`
  const open = rpo.open_at_end === 0 ? "" : `, ${rpo.open_at_end} still open`
  const text = `${share}, ${ended}; ${rpo.breaches === 0 ? "no RPO breach" : `${several(rpo.breaches, "RPO breach", "RPO breaches")}${open}`}`
  if (at_end.drifted + at_end.missing + rpo.open_at_end + drift.open_at_end > 0) return { tone: "bad", text }
  const hasGaps = gaps.length > 0 || jobs.some(({ days_without_run }) => days_without_run.length > 0)
  const isKnown = known_from !== null && known_from <= period.from
  const isWhole =
    !hasGaps &&
    isKnown &&
    is_over &&
    [over_period, at_end].every(({ in_sync, total, waived }) => in_sync + waived === total)
  return { tone: isWhole && at_end.total > 0 && rpo.breaches === 0 ? "good" : "unsure", text }
}

/** What must be known before the figures are believed. It holds no text of others. */
export const periodCautions = ({
  is_over,
  jobs,
  known_from,
  known_until,
  period,
  summary
}: PeriodReport): ReadonlyArray<Remark> => {
  const { over_period, rpo, runs, without_rows } = summary
  const unread = over_period.total - over_period.compared
  const without = jobs.reduce((sum, job) => sum + job.days_without_run.reduce((all, { days }) => all + days, 0), 0)
  const unsure = (is: boolean, text: string): ReadonlyArray<Remark> => (is ? [{ tone: "unsure", text }] : [])
  const notRun = runs.failed + runs.missed + runs.skipped
  return [
    ...unsure(
      known_from !== null && known_from > period.from,
      `History begins at ${minute(known_from ?? "")}: nothing is said of what was before`
    ),
    ...unsure(
      !is_over,
      known_until === null
        ? "No run of these jobs has ever finished"
        : `The period is not over, or nothing ran since: the figures end at ${minute(known_until)}`
    ),
    ...unsure(
      notRun > 0,
      `${several(notRun, "run")} told nothing: ${runs.failed} failed, ${runs.missed} missed, ${runs.skipped} skipped`
    ),
    ...unsure(runs.open > 0, `${several(runs.open, "run")} did not end`),
    ...unsure(
      runs.could_not_tell + runs.error > 0,
      `${several(runs.could_not_tell + runs.error, "run")} could not tell`
    ),
    ...unsure(
      unread > 0,
      `${percent(unread, over_period.total)} of the checks could not be made: what was not compared is not protected`
    ),
    ...unsure(without > 0, `On ${several(without, "day")} no run of a job finished`),
    ...unsure(
      without_rows > 0,
      `The rows of ${several(without_rows, "run")} were thrown away since: what they said of waivers is not part of this`
    ),
    ...unsure(
      rpo.unknown_seconds > 0,
      `Of the breaches, ${span(rpo.unknown_seconds)} are unknown: nobody could read the resources then`
    )
  ]
}
