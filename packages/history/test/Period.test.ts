import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { parsePeriod } from "../src/Period.ts"
import { period } from "./periodData.ts"

const boundsOf = (text: string, timeZone?: string) => {
  const { days, from, to } = period(text, timeZone)
  return [new Date(from).toISOString(), new Date(to).toISOString(), days.length]
}

describe("parsePeriod", () => {
  it.each([
    ["2026", "2026-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z", 365],
    ["2026-Q3", "2026-07-01T00:00:00.000Z", "2026-10-01T00:00:00.000Z", 92],
    ["2026-10", "2026-10-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z", 31],
    ["2024-02", "2024-02-01T00:00:00.000Z", "2024-03-01T00:00:00.000Z", 29],
    ["2026-W44", "2026-10-26T00:00:00.000Z", "2026-11-02T00:00:00.000Z", 7],
    ["2026-W01", "2025-12-29T00:00:00.000Z", "2026-01-05T00:00:00.000Z", 7],
    ["2026-W53", "2026-12-28T00:00:00.000Z", "2027-01-04T00:00:00.000Z", 7],
    ["2026-10-05", "2026-10-05T00:00:00.000Z", "2026-10-06T00:00:00.000Z", 1],
    ["2026-10-01..2026-10-15", "2026-10-01T00:00:00.000Z", "2026-10-16T00:00:00.000Z", 15]
  ] as const)("takes %s", (text, from, to, days) => {
    assert.deepStrictEqual(boundsOf(text), [from, to, days])
  })

  it("cuts days where the time zone has its midnights, also where clocks are changed", () => {
    assert.deepStrictEqual(boundsOf("2026-10", "Europe/Berlin"), [
      "2026-09-30T22:00:00.000Z",
      "2026-10-31T23:00:00.000Z",
      31
    ])
    // There was no midnight: clocks went from 23:59 to 01:00.
    assert.deepStrictEqual(boundsOf("2018-11-04", "America/Sao_Paulo"), [
      "2018-11-04T03:00:00.000Z",
      "2018-11-05T02:00:00.000Z",
      1
    ])
    const days = period("2026", "Europe/Moscow").days
    for (const [index, { from }] of days.entries()) if (index > 0) assert.strictEqual(days[index - 1]?.to, from)
  })

  it.each([
    ["2026-13", "a year has the months 01 to 12"],
    ["2026-Q5", "a year has the quarters Q1 to Q4"],
    ["2025-W53", "2025 has no week 53"],
    ["2026-02-30", "it is no period"],
    ["October", "it is no period"],
    ["2026-10-15..2026-10-01", "it ends before it begins"],
    ["2026-10..2026-11", "its ends are no days"],
    ["2026-10-01..2026-10-02..2026-10-03", "its ends are no days"],
    ["2001-01-01..2026-01-01", "it is longer than ten years"]
  ])("refuses %s: %s", (text, why) => {
    assert.deepStrictEqual(parsePeriod(text), Result.fail(why))
  })

  it("refuses a time zone that there is not", () => {
    assert.deepStrictEqual(
      parsePeriod("2026-10", "Europe/Moskow"),
      Result.fail('there is no time zone "Europe/Moskow"')
    )
  })
})
