import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { parse } from "../src/internal/strictJson.ts"

const object = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 1]))

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`

/** What a text is, in one word, and why. */
const verdict = (text: string): string => {
  const parsed = parse(text)
  return parsed._tag === "Refused" ? `${parsed.reason}: ${parsed.detail}` : parsed._tag
}

describe("a text", () => {
  it.each<readonly [text: string, verdict: string]>([
    [`{"a":1}`, "Json"],
    [` [1,2] `, "Json"],
    ["null", "Json"],
    ["", "Truncated"],
    ["{", "Truncated"],
    [`{"a`, "Truncated"],
    [`{"a"`, "Truncated"],
    [`{"a":`, "Truncated"],
    [`{"a":1`, "Truncated"],
    [`{"a":tru`, "Truncated"],
    [`{"a":"\\u00`, "Truncated"],
    ["[1,", "Truncated"],
    ["1e", "Truncated"],
    ["-", "Truncated"],
    ["x", "NotJson"],
    [`{a:1}`, "NotJson"],
    [`{"a" 1}`, "NotJson"],
    [`{"a":1}}`, "NotJson"],
    [`{"a":1,}`, "NotJson"],
    ["<html>", "NotJson"],
    // Two readers could take either.
    [`{"a":1,"a":2}`, 'not_json: JSON with the key "a" twice in one object'],
    [`{"a":1,"a":1}`, 'not_json: JSON with the key "a" twice in one object'],
    [`{"x":{"a":1,"b":[{"c":1,"c":2}]}}`, 'not_json: JSON with the key "c" twice in one object'],
    [`{"a":1,"\\u0061":2}`, 'not_json: JSON with the key "a" twice in one object'],
    [`{"a":1 , "a" :2}`, 'not_json: JSON with the key "a" twice in one object'],
    [
      `{"${"k".repeat(80)}":1,"${"k".repeat(80)}":2}`,
      `not_json: JSON with the key "${"k".repeat(60)}" twice in one object`
    ],
    [`{"a":{"a":1},"b":{"a":2}}`, "Json"],
    [`[{"a":1},{"a":2}]`, "Json"],
    // What looks like a key may stand in a text.
    [`{"a":"\\"b\\":1,\\"b\\":2"}`, "Json"],
    [`{"a":":","b":"\\":"}`, "Json"],
    [`{"a":["x",":"],"b":"}{"}`, "Json"],
    [`{"__proto__":1}`, "not_json: JSON with a key __proto__"],
    [`{"a":{"__proto__" : {}}}`, "not_json: JSON with a key __proto__"],
    [`{"\\u005f_proto__":1}`, "not_json: JSON with a key __proto__"],
    [`{"\\u005F_proto__":1}`, "not_json: JSON with a key __proto__"],
    [`{"constructor":1}`, "Json"],
    [`{"a":"__proto__","b":"\\"__proto__\\":1"}`, "Json"],
    // What is no list and no object is no value to count, whatever stands in it.
    [`<p>${"[".repeat(40)}`, "NotJson"],
    [`}{"a":1}`, "NotJson"],
    [`{"a":1}}{"a":1,"b":1}`, "NotJson"],
    // The keys of an object that was closed are no longer in the way, those of one that is open are.
    [`{"a":{"b":1},"b":2}`, "Json"],
    [`{"a":{"b":1},"a":2}`, 'not_json: JSON with the key "a" twice in one object'],
    [`{"a":[{"b":1},{"b":2},["b"]],"b":2}`, "Json"],
    [`{"a":["x","x",{}],"a":2}`, 'not_json: JSON with the key "a" twice in one object'],
    [`{"a":["x"],"b":[],"c":{},"b":2}`, 'not_json: JSON with the key "b" twice in one object'],
    [`[[{"a":1}],{"a":2,"b":3,"b":4}]`, 'not_json: JSON with the key "b" twice in one object'],
    [`{"a":"b","b":"a"}`, "Json"],
    // Commas in texts part nothing, and stand for no other.
    [`{"a":"x, y","b":["1,2"]}`, "Json"],
    [`{"a":1,"a":"\\u002c"}`, 'not_json: JSON with the key "a" twice in one object'],
    [`{"a":"\\u002c","b":"\\u002c"}`, "Json"],
    [`{"a":{"b":1,"c":2},"a":3}`, 'not_json: JSON with the key "a" twice in one object'],
    [`{"a":1,"b":"__proto__"}`, "Json"],
    // Two keys of one hash.
    [`{"Aa":1,"BB":2}`, "Json"],
    [`{"\\u0062":1,"c":2}`, "Json"],
    [`{"a\\"b":1,"a":2}`, "Json"]
  ])("%s is %s", (text, expected) => {
    assert.strictEqual(verdict(text), expected)
  })

  it.each<readonly [name: string, text: string, verdict: string]>([
    ["an object of 1,000 fields", JSON.stringify(object(1_000)), "Json"],
    ["one of 1,001", JSON.stringify(object(1_001)), "too_large: JSON with an object of more than 1000 fields"],
    ["two objects of 1,000", JSON.stringify([object(1_000), object(1_000)]), "Json"],
    ["an object of 1,000 in one of as many", JSON.stringify({ ...object(998), last: object(1_000), next: 1 }), "Json"],
    [
      "an object of 1,000 in one of more",
      JSON.stringify({ ...object(999), last: [object(1_000)], next: 1 }),
      "too_large: JSON with an object of more than 1000 fields"
    ],
    // A value takes a comma, or a bracket, or both.
    ["a list of 60,000 numbers", `[${"1,".repeat(59_999)}1]`, "Json"],
    ["one of 60,001", `[${"1,".repeat(60_000)}1]`, "too_large: JSON of more than 60000 values"],
    ["30,000 empty objects", `[${"{},".repeat(29_999)}{}]`, "Json"],
    ["30,001 of them", `[${"{},".repeat(30_000)}{}]`, "too_large: JSON of more than 60000 values"],
    ["30,001 empty lists", `[${"[],".repeat(30_000)}[]]`, "too_large: JSON of more than 60000 values"],
    ["30,000 objects of one field", `[${'{"a":1},'.repeat(29_999)}{"a":1}]`, "Json"],
    ["30,001 of them", `[${'{"a":1},'.repeat(30_000)}{"a":1}]`, "too_large: JSON of more than 60000 values"],
    ["a text of commas", JSON.stringify(",".repeat(200_000)), "Json"],
    ["a page with a large style", `<style>${"a{b:c}".repeat(100_000)}</style>`, "NotJson"],
    ["32 levels", nested(32), "Json"],
    ["33 levels", nested(33), "too_large: JSON of more than 32 levels"],
    ["32 levels that end in nothing", nested(32).replace("1", "null"), "Json"],
    ["33 levels, and fewer after them", `[${nested(33)},[]]`, "too_large: JSON of more than 32 levels"],
    [
      "an object of 1,001, and a small one after it",
      JSON.stringify([object(1_001), object(1)]),
      "too_large: JSON with an object of more than 1000 fields"
    ],
    [
      "50,000 lists, one in another",
      `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
      "too_large: JSON of more than 32 levels"
    ],
    ["100 lists, one in another", `${"[".repeat(100)}${"]".repeat(100)}`, "too_large: JSON of more than 32 levels"]
  ])("as large as %s", (_, text, expected) => {
    assert.strictEqual(verdict(text), expected)
  })

  it.each<readonly [text: string, value: unknown]>([
    ["9007199254740991", 9_007_199_254_740_991],
    ["[9007199254740993]", ["9007199254740993"]],
    ["[999999999999999,1,23456789012345678]", [999_999_999_999_999, 1, "23456789012345678"]],
    ['{"a":[1234567890123456789]}', { a: ["1234567890123456789"] }],
    ["[1111111111,2222222222]", [1_111_111_111, 2_222_222_222]],
    ["[0.30000000000000004]", [0.300_000_000_000_000_04]],
    ['{"a":-9223372036854775808}', { a: "-9223372036854775808" }],
    ['{"a": 123456789012345678 }', { a: "123456789012345678" }],
    ['{"a":1234567890123456.5}', { a: 1_234_567_890_123_456.5 }],
    ['{"a":1e30}', { a: 1e30 }],
    ['{"a":12345678901234567890123}', { a: Number("12345678901234567890123") }],
    [
      '{"a":"text :12345678901234567890","b":12345678901234567}',
      { a: "text :12345678901234567890", b: "12345678901234567" }
    ]
  ])("keeps the digits of %s", (text, value) => {
    assert.deepStrictEqual(parse(text), { _tag: "Json", value })
  })

  const AnyJson = Schema.Record(Schema.String, Schema.Json)

  it.effect.prop(
    "that was written by JSON.stringify is read as it was, and each beginning of it is cut short",
    [AnyJson],
    ([value]) =>
      Effect.sync(() => {
        const written = JSON.parse(JSON.stringify(value))
        const text = JSON.stringify(written)
        if (/__proto__/.test(text)) return
        assert.deepStrictEqual(parse(text), { _tag: "Json", value: written })
        for (let length = 1; length < text.length; length += 1 + Math.floor(text.length / 40)) {
          assert.strictEqual(parse(text.slice(0, length))._tag, "Truncated", text.slice(0, length))
        }
      }),
    { arbitrary: { runs: 300, seed: "json" } }
  )
})
