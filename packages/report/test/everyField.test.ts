import { assert, describe, expect, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { portablePath } from "../src/portablePath.ts"
import { escapeText } from "../src/Terminal.ts"
import { filled, full, paths, rowless, type TextOf, wide } from "./everyField.ts"
import { type Format, formats, readingOf } from "./everyFormat.ts"
import { hostile } from "./hostile.ts"
import { hostileTexts } from "./hostileTexts.ts"

/**
 * How many strings each field of each format meets. HTML and Markdown take long to read: they meet a fiftieth and a hundredth of
 * them, and all where a number is given, which takes some ten minutes:
 * `HOLDFAST_PROPERTY_RUNS=10000 pnpm --filter @holdfast/report exec vitest run --config ../../vitest.config.ts test/everyField.test.ts`
 */
const given = process.env.HOLDFAST_PROPERTY_RUNS
const runs = Number(given ?? 10_000)

const texts = [...new Set(hostileTexts(3 * runs, 6))].filter((text) => text.trim() !== "").slice(0, runs)

/** What stands behind a text, so that it is found in what is said. */
const markOf = (index: number): string => `#${index};`

/** Escapes that depend on what stands before or behind, and signs that formats put between. */
const plain = (said: string): string =>
  said
    .replace(/\\x3a/g, ":")
    .replace(/\\x23/g, "#")
    .replace(/['\u200b]|\s/g, "")

/** How a text may be shown: as such, within JSON, and as a path. */
function* waysOf(text: string, { shown = escapeText }: Format): Iterable<string> {
  yield plain(shown(text))
  yield plain(escapeText(text))
  const inJson = JSON.stringify(text).slice(1, -1)
  yield plain(shown(inJson))
  // Of the paths of another machine only the name, to which the mark belongs.
  const name = portablePath(`${text}#`).slice(0, -1)
  yield plain(shown(name))
  yield plain(name.toWellFormed())
  const isName = (part: string) => part !== "" && part !== "."
  yield plain(text.toWellFormed().split("/").filter(isName).join("/"))
  yield plain(shown(text.replace(/^(?:\.\/)+/, "")))
}

/** Which fields are shown, each by its place among all, as a whole and unchanged. */
const shownIn = (said: string, fields: ReadonlyArray<string>, format: Format): ReadonlySet<number> => {
  const flat = plain(said)
  const found = new Set<number>()
  for (const { 0: mark, 1: index, index: at } of flat.matchAll(/#(\d+);/g)) {
    const place = Number(index)
    const text = fields[place]
    if (text === undefined || found.has(place) || mark !== markOf(place)) continue
    for (const way of waysOf(text, format)) if (flat.startsWith(way, at - way.length)) found.add(place)
  }
  return found
}

const formatOf = (name: string): Format => formats[name] as Format

/** The report with marked texts in its fields, and these texts. */
const marked = (report: CheckReport, textOf: TextOf) => {
  const fields: Array<string> = []
  const names: Array<string> = []
  const of = filled(report, (path) => {
    const text = textOf(path)
    names.push(path)
    return `${text}${markOf(fields.push(text) - 1)}`
  })
  return { fields, names, of }
}

/** The first difference alone: the whole of both would fill screens. */
const assertSame = (actual: unknown, expected: unknown, path: string): void => {
  if (!Array.isArray(actual) || !Array.isArray(expected)) {
    assert.deepStrictEqual(actual, expected, path)
    return
  }
  assert.strictEqual(actual.length, expected.length, `${path}: ${JSON.stringify(actual).slice(0, 500)}`)
  for (const [index, item] of actual.entries()) assertSame(item, expected[index], `${path}.${index}`)
}

const benign = (report: CheckReport) => marked(report, () => "benign")

describe("every field of a report", () => {
  it("has as many different strings to meet", () => {
    assert.lengthOf(texts, runs)
  })

  it("that can hold a text of others is filled with one", () => {
    const seen = new Set<string>()
    filled(full, (path) => {
      seen.add(path)
      return ""
    })
    assert.deepStrictEqual([...seen].toSorted(), [...paths].toSorted())
  })

  it("is shown in the formats that have a place for it, as agreed", async () => {
    const shown = Object.entries(formats).map(([name, format]) => {
      const { fields, names, of } = benign(full)
      const places = shownIn(readingOf(format, of).said, fields, format)
      return { name, paths: new Set(names.filter((_, index) => places.has(index))) }
    })
    const lines = [...paths].map((path) => {
      const of = shown.filter(({ paths }) => paths.has(path)).map(({ name }) => name)
      return `${path}: ${of.length === shown.length ? "all" : of.join(" ")}\n`
    })
    await expect(lines.join("")).toMatchFileSnapshot("snapshots/formats/fields.txt")
  })
})

/** One kind of report, given to some formats as often as it takes. */
const check = (report: CheckReport, names: ReadonlyArray<string>, runs: number, next: TextOf): void => {
  const plain = benign(report)
  const expected = names.map((name) => {
    const format = formatOf(name)
    const { said, shape } = readingOf(format, plain.of)
    return { name, format, shape, structure: JSON.stringify(shape), shown: shownIn(said, plain.fields, format) }
  })
  for (let run = 0; run < runs; run++) {
    // What stands at the end of a text matters, too: mostly nothing follows it.
    const isMarked = run % 10 === 0
    const { fields, names, of } = isMarked ? marked(report, next) : { fields: [], names: [], of: filled(report, next) }
    for (const { format, name, shape, shown, structure } of expected) {
      const reading = readingOf(format, of)
      if (JSON.stringify(reading.shape) !== structure) assertSame(reading.shape, shape, name)
      const { longest = Number.POSITIVE_INFINITY } = format
      const found = isMarked ? shownIn(reading.said, fields, format) : shown
      for (const [index, text] of fields.entries()) {
        if (shown.has(index) && !found.has(index) && text.length <= longest)
          assert.fail(`${name} does not show ${names[index]}: ${JSON.stringify(text)}`)
      }
    }
  }
}

/** The strings one after another, those of each field by themselves; fields of one row differ. */
const strings = () => {
  const met = new Map<string, number>()
  const next: TextOf = (path) => {
    const count = met.get(path) ?? 0
    met.set(path, count + 1)
    return texts[(count + path.length * 101) % texts.length] as string
  }
  return { met, next }
}

describe("hostile strings in every field", () => {
  it.each(Object.keys(hostile))("change nothing of any format, and are shown: %s", (name) => {
    // What is longer is folded by some and cut by others.
    const text = (hostile[name] ?? "").slice(0, 100)
    check(full, Object.keys(formats), 1, () => text)
  })

  const slow = ["html", "markdown", "github"]
  /** Where no number is given: a part of the strings. */
  const part = (of: number): number => (given === undefined ? runs / of : runs)

  it.each([
    ["what programs and terminals read", Object.keys(formats).filter((name) => !slow.includes(name)), runs, 5],
    // It shows ten of a kind.
    ["github", ["github"], runs, 1],
    ["html", ["html"], part(50), 5],
    // A comment has room for some.
    ["markdown", ["markdown"], part(100), 1]
  ] as const)(
    "change nothing of %s, and are shown",
    (_, names, runs, count) => {
      const { met, next } = strings()
      const perReport = count === 1 ? 1 : 2 * count
      check(wide(full, count), names, runs / perReport, next)
      if (perReport > 1) check(rowless(full), names, runs - runs / perReport, next)
      for (const path of paths) assert.isAtLeast(met.get(path) ?? 0, runs, path)
    },
    1_800_000
  )
})
