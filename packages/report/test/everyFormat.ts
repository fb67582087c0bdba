/**
 * Every format of reports, read by a program that is not ours and forgives nothing: what of it is structure, and what it says.
 */
import { assert } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { parse as parseCsv } from "csv-parse/sync"
import { csv } from "../src/csv.ts"
import { github } from "../src/github.ts"
import { gitlab } from "../src/gitlab.ts"
import { html } from "../src/html.ts"
import { script } from "../src/htmlScript.ts"
import { style } from "../src/htmlStyle.ts"
import { json } from "../src/json.ts"
import { junit } from "../src/junit.ts"
import { markdown } from "../src/markdown.ts"
import { ndjson } from "../src/ndjson.ts"
import { ocsf } from "../src/ocsf.ts"
import { pretty } from "../src/pretty.ts"
import { sarif } from "../src/sarif.ts"
import { escapeText } from "../src/Terminal.ts"
import { assertHarmless } from "./hostile.ts"
import { visible } from "./hostileHtml.ts"
import { parseCommands } from "./parsedGithub.ts"
import { parsed } from "./parsedHtml.ts"
import { assertInert, seenIn } from "./parsedMarkdown.ts"
import { gitlabMistakes, ocsfMistakes, sarifMistakes } from "./schemas.ts"
import { type Element, parseXml } from "./xml.ts"

/** What an independent parser makes of a report. */
export interface Reading {
  /** What no text of others may change: elements, names of fields, how many there are of each, where links lead. */
  readonly shape: unknown
  /** All that it says. */
  readonly said: string
}

export interface Format {
  readonly write: (report: CheckReport) => Iterable<string>
  /** Reads strictly, and fails where the text could do harm as it stands. */
  readonly read: (text: string) => Reading
  /** How a text of others is shown. Default: escaped as on a terminal. */
  readonly shown?: (text: string) => string
  /** The longest text, in units, that is surely shown as a whole. Default: any. */
  readonly longest?: number
}

/** Of a value of JSON: the names of fields, how long lists are, and the types; what others name is counted. */
const skeletonOf = (value: unknown, isRecord = false): unknown => {
  if (Array.isArray(value)) return value.map((item) => skeletonOf(item))
  if (typeof value !== "object" || value === null) return typeof value
  const entries = Object.entries(value)
  return isRecord
    ? entries.length
    : entries.map(([name, item]) => [name, skeletonOf(item, name === "tags" || name === "variables")])
}

const textsOf = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (typeof value !== "object" || value === null) return []
  return Array.isArray(value)
    ? value.flatMap(textsOf)
    : Object.entries(value).flatMap(([name, item]) => [name, ...textsOf(item)])
}

const ofJson = (values: ReadonlyArray<unknown>): Reading => ({
  shape: values.map((value) => skeletonOf(value)),
  said: values.flatMap(textsOf).join("\n")
})

const linesOf = (text: string): ReadonlyArray<unknown> => {
  assert.isTrue(text.endsWith("\n"))
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line))
}

const shapeOfXml = (element: Element): unknown => [
  element.name,
  Object.keys(element.attributes),
  element.children.map(shapeOfXml)
]

const saidInXml = (element: Element): string =>
  [...Object.values(element.attributes), ...element.children.map(saidInXml)].join("\n")

/** Elements but the marks of what cannot be seen, the folds of long texts, and the link to a ticket. */
const ofHtml = (text: string): Reading => {
  // Its own style and script hold no text of others, and take a parser as long as all the rest.
  const { elements, text: said } = parsed(text.replace(style, () => "").replace(script, () => ""))
  const shape: Array<string> = []
  for (const { attrs, tagName } of elements) {
    if (attrs.length === 0 && ["i", "details", "summary"].includes(tagName)) continue
    const link = attrs.find(({ name }) => name === "href")
    if (attrs.some(({ name }) => name === "rel")) assert.match(link?.value ?? "", /^https:\/\//)
    else shape.push(`${tagName} ${attrs.map(({ name }) => name).join(" ")} ${link?.value ?? ""}`)
  }
  return { shape, said }
}

const formulaOrControl =
  /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|;["'\s]*(?<!')[=+\-@\uff1d\uff0b\uff0d\uff20]|[\u0000-\u001f]/

const ofCsv = (text: string): Reading => {
  const rows: ReadonlyArray<ReadonlyArray<string>> = parseCsv(text, {
    bom: true,
    record_delimiter: "\r\n",
    relax_column_count: false
  })
  const [names = []] = rows
  const cells = rows.flat()
  const formula = cells.find((cell) => formulaOrControl.test(cell))
  assert.isUndefined(formula)
  return { shape: [names, rows.length], said: cells.join("\n") }
}

const ofMarkdown = (text: string): Reading => {
  const seen = seenIn(text)
  assertInert(seen)
  const { codes, comments, links, prose, tags } = seen
  return { shape: { comments, links, tags }, said: [...prose, ...codes].join("\n") }
}

const ofGithub = (text: string): Reading => {
  const commands = parseCommands(text)
  return {
    shape: commands.map(({ name, properties }) => [name, Object.keys(properties)]),
    said: commands.flatMap(({ message, properties }) => [message, ...Object.values(properties)]).join("\n")
  }
}

/** Read by `parse` and found without mistakes. */
const valid =
  (parse: (text: string) => ReadonlyArray<unknown>, mistakes: (value: unknown) => ReadonlyArray<string>) =>
  (text: string): Reading => {
    const values = parse(text)
    for (const value of values) assert.deepStrictEqual(mistakes(value), [])
    return ofJson(values)
  }

const whole = (text: string): ReadonlyArray<unknown> => [JSON.parse(text)]

/** SARIF names files by references, and says nothing of them elsewhere. */
const ofSarif = (text: string): Reading => {
  const { said, shape } = valid(whole, sarifMistakes)(text)
  assert.notInclude(said, "](")
  const files: Array<string> = []
  JSON.parse(text, (key, value) => {
    if (key === "uri") files.push(decodeURIComponent(value))
    return value
  })
  return { shape, said: `${said}\n${files.join("\n")}` }
}

/** By the names that `--report` takes, and the one of a terminal. */
export const formats: Readonly<Record<string, Format>> = {
  pretty: {
    write: (report) => pretty(report, { color: false, verbose: true, explain: true }),
    read: (text) => ({ shape: text.split("\n").length, said: text })
  },
  json: { write: json, read: (text) => ofJson(whole(text)), shown: (text) => text },
  ndjson: { write: ndjson, read: (text) => ofJson(linesOf(text)), shown: (text) => text },
  junit: {
    write: junit,
    read: (text) => {
      const root = parseXml(text)
      return { shape: shapeOfXml(root), said: `${saidInXml(root)}\n${root.text}` }
    },
    shown: (text) => escapeText(text).replaceAll("\ufffe", "\\u{fffe}").replaceAll("\uffff", "\\u{ffff}")
  },
  sarif: { write: sarif, read: ofSarif, shown: (text) => escapeText(text).replaceAll("](", "] (") },
  markdown: {
    write: markdown,
    read: ofMarkdown,
    shown: (text) => escapeText(text).replaceAll("`", "\\x60").replaceAll("|", "\\x7c"),
    longest: 12
  },
  csv: { write: csv, read: ofCsv },
  github: { write: github, read: ofGithub, longest: 40 },
  gitlab: { write: gitlab, read: valid(whole, gitlabMistakes) },
  html: { write: html, read: ofHtml, shown: visible },
  ocsf: { write: ocsf, read: valid(linesOf, ocsfMistakes) }
}

/** The text of a report, and what it reads as; neither does harm where a log shows it. */
export const readingOf = ({ read, write }: Format, report: CheckReport): Reading & { readonly text: string } => {
  const text = [...write(report)].join("")
  return { ...harmless(text, read), text }
}

/** A text as it is read, once it is known to do no harm as it is. */
export const harmless = (text: string, read: Format["read"]): Reading => {
  assertHarmlessLines(text)
  return read(text)
}

/** As `assertHarmless`, of a text whose lines may be commands of ours, or end as those of CSV do. */
const assertHarmlessLines = (text: string): void =>
  assertHarmless(
    text
      .replace(/^\ufeff/, "")
      .replaceAll("\r\n", "\n")
      .replace(/^::(?=error |warning |notice )/gm, "")
  )
