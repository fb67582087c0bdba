import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { displayWidth, escapeText, pad, palette, safe } from "../src/Terminal.ts"
import { assertHarmless, hostile } from "./hostile.ts"

describe("escapeText", () => {
  it.each([
    ["сервер-1 数据库 💾 é", "сервер-1 数据库 💾 é"],
    ["a\nb\r\tc", "a\\nb\\r\\tc"],
    ["\u001b[31m\u0000\u007f\u0085", "\\x1b[31m\\x00\\x7f\\x85"],
    ["\u202e\u200b\ufeff", "\\u{202e}\\u{200b}\\u{feff}"],
    ["\ud800 \u{e0041}", "\\u{d800} \\u{e0041}"],
    ["##[error]x", "\\x23#[error]x"],
    ["##vso[task.x]", "\\x23#vso[task.x]"],
    ["##teamcity[x]", "\\x23#teamcity[x]"],
    ["::error::x", "\\x3a:error::x"],
    ["::error file=a,line=1::x", "\\x3a:error file=a,line=1::x"],
    ["std::vector, [::1]:8080, 12:30, #1 ## title", "std::vector, [::1]:8080, 12:30, #1 ## title"]
  ])("of %j is %s", (text, expected) => {
    assert.strictEqual(escapeText(text), expected)
  })

  it.each(Object.keys(hostile))("makes %s harmless at the beginning of a line", (name) => {
    const text = escapeText(hostile[name] as string)
    assertHarmless(text)
    assert.notInclude(text, "\n")
  })

  it.prop(
    "leaves letters, digits and common punctuation as they are",
    [Schema.String.check(Schema.isPattern(/^[a-zA-Z0-9 .,_/()"'=-]*$/))],
    ([text]) => {
      assert.strictEqual(escapeText(text), text)
    },
    { arbitrary: { runs: 300, seed: "plain text" } }
  )
})

describe("safe", () => {
  it("escapes what is inserted, and leaves the template alone", () => {
    assert.strictEqual(safe`a\n${"b\n"}c${7}\t${""}`, "a\nb\\nc7\t")
    assert.strictEqual(safe`nothing`, "nothing")
  })
})

describe("pad", () => {
  it.each(["", "a", "сервер", "数据", "💾", "e\u0301", "longer than ten"])("fills %j up to ten cells", (text) => {
    assert.strictEqual(displayWidth(pad(text, 10)), Math.max(10, displayWidth(text)))
    assert.isTrue(pad(text, 10).startsWith(text))
  })
})

describe("pad to the width of a megabyte", () => {
  it("is as wide as a line", () => {
    assert.strictEqual(pad("a", 1_000_000).length, 120)
  })
})

describe("palette", () => {
  it("ends every colour that it begins, and without colour changes nothing", () => {
    for (const paint of Object.values(palette(true))) assert.match(paint("x"), /^\u001b\[\d+mx\u001b\[\d+m$/)
    for (const paint of Object.values(palette(false))) assert.strictEqual(paint("x"), "x")
  })
})
