import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { fromEpochMillis, Timestamp, toEpochMillis } from "../src/Timestamp.ts"

const decode = Schema.decodeUnknownResult(Timestamp)

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const pad = (value: number, width: number) => String(value).padStart(width, "0")

/** An offset of whole minutes, as RFC 3339 writes it. */
const offsetText = (minutes: number) => {
  const size = Math.abs(minutes)
  return minutes === 0 ? "Z" : `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`
}

/** `millis` as a clock with the offset shows it. `Date` writes the digits, so that the parser is checked against it. */
const written = (millis: number, minutes: number) =>
  new Date(millis + minutes * 60_000).toISOString().replace("Z", offsetText(minutes))

/** An instant of the years 1 to 9999 with an offset that keeps its local date inside of them. */
const Instant = Schema.Struct({
  millis: between(Date.parse("0001-01-02T00:00:00Z"), Date.parse("9999-12-30T23:59:59.999Z")),
  minutes: between(-1439, 1439)
})

describe("Timestamp", () => {
  it.effect.each([
    "2026-03-05T07:05:10Z",
    ...Array.from({ length: 9 }, (_, digits) => `2026-03-05T07:05:10.${"987654321".slice(0, digits + 1)}Z`),
    "2026-03-05T07:05:10.000000000Z",
    "2026-03-05T07:05:10+03:00",
    "2026-03-05T07:05:10.5-23:59",
    "2026-03-05T07:05:10+00:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "2016-12-31T23:59:60Z",
    "1990-12-31T15:59:60-08:00",
    "2024-02-29T00:00:00Z",
    "2000-02-29T00:00:00Z",
    "0004-02-29T00:00:00Z",
    "2026-12-31T23:59:59Z"
  ])("takes %s and keeps its text", (text) =>
    Effect.gen(function* () {
      const timestamp = yield* Schema.decodeUnknownEffect(Timestamp)(text)
      assert.strictEqual(timestamp, text)
      assert.strictEqual(yield* Schema.encodeEffect(Timestamp)(timestamp), text)
    })
  )

  it.each([
    ["no offset", "2026-03-05T07:05:10"],
    ["a bare date", "2026-03-05"],
    ["a blank for the T", "2026-03-05 07:05:10Z"],
    ["10 fraction digits", "2026-03-05T07:05:10.1234567890Z"],
    ["a point without digits", "2026-03-05T07:05:10.Z"],
    ["a comma", "2026-03-05T07:05:10,5Z"],
    ["no seconds", "2026-03-05T07:05Z"],
    ["30 February", "2026-02-30T00:00:00Z"],
    ["29 February of a common year", "2026-02-29T00:00:00Z"],
    ["29 February of 1900", "1900-02-29T00:00:00Z"],
    ["31 April", "2026-04-31T00:00:00Z"],
    ["day 0", "2026-03-00T00:00:00Z"],
    ["month 0", "2026-00-05T00:00:00Z"],
    ["month 13", "2026-13-05T00:00:00Z"],
    ["hour 24", "2026-03-05T24:00:00Z"],
    ["minute 60", "2026-03-05T07:60:00Z"],
    ["second 61", "2026-03-05T07:59:61Z"],
    ["a leap second in the middle of an hour", "2026-03-05T07:05:60Z"],
    ["year 0", "0000-01-01T00:00:00Z"],
    ["a year of 5 digits", "10000-01-01T00:00:00Z"],
    ["a signed year", "+002026-03-05T07:05:10Z"],
    ["an offset of 24 hours", "2026-03-05T07:05:10+24:00"],
    ["an offset of 60 minutes", "2026-03-05T07:05:10+03:60"],
    ["an offset without a colon", "2026-03-05T07:05:10+0300"],
    ["a trailing line break", "2026-03-05T07:05:10Z\n"],
    ["a leading blank", " 2026-03-05T07:05:10Z"],
    ["digits of another script", "２026-03-05T07:05:10Z"],
    ["an instant before the year 1 in UTC", "0001-01-01T00:00:00+00:01"],
    ["an instant after the year 9999 in UTC", "9999-12-31T23:59:59-00:01"],
    ["a number", 1772694310],
    ["an empty text", ""],
    ["null", null],
    ["a numeral", "1"]
  ])("refuses %s", (_, input) => {
    assert.isTrue(Result.isFailure(decode(input)))
  })

  it.effect.prop(
    "keeps any fraction of 1 to 9 digits through a decode and an encode",
    [Instant, between(0, 999_999_999), between(1, 9)],
    ([{ millis, minutes }, nanos, digits]) =>
      Effect.gen(function* () {
        const text = written(millis, minutes).replace(/\.\d{3}/, `.${pad(nanos, 9).slice(0, digits)}`)
        assert.strictEqual(
          yield* Schema.encodeEffect(Timestamp)(yield* Schema.decodeUnknownEffect(Timestamp)(text)),
          text
        )
      }),
    { arbitrary: { runs: 300, seed: "fractions" } }
  )
})

describe("toEpochMillis", () => {
  it.prop(
    "agrees with Date for instants with milliseconds and offsets",
    [Instant],
    ([{ millis, minutes }]) => {
      const text = written(millis, minutes)
      assert.strictEqual(toEpochMillis(Timestamp.make(text)), Date.parse(text))
      assert.strictEqual(toEpochMillis(Timestamp.make(text)), millis)
    },
    { arbitrary: { runs: 1000, seed: "timestamps" } }
  )

  it.each([
    ["1970-01-01T00:00:00Z", 0],
    ["1970-01-01T03:00:00+03:00", 0],
    ["1970-01-01T00:00:00.1Z", 100],
    ["1970-01-01T00:00:00.000999999Z", 0],
    ["1969-12-31T23:59:59.999999999Z", -1],
    ["2016-12-31T23:59:60Z", Date.UTC(2017, 0, 1)],
    ["0001-01-01T00:00:00Z", -62_135_596_800_000],
    ["0099-12-31T23:59:59Z", -59_011_459_201_000],
    ["9999-12-31T23:59:59.999999999Z", 253_402_300_799_999]
  ])("takes %s for %i", (text, millis) => {
    assert.strictEqual(toEpochMillis(Timestamp.make(text)), millis)
  })

  it.prop(
    "is undone by fromEpochMillis",
    [Instant],
    ([{ millis }]) => {
      assert.strictEqual(toEpochMillis(fromEpochMillis(millis)), millis)
    },
    { arbitrary: { runs: 300, seed: "instants" } }
  )
})
