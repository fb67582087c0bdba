/**
 * What is told of a run that has ended, of ticks that nobody ran, and of waivers that are about to end. Pure.
 */
import type { Finding, WaiverSeen } from "@holdfast/history/Run"
import type { Announce, OutboxMessage, RunChanges } from "@holdfast/history/RunStore"
import type { AlertEvent, Alerts } from "./AlertsConfig.ts"
import { compose, nothing } from "./compose.ts"

/** What could not be compared is told of by the run as a whole, and what is waived by nobody. */
const isNews = ({ kind, waived }: Finding): boolean => kind !== "not_compared" && !waived

const eventsOf = (
  { couldNotTell: limit }: Alerts,
  { couldNotTell, couldNotTellBefore, failedBefore, previous, run }: RunChanges
): ReadonlyArray<AlertEvent> => {
  const hadFailed = previous?.state === "failed"
  const hasFailed = run.state === "failed"
  return [
    ...(hasFailed && !hadFailed ? (["run_failed"] as const) : []),
    ...(couldNotTell === limit ? (["could_not_tell"] as const) : []),
    // Whoever heard of it hears of its end.
    ...(couldNotTell === 0 && (couldNotTellBefore >= limit || failedBefore > 0) ? (["could_tell_again"] as const) : [])
  ]
}

/** What is told of a run. Nothing is told twice: drift that was there before, or a failure after a failure, is no news. */
export const announce =
  (alerts: Alerts): Announce =>
  (changes, now) => {
    const { couldNotTell, couldNotTellBefore, opened, resolved, run, unwaived } = changes
    return compose(
      alerts,
      {
        ...nothing,
        job: run.job,
        identity: ["run", run.job, run.run_id],
        events: eventsOf(alerts, changes),
        run,
        silentRuns: couldNotTell === 0 ? couldNotTellBefore : couldNotTell,
        opened: [...opened, ...unwaived].filter(isNews),
        unwaived: new Set(unwaived.map(({ finding_id }) => finding_id)),
        // Where another finding took its place, that one is the news.
        resolved: resolved.filter((finding) => isNews(finding) && finding.resolution !== "changed")
      },
      now
    )
  }

/** Ticks of a job that were recorded as missed together. */
export interface MissedTicks {
  readonly job: string
  /** When they were recorded, in milliseconds since 1970. */
  readonly recordedAt: number
  readonly ticks: ReadonlyArray<{ readonly tick: number; readonly why: string }>
}

/** What is told of ticks that nobody ran in time: once for all that were recorded together. */
export const announceMissed = (alerts: Alerts, missed: MissedTicks, now: number): ReadonlyArray<OutboxMessage> =>
  compose(
    alerts,
    {
      ...nothing,
      job: missed.job,
      identity: ["missed", missed.job, String(missed.recordedAt)],
      events: ["run_missed"],
      missed: missed.ticks
        .toSorted((a, b) => b.tick - a.tick)
        .map(({ tick, why }) => ({ tick: new Date(tick).toISOString(), why }))
    },
    now
  )

const dayMillis = 86_400_000

/** The last threshold that a waiver has passed, in days; `undefined` where none is passed yet, or it has ended. */
const thresholdOf = ({ waiverDays }: Alerts, { until_at }: WaiverSeen, now: number): number | undefined => {
  const left = Date.parse(until_at) - now
  return left <= 0 ? undefined : waiverDays.toSorted((a, b) => a - b).find((days) => left <= days * dayMillis)
}

/** What is told of waivers that are about to end: once for each threshold, and together of those that end together. */
export const announceWaivers = (
  alerts: Alerts,
  waivers: ReadonlyArray<WaiverSeen>,
  now: number
): ReadonlyArray<OutboxMessage> => {
  const together = new Map<string, { readonly days: number; readonly all: Array<WaiverSeen> }>()
  for (const waiver of waivers) {
    const days = thresholdOf(alerts, waiver, now)
    if (days === undefined) continue
    const key = JSON.stringify([waiver.job, waiver.until_at])
    const known = together.get(key)
    if (known === undefined) together.set(key, { days, all: [waiver] })
    else known.all.push(waiver)
  }
  return [...together.values()].flatMap(({ all, days }) => {
    const sorted = all.toSorted((a, b) => (a.waiver_id < b.waiver_id ? -1 : 1))
    const [first] = sorted
    if (first === undefined) return []
    const ids = sorted.map(({ waiver_id }) => waiver_id)
    return compose(
      alerts,
      {
        ...nothing,
        job: first.job,
        identity: ["waivers", first.job, first.until_at, String(days), ...ids],
        events: ["waiver_ends"],
        waivers: sorted.map(({ until_at, waiver, waiver_id }) => ({ waiver_id, until_at, days, waiver }))
      },
      now
    )
  })
}
