import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { inOneLine, int64, message } from "../src/internal/protoJson.ts"

const decode = Schema.decodeUnknownResult(message(Schema.Struct({ count: int64 })))

describe("an int64", () => {
  it.each<readonly [value: unknown, count: bigint]>([
    [42, 42n],
    [-1, -1n],
    [0, 0n],
    ["42", 42n],
    ["-9223372036854775808", -9_223_372_036_854_775_808n],
    ["9223372036854775807", 9_223_372_036_854_775_807n],
    [undefined, 0n],
    [null, 0n]
  ])("of %j is read", (value, count) => {
    assert.deepStrictEqual(decode(value === undefined ? {} : { count: value }), Result.succeed({ count }))
  })

  it.each([1.5, 1e21, "1.5", "", "0x10", "+1", " 1", "9223372036854775808", "-9223372036854775809", "1e3"])(
    "of %j is refused",
    (value) => {
      const result = decode({ count: value })
      assert.isTrue(Result.isFailure(result))
      assert.match(inOneLine((result as Result.Failure<unknown, Schema.SchemaError>).failure), /a 64-bit integer/)
    }
  )
})

describe("what a schema has to say", () => {
  it("is one line, its words parted by one blank", () => {
    const Deep = Schema.Struct({ outer: Schema.Struct({ inner: Schema.String }) })
    const result = Schema.decodeUnknownResult(Deep)({ outer: { inner: 1 } })
    const text = inOneLine((result as Result.Failure<unknown, Schema.SchemaError>).failure)
    assert.match(text, /\S \S/)
    assert.notMatch(text, /\s\s|[\n\t]/)
    assert.match(text, /\["outer"\]\["inner"\]/)
  })
})
