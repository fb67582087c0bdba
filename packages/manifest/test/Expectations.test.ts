import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { parseDuration } from "../src/Expectations.ts"

const hour = 3_600_000
const day = 24 * hour

const valid: ReadonlyArray<readonly [string, number]> = [
  ["1s", 1000],
  ["90m", 1.5 * hour],
  ["26h", 26 * hour],
  ["1d", day],
  ["2w", 14 * day],
  ["1d12h", 36 * hour],
  ["1w2d3h4m5s", 9 * day + 3 * hour + 4 * 60_000 + 5000],
  ["12h1d", 36 * hour],
  ["1h1h", 2 * hour],
  ["007d", 7 * day],
  ["0d1s", 1000],
  ["999999w", 999_999 * 7 * day]
]

const invalid = [
  ..."|0|1|24|h|s|0s|0h0m|-1h|+1h|1.5h|1,5h|1e3s|1H|1D|1M|1ms|1y|1mo|1 h| 1h|1h |1h\n|1h 30m|1h,30m|1h30|h1|1hh".split(
    "|"
  ),
  ...["PT1H", "P1D", "1 hour", "1hour", "two hours", "infinity", "NaN", "1000000h", "1ч", "１h", "1h\u0000", "0x10h"]
]

describe("parseDuration", () => {
  for (const [text, millis] of valid) {
    it.effect(`reads ${text} as ${millis} ms`, () => Effect.sync(() => assert.strictEqual(parseDuration(text), millis)))
  }

  it.effect("reads nothing else", () =>
    Effect.sync(() =>
      assert.deepStrictEqual(
        invalid.filter((text) => parseDuration(text) !== undefined),
        []
      )
    )
  )

  it.effect.prop(
    "sums its parts in whatever order they stand",
    [
      Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 999_999 }))), {
        minLength: 1,
        maxLength: 5
      })
    ],
    ([amounts]) =>
      Effect.sync(() => {
        const parts = amounts.map((amount, index) => `${amount}${"smhdw"[index]}`)
        const sum = parts.reduce((millis, part) => millis + (parseDuration(part) ?? Number.NaN), 0)
        assert.strictEqual(parseDuration(parts.join("")), sum)
        assert.strictEqual(parseDuration(parts.toReversed().join("")), sum)
      }),
    { arbitrary: { seed: 1, runs: 200 } }
  )

  it.effect("survives a text as long as a file may be", () =>
    Effect.sync(() => {
      for (const text of ["1s".repeat(5_000_000), "1".repeat(10_000_000), `${"1s".repeat(5_000_000)}!`]) {
        assert.doesNotThrow(() => parseDuration(text))
      }
    })
  )
})
