import { assert, describe, expect, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { diagnostics } from "../src/diagnostics.ts"
import { displayWidth } from "../src/Terminal.ts"

type Diagnostic = CheckReport["diagnostics"][number]

const plain = { color: false }

/** A mistake in `text` at its first `mark`. */
const mistake = (text: string, mark: string, fields: Partial<Diagnostic> = {}): Diagnostic => ({
  severity: "error",
  summary: "The value is wrong",
  path: "backup.yaml",
  line: 12,
  column: [...text.slice(0, text.indexOf(mark))].length + 1,
  text,
  ...fields
})

const golden: Readonly<Record<string, ReadonlyArray<Diagnostic>>> = {
  caret: [
    mistake("    enabled: yes", "yes"),
    mistake("  сервер: {enabled: да}", "да"),
    mistake("  数据库: {enabled: 是}", "是"),
    mistake("  💾 e\u0301: {enabled: ja}", "ja"),
    mistake("\tenabled:\ttrue", "true"),
    mistake("  a\u001b[31mb\u0000\u202e: {enabled: no}", "no"),
    mistake("version: 1", "version", { line: 1 }),
    mistake("  web-1:", "nothing", { column: 9 })
  ],
  "what-to-do": [
    mistake("  enabld: true", "enabld", {
      summary: 'The resource "web-1" has no field "enabld"',
      suggestion: "enabled",
      detail: "It takes `instance`, `enabled`, `online`."
    }),
    { severity: "error", path: "backp.yaml", summary: "There is no such file", suggestion: "backup.yaml" },
    { severity: "error", summary: "No manifest was named", detail: "Name a file." },
    { severity: "warning", path: "backup.yaml", line: 3, column: 5, summary: "The line is too long to show" }
  ]
}

describe("diagnostics", () => {
  it.each(Object.keys(golden))("%s reads as agreed", async (name) => {
    const text = diagnostics(golden[name] as ReadonlyArray<Diagnostic>, plain)
    await expect(text).toMatchFileSnapshot(`snapshots/diagnostics/${name}.txt`)
  })

  it("colours the place, the severity and the caret", async () => {
    const all = [
      ...(golden.caret as ReadonlyArray<Diagnostic>).slice(0, 1),
      ...(golden["what-to-do"] as ReadonlyArray<Diagnostic>)
    ]
    const coloured = diagnostics(all, { color: true })
    await expect(coloured).toMatchFileSnapshot("snapshots/diagnostics/colour.txt")
    assert.strictEqual(coloured.replace(/\u001b\[\d+m/g, ""), diagnostics(all, plain))
  })

  /** The cell that the caret is under, and the cell where `shown` begins in the line above it. */
  const cells = (diagnostic: Diagnostic, shown: string): readonly [caret: number, mistake: number] => {
    const [, line, caret] = diagnostics([diagnostic], plain).split("\n") as [string, string, string]
    return [displayWidth(caret.slice(0, caret.indexOf("^"))), displayWidth(line.slice(0, line.lastIndexOf(shown)))]
  }

  it.each([
    ["ASCII", "web-1: @"],
    ["Cyrillic", "сервер: @"],
    ["wide characters", "数据库ｆｕｌｌ: @"],
    ["emoji", "💾💾: @"],
    ["combining marks", "e\u0301e\u0301: @"],
    ["tabs", "\t\tx:\t@"],
    ["control characters", "\u001b[2J\u0007\u009b: @"],
    ["bidi and zero-width marks", "\u202ea\u2066b\u200bc\ufeff: @"],
    ["lone surrogates", "\ud800x\udc00: @"],
    ["a build server's command", "::error::x ##[error]: @"]
  ])("stand under the mistake after %s", (_, text) => {
    const [caret, at] = cells(mistake(text, "@"), "@")
    assert.strictEqual(caret, at)
  })

  it("stand under the mistake inside of what is escaped as a whole", () => {
    const [caret, at] = cells(mistake("a: ##[error]", "[error]"), "[error]")
    assert.strictEqual(caret, at)
  })

  it.each([
    [0, 0, undefined],
    [50, 50, undefined],
    [51, 50, "… and 1 more"],
    [1000, 50, "… and 950 more"]
  ])("of %i show %i, then how many more there are", (count, shown, more) => {
    const all = Array.from(
      { length: count },
      (_, index): Diagnostic => ({ severity: "error", summary: `mistake ${index}` })
    )
    const text = diagnostics(all, plain)
    assert.strictEqual(text.match(/mistake \d+/g)?.length ?? 0, shown)
    assert.strictEqual(/… and \d+ more/.exec(text)?.[0], more)
    assert.isTrue(count === 0 ? text === "" : text.endsWith("\n"))
  })
})
