import { assert, describe, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { html as pieces } from "../src/html.ts"
import { everything } from "./fullReport.ts"
import { assertHarmless, hostile } from "./hostile.ts"
import { hostileHtml, put, visible } from "./hostileHtml.ts"
import { type Element, parsed } from "./parsedHtml.ts"

const html = (report: CheckReport): string => [...pieces(report)].join("")

/** The elements and the names of their attributes, but the marks of what cannot be seen, and the folds of long texts. */
const outline = (elements: ReadonlyArray<Element>): ReadonlyArray<string> =>
  elements
    .filter(({ attrs, tagName }) => attrs.length > 0 || !["i", "details", "summary"].includes(tagName))
    .map(({ attrs, tagName }) => `${tagName} ${attrs.map(({ name }) => name).join(" ")}`)

const plain = parsed(html(put(everything, (index) => `benign ${index};`)))
const benign = outline(plain.elements)

/** The fields, each by its name, and whether it is shown. */
const fields: Array<{ readonly name: string; readonly isShown: boolean }> = []
put(everything, (index, name) => {
  fields.push({ name, isShown: plain.text.includes(`benign ${index};`) })
  return ""
})

/** The report with these texts in its fields is the same document as with others, and says them. */
const check = (textOf: (index: number) => string): string => {
  // Different fields differ, so that no two reasons are the same.
  const valueOf = (index: number) => `${textOf(index)}#${index};`
  const { elements, text } = parsed(html(put(everything, valueOf)))
  assert.deepStrictEqual(outline(elements), benign)
  for (const [index, { isShown, name }] of fields.entries()) {
    if (isShown && !text.includes(visible(valueOf(index))))
      assert.fail(`${name} does not show ${valueOf(index).slice(0, 200)}`)
  }
  return text
}

const all: Readonly<Record<string, string>> = { ...hostile, ...hostileHtml }
const short = Object.keys(all).filter((name) => (all[name] ?? "").length < 1000)

describe("hostile strings in HTML", () => {
  it("are shown, but for what is said otherwise", () => {
    const hidden = fields.filter(({ isShown }) => !isShown).map(({ name }) => name)
    assert.deepStrictEqual([...new Set(hidden)].toSorted(), [
      // What is in sync, what waits and what was not read have no rule; a reason is made of those of the changes.
      "resources[].error.detail",
      "resources[].reason",
      "resources[].reason_code",
      // Of every field, one is called here as what it accepts.
      "waivers.used[].target"
    ])
  })

  it.each(short)("%s are shown, in every field, and are nothing but text", (name) => {
    const text = all[name] ?? ""
    check(() => text)
  })

  it("hide nothing and reorder nothing", () => {
    for (const name of short) {
      const text = all[name] ?? ""
      const page = html(put(everything, () => text))
      assert.notMatch(page, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/)
      assert.isTrue(page.isWellFormed())
    }
  })

  it("of a megabyte are shown", () => {
    const text = `<b>"${"0123456789\u202e".repeat(100_000)}`
    for (let index = 0; index < fields.length; index += 50) check((at) => (at === index ? text : "benign"))
  })

  it("do no harm where a log shows the page's text", () => {
    assertHarmless(check(() => "\u001b[2J\u202e"))
  })
})
