/**
 * Instants as the API writes them: RFC 3339 text with 0 to 9 fraction digits.
 *
 * The text itself is the value. A `Date` keeps milliseconds only, and Cloud Backup sends nanoseconds, so nothing is
 * converted until a rule needs to reckon with it.
 */
import * as Schema from "effect/Schema"
import { text } from "./internal/protoJson.ts"

const daysIn = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31

/** The number that the two digits of `text` at `index` make; `NaN` where there are none. */
const twoDigits = (text: string, index: number): number => {
  const tens = text.charCodeAt(index) - 48
  const units = text.charCodeAt(index + 1) - 48
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : Number.NaN
}

/** What stands between the numbers of `0000-00-00T00:00:00`. */
const hasMarks = (text: string): boolean =>
  text.charAt(4) === "-" &&
  text.charAt(7) === "-" &&
  text.charAt(10) === "T" &&
  text.charAt(13) === ":" &&
  text.charAt(16) === ":"

const end = /^(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/

/**
 * Years outside 0001…9999 are outside of protobuf's `Timestamp`. A page of a list has thousands of times to be looked at, most
 * of them in whole seconds of UTC.
 */
const isRfc3339 = (text: string): boolean => {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  const isDay = year >= 1 && month >= 1 && month <= 12 && day >= 1 && (day <= 28 || day <= daysIn(year, month))
  const isTime = twoDigits(text, 11) <= 23 && minute <= 59 && (second <= 59 || (second === 60 && minute === 59))
  if (!isDay || !isTime || !hasMarks(text)) return false
  const isUtc = text.endsWith("Z")
  if (text.length > 20 || !isUtc) {
    if (!end.test(text.slice(19))) return false
    const offset = text.length - 5
    if (!isUtc && !(twoDigits(text, offset) <= 23 && twoDigits(text, offset + 3) <= 59)) return false
  }
  return (isUtc && second < 60) || isInRange(epochMillis(text))
}

/** The instants of protobuf's `Timestamp`: an offset, or a leap second, can carry a text out of them. */
const isInRange = (millis: number): boolean => millis >= -62_135_596_800_000 && millis <= 253_402_300_799_999

/**
 * A strict RFC 3339 instant, from `0001-01-01T00:00:00Z` to `9999-12-31T23:59:59.999999999Z`, kept as the text that was
 * read, so that nanoseconds and the offset survive a decode and an encode. `2026-02-30T00:00:00Z`, a missing offset and
 * a bare date are refused.
 */
export const Timestamp = text(
  Schema.String.check(
    Schema.makeFilter(isRfc3339, {
      expected: "an RFC 3339 timestamp such as 2026-03-05T07:05:10.391904178Z"
    })
  ).pipe(Schema.brand("Timestamp")),
  isRfc3339
)
export type Timestamp = typeof Timestamp.Type

/**
 * Milliseconds since 1970-01-01T00:00:00Z, rounded down to the whole millisecond. A leap second counts as the first
 * second of the next minute.
 */
export const toEpochMillis = (timestamp: Timestamp): number => epochMillis(timestamp)

/** The thousandths that `text` counts after its seconds. */
const millisOfFraction = (text: string): number => {
  if (text.charAt(19) !== ".") return 0
  let millis = 0
  let scale = 100
  for (let index = 20; scale >= 1; index++) {
    const digit = text.charCodeAt(index) - 48
    if (!(digit >= 0 && digit <= 9)) break
    millis += digit * scale
    scale = Math.floor(scale / 10)
  }
  return millis
}

/** 400 years. */
const eraMillis = 146_097 * 86_400_000

const epochMillis = (text: string): number => {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5) - 1
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  // `Date.UTC` takes the years 0 to 99 for 1900 to 1999; the calendar repeats itself every 400 years.
  const era = year < 100 ? 400 : 0
  const whole = Date.UTC(year + era, month, twoDigits(text, 8), hour, minute, second) - (era === 0 ? 0 : eraMillis)
  const fraction = millisOfFraction(text)
  if (text.endsWith("Z")) return whole + fraction
  const offset = text.length - 5
  const minutes = twoDigits(text, offset) * 60 + twoDigits(text, offset + 3)
  return whole + fraction - (text.charAt(offset - 1) === "-" ? -1 : 1) * minutes * 60_000
}

/** The instant `millis` after 1970-01-01T00:00:00Z, in UTC with milliseconds. */
export const fromEpochMillis = (millis: number): Timestamp => Timestamp.make(new Date(millis).toISOString())
