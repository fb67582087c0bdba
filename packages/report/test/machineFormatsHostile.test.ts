import { assert, describe, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { Arbitrary, Schema } from "effect"
import { gitlab } from "../src/gitlab.ts"
import { junit } from "../src/junit.ts"
import { ocsf } from "../src/ocsf.ts"
import { sarif } from "../src/sarif.ts"
import { assertHarmless, hostile } from "./hostile.ts"
import { everything } from "./reports.ts"
import { gitlabMistakes, ocsfMistakes, sarifMistakes } from "./schemas.ts"
import { type Element, parseXml } from "./xml.ts"

const rich = everything({
  emulator: "fleet.yaml",
  snapshot: { path: "live.json", timestamp: "2026-03-05T11:00:00.000Z" },
  resumed: { run_id: "r-0", timestamp: "2026-03-05T10:00:00.000Z", carried: 3 },
  diagnostics: [
    { severity: "error", path: "backup.yaml", line: 3, column: 2, summary: "Unknown field", detail: "See it." },
    { severity: "warning", summary: "Old token" }
  ]
})

/** Fields whose values are Holdfast's own words. */
const closed = new Set(["state", "severity", "kind", "mode", "fail_on", "baseline", "format_version"])

/** A report that is as `rich` is, with the strings of `next` in every field that holds one. */
const filled = (next: () => string): CheckReport => {
  const fill = (value: unknown, name: string): unknown => {
    if (typeof value === "string") return closed.has(name) ? value : next()
    if (Array.isArray(value)) return value.map((item) => fill(item, name))
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, key)]))
  }
  return fill(rich, "") as CheckReport
}

const textOf = (format: (report: CheckReport) => Iterable<string>, of: CheckReport): string => [...format(of)].join("")

/** The names of all elements and attributes, in order: what no text of others may change. */
const shapeOf = (element: Element): unknown => [
  element.name,
  Object.keys(element.attributes),
  element.children.map(shapeOf)
]

/** What a consumer shows of a SARIF log as a message. */
const messagesOf = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  JSON.parse(text, (key, value) => {
    if (key === "text" || key === "justification") found.push(value)
    return value
  })
  return found
}

/** The names of all properties. */
const keysOf = (text: string): ReadonlySet<string> => {
  const found = new Set<string>()
  JSON.parse(text, (key, value) => {
    if (!/^\d+$/.test(key)) found.add(key)
    return value
  })
  return found
}

const resultsOf = (text: string): ReadonlyArray<unknown> => JSON.parse(text).runs[0].results

const benign = filled(() => "benign")
const xmlShape = shapeOf(parseXml(textOf(junit, benign)))
const sarifKeys = keysOf(textOf(sarif, rich))
const resultCount = resultsOf(textOf(sarif, benign)).length
const findingCount = textOf(ocsf, benign).split("\n").length - 1

const check = (of: CheckReport) => {
  const xml = textOf(junit, of)
  assertHarmless(xml)
  assert.deepStrictEqual(shapeOf(parseXml(xml)), xmlShape)
  const log = textOf(sarif, of)
  assertHarmless(log)
  for (const key of keysOf(log)) assert.isTrue(sarifKeys.has(key), key)
  assert.lengthOf(resultsOf(log), resultCount)
  assert.deepStrictEqual(sarifMistakes(JSON.parse(log)), [])
  for (const message of messagesOf(log)) assert.notInclude(message, "](")
  const issues = textOf(gitlab, of)
  assertHarmless(issues)
  assert.deepStrictEqual(gitlabMistakes(JSON.parse(issues)), [])
  const lines = textOf(ocsf, of)
  assertHarmless(lines)
  const all = lines.split("\n").slice(0, -1)
  assert.lengthOf(all, findingCount)
  for (const line of all) assert.deepStrictEqual(ocsfMistakes(JSON.parse(line)), [])
}

const pieces = Schema.Literals([
  ...Object.values(hostile).filter((text) => text.length < 1000),
  ..."\u001b \r \n \u202e \ufffe \uffff \ud800 \udc00 \u0000 # [ ]( ) : :: vso[ & < > \" ' ]]> <![CDATA[ --> <?x {0} \\ / .. % , &#27;".split(
    " "
  ),
  "[a](https://evil.example)",
  "<script>alert(1)</script>",
  '"/><failure message="',
  '","level":"none","x":"',
  " ",
  ""
])

const texts = Arbitrary.map(
  Arbitrary.array(Arbitrary.schema(Schema.Union([pieces, Schema.String])), { maxLength: 5 }),
  (parts) => parts.join("")
)

const perReport = 100

describe("hostile strings in the formats for machines", () => {
  it.each(Object.keys(hostile))("do no harm: %s", (name) => {
    // Long ones in every field at once take long, and show nothing more.
    const text = (hostile[name] as string).slice(0, 2000)
    check(filled(() => text))
  })

  // Each report takes the next ones of its strings for its fields, so that every field meets thousands.
  it.prop(
    "of any kind do no harm in any field",
    [Arbitrary.array(texts, { minLength: perReport, maxLength: perReport })],
    ([values]) => {
      let next = 0
      check(filled(() => values[next++ % perReport] as string))
    },
    { arbitrary: { runs: 300, seed: "machine formats" } }
  )
})
