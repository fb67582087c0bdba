import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { at, nearest, SourceText } from "../src/Diagnostic.ts"

const piece = Schema.Literals([
  "a",
  "b:",
  " ",
  "\t",
  "\n",
  "\r",
  "\r\n",
  "\n\n",
  "é",
  "Ж",
  "😀",
  "🗄️",
  "\u2028",
  "\u0085",
  "\uFEFF",
  "x".repeat(250)
])
const Text = Arbitrary.map(Arbitrary.array(Arbitrary.schema(piece), { maxLength: 30 }), (pieces) => pieces.join(""))
const fixed = { arbitrary: { seed: 1, runs: 500 } }

/** Place and line of every offset, one character at a time. */
const naive = (text: string) => {
  const places: Array<string> = []
  let line = 1
  let column = 1
  for (const [end] of text.matchAll(/\r\n|[\s\S]/gu)) {
    for (let unit = 0; unit < end.length; unit++) places.push(`${line}:${column + unit}`)
    if (/[\r\n]/.test(end)) {
      line += 1
      column = 1
    } else column += 1
  }
  return [...places, `${line}:${column}`]
}

describe("SourceText.placeOf", () => {
  it.effect.prop(
    "agrees with counting characters",
    [Text],
    ([text]) =>
      Effect.sync(() => {
        const source = new SourceText("m", text)
        const places = naive(text)
        const actual = places.map((_, offset) => {
          const { column, line } = source.placeOf(offset)
          return `${line}:${column}`
        })
        assert.deepStrictEqual(actual, places)
      }),
    fixed
  )

  it("agrees with counting characters in lines of any length", () => {
    const long = `${"x".repeat(1023)}😀${"é".repeat(1500)}${"😀".repeat(1500)}${"y".repeat(1023)}`
    const text = `a\n${long}\r\n${long}`
    const source = new SourceText("m", text)
    const places = naive(text)
    // Backwards, too: a place is the same whatever was asked for before.
    for (const order of [places.keys(), [...places.keys()].toReversed()]) {
      for (const offset of order) {
        const { column, line } = source.placeOf(offset)
        assert.strictEqual(`${line}:${column}`, places[offset])
      }
    }
  })

  it.effect.prop(
    "agrees with splitting the text into lines",
    [Text],
    ([text]) =>
      Effect.sync(() => {
        const source = new SourceText("m", text)
        let offset = 0
        for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
          assert.deepStrictEqual(source.placeOf(offset), { line: index + 1, column: 1 })
          assert.deepStrictEqual(source.placeOf(offset + line.length), {
            line: index + 1,
            column: [...line].length + 1
          })
          assert.strictEqual(source.lineText(index + 1), line.length > 200 ? undefined : line)
          offset += line.length
          offset += text.startsWith("\r\n", offset) ? 2 : 1
        }
        assert.strictEqual(offset, text.length + 1)
      }),
    fixed
  )
})

describe("at", () => {
  const source = new SourceText("m.yaml", `first\n  second: 😀 x\n${"y".repeat(201)}\n`)

  it.effect("names the file alone where no offset is given", () =>
    Effect.sync(() =>
      assert.deepStrictEqual(at(source, undefined, { summary: "S" }), {
        severity: "error",
        path: "m.yaml",
        summary: "S"
      })
    )
  )

  it.effect("gives place and line, and keeps what it is told", () =>
    Effect.sync(() =>
      assert.deepStrictEqual(
        at(source, source.text.indexOf("x"), { summary: "S", detail: "D", suggestion: "G", severity: "warning" }),
        {
          severity: "warning",
          path: "m.yaml",
          summary: "S",
          detail: "D",
          suggestion: "G",
          line: 2,
          column: 13,
          text: "  second: 😀 x"
        }
      )
    )
  )

  it.effect("leaves out a line that is too long to show", () =>
    Effect.sync(() => {
      const { column, line, text } = at(source, source.text.indexOf("y") + 200, { summary: "S" })
      assert.deepStrictEqual({ column, line, text }, { column: 201, line: 3, text: undefined })
    })
  )
})

describe("nearest", () => {
  const words = ["enabled", "online", "active", "status", "type", "maxBackupAge", "low", "BMS"]
  const cases: ReadonlyArray<readonly [string, string | undefined]> = [
    ["enabled", "enabled"],
    ["ENABLED", "enabled"],
    ["enabeld", "enabled"],
    ["enable", "enabled"],
    ["enabledd", "enabled"],
    ["enbaeld", "enabled"],
    ["nbld", undefined],
    ["onlin", "online"],
    ["actvie", "active"],
    ["stattus", "status"],
    ["statsu", "status"],
    ["tpye", "type"],
    ["lwo", "low"],
    ["law", "low"],
    ["lol", "low"],
    ["bsm", "BMS"],
    ["max_backup_age", "maxBackupAge"],
    ["maxBackup", undefined],
    ["zzz", undefined],
    ["", undefined],
    ["x", undefined],
    ["e".repeat(61), undefined]
  ]
  for (const [word, expected] of cases) {
    it.effect(`of ${JSON.stringify(word.slice(0, 20))} is ${expected}`, () =>
      Effect.sync(() => assert.strictEqual(nearest(word, words), expected))
    )
  }

  it.effect("is the closest, and the first of those equally close", () =>
    Effect.sync(() => {
      assert.strictEqual(nearest("statue", ["status", "statute", "statue"]), "statue")
      assert.strictEqual(nearest("statuX", ["statuA", "statuB"]), "statuA")
      assert.strictEqual(nearest("status", []), undefined)
    })
  )

  it.effect("is not a word that shares nothing with a single letter", () =>
    Effect.sync(() => assert.strictEqual(nearest("a", ["b"]), undefined))
  )

  const Word = Arbitrary.map(
    Arbitrary.array(Arbitrary.schema(Schema.Literals(["a", "b", "c", "D"])), { minLength: 6, maxLength: 12 }),
    (letters) => letters.join("")
  )
  it.effect.prop(
    "finds every word after two slips",
    [Word, Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))],
    ([word, where]) =>
      Effect.sync(() => {
        const [a = "", b = ""] = word.slice(where)
        const rest = (count: number) => word.slice(where + count)
        const start = word.slice(0, where)
        const slips = [
          `${start}${rest(1)}`,
          `${start}x${rest(0)}`,
          `${start}x${rest(1)}`,
          `${start}${b}${a}${rest(a === "" || b === "" ? 1 : 2)}`
        ]
        for (const slip of slips) {
          assert.strictEqual(nearest(slip, [word]), word, slip)
          assert.strictEqual(nearest(`${slip}y`, [word]), word, slip)
          assert.strictEqual(nearest(`${slip}yzz`, ["qqqqqq", "rrrrrrrrr"]), undefined)
        }
      }),
    fixed
  )
})
