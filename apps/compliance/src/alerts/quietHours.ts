/**
 * When a message may be sent.
 */
import * as DateTime from "effect/DateTime"
import type { QuietHours } from "./AlertsConfig.ts"

const dayMillis = 86_400_000

/** The first moment from `now` on that is not quiet, in milliseconds since 1970. */
export const quietUntil = (now: number, quiet: QuietHours | undefined): number => {
  if (quiet === undefined || quiet.from === quiet.to) return now
  const local = DateTime.toParts(DateTime.makeZonedUnsafe(now, { timeZone: quiet.timeZone }))
  const minute = local.hour * 60 + local.minute
  const { from, to } = quiet
  const isQuiet = from < to ? minute >= from && minute < to : minute >= from || minute < to
  if (!isQuiet) return now
  // Quiet hours that began today and end tomorrow.
  const isTomorrow = minute >= to
  const midnight = Date.UTC(local.year, local.month - 1, local.day) + (isTomorrow ? dayMillis : 0)
  const endAs = (disambiguation: DateTime.Disambiguation): number =>
    DateTime.toEpochMillis(
      DateTime.makeZonedUnsafe(new Date(midnight + to * 60_000), {
        timeZone: quiet.timeZone,
        adjustForTimeZone: true,
        disambiguation
      })
    )
  const end = endAs("compatible")
  // Where clocks were put back an hour comes twice: the first of them may be over.
  return end > now ? end : Math.max(now, endAs("later"))
}
