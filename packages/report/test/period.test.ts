import { assert, describe, expect, it } from "@effect/vitest"
import { PeriodReport } from "@holdfast/history/PeriodReport"
import { Ajv2020 } from "ajv/dist/2020.js"
import { parse } from "csv-parse/sync"
import { Schema } from "effect"
import { micromark } from "micromark"
import { gfm, gfmHtml } from "micromark-extension-gfm"
import schema from "../../../docs/period-report.schema.json" with { type: "json" }
import { maxLength } from "../src/markdownSections.ts"
import { periodColumns, periodCsv } from "../src/periodCsv.ts"
import { periodHtml } from "../src/periodHtml.ts"
import { periodJson } from "../src/periodJson.ts"
import { periodMarkdown } from "../src/periodMarkdown.ts"
import { periodConclusion } from "../src/periodText.ts"
import { escapeText } from "../src/Terminal.ts"
import { assertHarmless, hostile } from "./hostile.ts"
import { hostileHtml, visible } from "./hostileHtml.ts"
import { hostileTexts } from "./hostileTexts.ts"
import { type Element, parsed } from "./parsedHtml.ts"
import { october, octoberHolding, quiet, unknown } from "./periods.ts"

const all = (pieces: Iterable<string>): string => [...pieces].join("")

const formats = { html: periodHtml, md: periodMarkdown, csv: periodCsv, json: periodJson }

const rowsOf = (report: PeriodReport): ReadonlyArray<Readonly<Record<string, string>>> =>
  parse(all(periodCsv(report)), { bom: true, columns: true, record_delimiter: "\r\n", relax_column_count: false })

const markdownAsHtml = (text: string): string =>
  micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })

describe("a period", () => {
  it.each(Object.entries(formats))("reads as agreed in %s", async (name, format) => {
    for (const [month, report] of Object.entries({ october, quiet, unknown })) {
      await expect(all(format(report))).toMatchFileSnapshot(`snapshots/period/${month}.${name}`)
    }
  })

  it("is good only where everything was told and nothing was wrong", () => {
    assert.deepStrictEqual(periodConclusion(quiet), {
      tone: "good",
      text: "100.0 % protected over 31 runs, 100.0 % at the end; no RPO breach"
    })
    assert.strictEqual(periodConclusion(october).tone, "bad")
    assert.strictEqual(periodConclusion(unknown).tone, "bad")
    const [job] = quiet.jobs
    const not: ReadonlyArray<PeriodReport> = [
      { ...quiet, is_over: false },
      { ...quiet, known_from: "2026-10-30T03:00:00.000Z" },
      { ...quiet, summary: { ...quiet.summary, over_period: october.summary.over_period } },
      { ...quiet, gaps: october.gaps.slice(0, 1) },
      {
        ...quiet,
        jobs:
          job === undefined
            ? []
            : [{ ...job, days_without_run: [{ first: "2026-10-03", last: "2026-10-03", days: 1 }] }]
      },
      { ...quiet, summary: { ...quiet.summary, rpo: { ...october.summary.rpo, open_at_end: 0 } } }
    ]
    for (const report of not) assert.strictEqual(periodConclusion(report).tone, "unsure")
  })

  it("never rounds up to all", () => {
    const over_period = { ...quiet.summary.over_period, total: 100_000, compared: 100_000, in_sync: 99_999 }
    const { text } = periodConclusion({ ...quiet, summary: { ...quiet.summary, over_period } })
    assert.include(text, "99.9 % protected")
  })

  it("is JSON of its schema", () => {
    const validate = new Ajv2020({ strict: false }).compile(schema)
    for (const report of [october, quiet, unknown]) {
      const value: unknown = JSON.parse(all(periodJson(report)))
      assert.deepStrictEqual(value, Schema.decodeUnknownSync(PeriodReport)(value))
      assert.isTrue(validate(value), JSON.stringify(validate.errors))
    }
  })

  it("has a row in CSV for each finding, waiver, gap and part, with the stable columns", () => {
    const rows = rowsOf(october)
    const of = (kind: string) => rows.filter((row) => row.kind?.startsWith(kind)).length
    assert.deepStrictEqual(Object.keys(rows[0] ?? {}), [...periodColumns])
    assert.strictEqual(of("finding_"), october.findings.length)
    assert.strictEqual(of("waiver_"), october.waivers.length)
    assert.strictEqual(rows.filter(({ kind }) => kind === "run").length, october.gaps.length)
    assert.strictEqual(of("manifest"), 2)
  })

  it("of thousands of findings is Markdown of bounded length, and HTML that says what it leaves out", () => {
    const [finding] = october.findings
    const findings = finding === undefined ? [] : Array.from({ length: 3_000 }, () => finding)
    const many = { ...october, findings }
    assert.isAtMost(all(periodMarkdown(many)).length, maxLength)
    assert.include(all(periodMarkdown(many)), "Versions of the tool")
    assert.include(all(periodHtml(many)), "2,000 more are not listed here")
  })
})

/** The elements and the names of their attributes, but the marks of what cannot be seen, the folds of long texts, and links. */
const outline = (elements: ReadonlyArray<Element>): ReadonlyArray<string> =>
  elements
    .filter(({ attrs, tagName }) => attrs.length > 0 || !["i", "details", "summary"].includes(tagName))
    .map(({ attrs, tagName }) => `${tagName} ${attrs.map(({ name }) => name).join(" ")}`)
    // A ticket that is an address of the web.
    .filter((line) => line !== "a href rel")

const hostiles = Object.entries({ ...hostile, ...hostileHtml }).filter(([, text]) => text.length < 1000)

describe("hostile strings in a period", () => {
  const plain = parsed(all(periodHtml(octoberHolding((index) => `benign ${index};`))))
  const shown = new Set<number>()
  octoberHolding((index) => {
    if (plain.text.includes(`benign ${index};`)) shown.add(index)
    return ""
  })

  it.each(hostiles)("%s are shown in HTML, in every field, and are nothing but text", (_, text) => {
    const valueOf = (index: number) => `${text}#${index};`
    const page = parsed(all(periodHtml(octoberHolding(valueOf))))
    assert.deepStrictEqual(outline(page.elements), outline(plain.elements))
    for (const index of shown) assert.include(page.text, visible(valueOf(index)))
  })

  it("are shown in nearly every field", () => {
    assert.isAbove(shown.size, 70)
  })

  it("of 150 kinds are nothing but text in HTML", () => {
    for (const text of hostileTexts(150, 3)) {
      assert.deepStrictEqual(
        outline(parsed(all(periodHtml(octoberHolding(() => text)))).elements),
        outline(plain.elements)
      )
    }
  }, 120_000)

  it("of 150 kinds begin no formula in CSV, and end no cell", () => {
    const { length } = rowsOf(october)
    for (const text of hostileTexts(150, 1)) {
      const rows = rowsOf(octoberHolding(() => text))
      assert.lengthOf(rows, length)
      const finding = rows.find(({ kind }) => kind === "finding_drift")
      assert.strictEqual((finding?.name ?? "").replaceAll("'", ""), escapeText(text).replaceAll("'", ""))
      for (const cell of new Set(rows.flatMap((cells) => Object.values(cells)))) {
        assert.notMatch(cell, /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|;["'\s]*(?<!')[=+\-@\uff1d\uff0b\uff0d\uff20]/)
        assert.notMatch(cell, /[\u0000-\u001f]/)
      }
    }
  }, 120_000)

  it("of 150 kinds make no element, link, mention or heading in Markdown", () => {
    const count = (html: string, tag: string) => html.split(`<${tag}`).length - 1
    const plain = markdownAsHtml(all(periodMarkdown(octoberHolding(() => "benign"))))
    for (const text of hostileTexts(150, 2)) {
      const written = all(periodMarkdown(octoberHolding(() => text)))
      assertHarmless(written)
      const html = markdownAsHtml(written)
      for (const tag of [
        "a ",
        "img",
        "script",
        "h1",
        "h2",
        "h3",
        "table",
        "tr",
        "details",
        "ul",
        "li",
        "input",
        "blockquote"
      ]) {
        assert.strictEqual(count(html, tag), count(plain, tag), `${tag} of ${JSON.stringify(text)}`)
      }
      assert.notMatch(html.replace(/<code>.*?<\/code>/g, ""), /(^|[\s(])@[a-z]/)
    }
  }, 120_000)

  it.each(hostiles)("%s do no harm in a log of the JSON", (_, text) => {
    const written = all(periodJson(octoberHolding(() => text)))
    assertHarmless(written)
    const value: PeriodReport = Schema.decodeUnknownSync(PeriodReport)(JSON.parse(written))
    assert.strictEqual(value.findings[0]?.address, text)
  })
})
