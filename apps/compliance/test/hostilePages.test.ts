import { assert, describe, it } from "@effect/vitest"
import { assertHarmless, hostile } from "../../../packages/report/test/hostile.ts"
import { hostileHtml, putIn, visible } from "../../../packages/report/test/hostileHtml.ts"
import { hostileTexts } from "../../../packages/report/test/hostileTexts.ts"
import { type Element, parsed } from "../../../packages/report/test/parsedHtml.ts"
import { ours, pagesOf, values } from "./support/values.ts"

/** The ticket of a waiver leads to another site, where it is an address of one. */
const isTicket = ({ attrs }: Element): boolean => attrs.some(({ value }) => value === "noreferrer noopener")

/** The elements and the names of their attributes, but the marks of what cannot be seen, and the folds of long texts. */
const outline = (elements: ReadonlyArray<Element>): ReadonlyArray<string> =>
  elements
    .filter((element) => !isTicket(element))
    .filter(({ attrs, tagName }) => attrs.length > 0 || !["i", "details", "summary"].includes(tagName))
    .map(({ attrs, tagName }) => `${tagName} ${attrs.map(({ name }) => name).join(" ")}`)

const parsedPages = (textOf: (index: number) => string) =>
  Object.entries(pagesOf(putIn(values, textOf, ours))).map(([name, text]) => ({ name, ...parsed(text) }))

const benign = parsedPages((index) => `benign ${index};`).map(({ elements, name, text }) => ({
  name,
  outline: outline(elements),
  text
}))

/** The fields, each by its name, and which pages show it. */
const fields: Array<{ readonly name: string; readonly pages: ReadonlyArray<string> }> = []
putIn(
  values,
  (index, name) => {
    const pages = benign.filter(({ text }) => text.includes(`benign ${index};`)).map(({ name }) => name)
    fields.push({ name, pages })
    return ""
  },
  ours
)

/** The pages with these texts are the same documents as with others, and say them. */
const check = (textOf: (index: number) => string): string => {
  // Different fields differ.
  const valueOf = (index: number) => `${textOf(index)}#${index};`
  const pages = parsedPages(valueOf)
  for (const [index, { elements, name, text }] of pages.entries()) {
    assert.deepStrictEqual(outline(elements), benign[index]?.outline, name)
    for (const [field, { name: of, pages }] of fields.entries()) {
      if (pages.includes(name) && !text.includes(visible(valueOf(field)))) assert.fail(`${name} does not show ${of}`)
    }
    for (const { attrs } of elements.filter((element) => !isTicket(element))) {
      for (const { name, value } of attrs) {
        if (["href", "src", "action"].includes(name)) assert.match(value, /^(\/(?!\/)|#|data:,$)/)
      }
    }
  }
  return pages.map(({ text }) => text).join("\n")
}

const all: Readonly<Record<string, string>> = { ...hostile, ...hostileHtml }
const short = Object.keys(all).filter((name) => (all[name] ?? "").length < 1000)

describe("hostile strings on pages", () => {
  it("are shown, but for what is said otherwise", () => {
    const hidden = fields.filter(({ pages }) => pages.length === 0).map(({ name }) => name)
    assert.deepStrictEqual([...new Set(hidden)].toSorted(), [
      // Ids lead somewhere and are not shown; a reason is made of those of the changes, which name their fields.
      "findings.field",
      "findings.finding_id",
      "findings.first_run",
      "findings.last_run",
      "findings.reason",
      "findings.reason_code",
      "findings.resolved_run",
      "history.job",
      "history.run_id",
      "login",
      "rows.error.detail",
      "rows.reason",
      "rows.reason_code",
      "runs.job",
      "runs.manifest_sha256",
      "runs.run_id",
      "runs.tool_version",
      "runs.why",
      "undelivered.givenUp.id",
      "waivers.waiver_id"
    ])
  })

  it.each(short)("%s are shown, in every field, and are nothing but text", (name) => {
    check(() => all[name] ?? "")
  })

  it("hide nothing and reorder nothing", () => {
    for (const name of short) {
      for (const page of Object.values(pagesOf(putIn(values, () => all[name] ?? "", ours)))) {
        assert.notMatch(page, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/)
        assert.isTrue(page.isWellFormed())
      }
    }
  })

  it("do no harm where a log shows the text of a page", () => {
    assertHarmless(check(() => "\u001b[2J\u202e"))
  })

  it("of any kind, 10,000 of them, are nothing but text in every field", () => {
    const texts = [...hostileTexts(10_000, 20_261_126)]
    for (let from = 0; from < texts.length; from += fields.length) check((index) => texts[from + index] ?? "")
  })
})
