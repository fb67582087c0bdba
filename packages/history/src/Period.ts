/**
 * The time that a report is about: a year, a quarter, a month, a week, a day, or days from one to another, in a time zone.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

/** A day of a period: its name, and its bounds in milliseconds since 1970, the end left out. */
export interface PeriodDay {
  readonly day: string
  readonly from: number
  readonly to: number
}

/** Whole days of a time zone. */
export interface Period {
  /** As it was asked for. */
  readonly text: string
  readonly timeZone: string
  /** In milliseconds since 1970, the end left out. */
  readonly from: number
  readonly to: number
  readonly days: ReadonlyArray<PeriodDay>
}

/** The forms that a period can have, for messages. */
export const periodForms = "2026, 2026-Q3, 2026-10, 2026-W44, 2026-10-05 or 2026-10-01..2026-10-15"

const dayMillis = 86_400_000

/** A report lists days: ten years of them at most. */
const maxDays = 3_660

/** Days are numbered from 1970-01-01, whatever the time zone. */
const dayOf = (year: number, month: number, day = 1): number => Date.UTC(year, month - 1, day) / dayMillis

const nameOf = (day: number): string => new Date(day * dayMillis).toISOString().slice(0, 10)

const parseDay = (text: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined
  const day = Date.parse(`${text}T00:00:00Z`) / dayMillis
  return Number.isNaN(day) || nameOf(day) !== text ? undefined : day
}

/** The Monday of a week as ISO 8601 counts them: the first is the one with the year's fourth of January. */
const mondayOf = (year: number, week: number): number => {
  const fourth = dayOf(year, 1, 4)
  // 1970-01-01 was a Thursday.
  return fourth - ((fourth + 3) % 7) + 7 * (week - 1)
}

/** The first day, and the day after the last. */
const daysOf = (text: string): readonly [number, number] | string => {
  const [first, last, ...more] = text.split("..")
  if (last !== undefined) {
    const from = parseDay(first ?? "")
    const to = parseDay(last)
    if (from === undefined || to === undefined || more.length > 0) return "its ends are no days"
    return to < from ? "it ends before it begins" : [from, to + 1]
  }
  const day = parseDay(text)
  if (day !== undefined) return [day, day + 1]
  const [, yearText = "", kind = "", partText = ""] = /^(\d{4})(?:-(Q|W)?(\d{1,2}))?$/i.exec(text) ?? []
  const year = Number(yearText)
  const part = Number(partText)
  if (yearText === "" || year < 1970) return "it is no period"
  if (partText === "") return [dayOf(year, 1), dayOf(year + 1, 1)]
  switch (kind.toUpperCase()) {
    case "Q":
      return part < 1 || part > 4 || partText.length > 1
        ? "a year has the quarters Q1 to Q4"
        : [dayOf(year, 3 * part - 2), dayOf(year, 3 * part + 1)]
    case "W": {
      if (partText.length < 2) return "it is no period"
      const monday = mondayOf(year, part)
      return part < 1 || monday >= mondayOf(year + 1, 1) ? `${year} has no week ${part}` : [monday, monday + 7]
    }
    default:
      if (partText.length < 2) return "it is no period"
      return part < 1 || part > 12 ? "a year has the months 01 to 12" : [dayOf(year, part), dayOf(year, part + 1)]
  }
}

/** When a day begins in a time zone: at midnight, or at the first moment after it where a change of clocks leaves that out. */
const beginningOf = (day: number, zone: DateTime.TimeZone): number =>
  DateTime.toEpochMillis(
    DateTime.makeZonedUnsafe(new Date(day * dayMillis), { timeZone: zone, adjustForTimeZone: true })
  )

/** The period that a text names; why it names none, otherwise. */
export const parsePeriod = (text: string, timeZone = "UTC"): Result.Result<Period, string> => {
  const zone = DateTime.zoneMakeNamed(timeZone)
  if (Option.isNone(zone)) return Result.fail(`there is no time zone "${timeZone.slice(0, 80)}"`)
  const days = daysOf(text)
  if (typeof days === "string") return Result.fail(days)
  const [first, end] = days
  if (end - first > maxDays) return Result.fail("it is longer than ten years")
  const begins = Array.from({ length: end - first + 1 }, (_, index) => beginningOf(first + index, zone.value))
  return Result.succeed({
    text,
    timeZone,
    from: begins[0] ?? 0,
    to: begins.at(-1) ?? 0,
    days: begins.slice(0, -1).map((from, index) => ({
      day: nameOf(first + index),
      from,
      to: begins[index + 1] ?? from
    }))
  })
}
