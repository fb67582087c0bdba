/** What each format of a report says of how many resources are in which state, as its readers find it. */
import { assert } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { parse as parseCsv } from "csv-parse/sync"
import { parseCommands } from "./parsedGithub.ts"
import { elementsOf, parseXml } from "./xml.ts"

/** Counts by the names that the report has for them; a format that has no place for one leaves it out. */
export type Counts = Partial<CheckReport["summary"]>

const numberOf = (text: string, what: string): number => {
  const [, count] = new RegExp(`(\\d+) ${what}`).exec(text) ?? []
  return Number(count ?? 0)
}

/** The sentence that people are told. */
const ofVerdict = (text: string): Counts => ({
  drifted: numberOf(text, "drifted"),
  missing: numberOf(text, "missing"),
  waived: numberOf(text, "waived"),
  pending: numberOf(text, "pending"),
  not_compared: numberOf(text, "not compared"),
  unlisted: numberOf(text, "unlisted"),
  total: Number(/ of (\d+)/.exec(text)?.[1])
})

const ofJunit = (text: string): Counts => {
  const [suite] = elementsOf(parseXml(text), "testsuite").filter(({ attributes }) => attributes.name === "resources")
  const { errors, failures, skipped, tests } = suite?.attributes ?? assert.fail("no suite")
  const words = ofVerdict(/Drift: .*/.exec(text)?.[0] ?? "")
  assert.strictEqual(Number(failures), (words.drifted ?? 0) + (words.missing ?? 0))
  assert.strictEqual(Number(errors), (words.pending ?? 0) + (words.not_compared ?? 0))
  return { ...words, waived: Number(skipped), total: Number(tests) }
}

const ofCsv = (text: string): Counts => {
  const rows: ReadonlyArray<Readonly<Record<string, string>>> = parseCsv(text, {
    bom: true,
    columns: true,
    record_delimiter: "\r\n"
  })
  const states = rows.filter(({ kind }) => kind === "resource").map(({ state = "" }) => state)
  const of = (wanted: string) => states.filter((state) => state === wanted).length
  const unlisted = rows.filter(({ kind = "", state }) => kind.startsWith("unlisted_") && state !== "waived").length
  return {
    in_sync: of("in_sync"),
    drifted: of("drifted"),
    missing: of("missing"),
    pending: of("pending"),
    not_compared: of("not_compared"),
    waived: of("waived"),
    total: states.length,
    unlisted
  }
}

const ofMarkdown = (text: string): Counts => {
  const [, cells = ""] = /^\|(?: ---: \|)+\n\|(.*)\|$/m.exec(text) ?? []
  const [total, compared, in_sync, drifted, missing, pending, not_compared, waived, unlisted] = cells
    .split("|")
    .map(Number)
  return Object.fromEntries(
    Object.entries({ total, compared, in_sync, drifted, missing, pending, not_compared, waived, unlisted })
  )
}

/** One finding for each resource that is in sync or was not read; of others one for each rule. */
const ofOcsf = (text: string): Counts => {
  const findings: ReadonlyArray<{ readonly compliance: { readonly status: string } }> = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
  const of = (wanted: string) => findings.filter(({ compliance }) => compliance.status === wanted).length
  return { in_sync: of("Pass"), not_compared: of("Warning") }
}

const ofGitlab = (text: string): Counts => {
  const issues: ReadonlyArray<{ readonly check_name: string; readonly description: string }> = JSON.parse(text)
  return {
    not_compared: issues.filter(({ check_name }) => !check_name.startsWith("HF")).length,
    missing: issues.filter(({ check_name }) => check_name === "HF016").length
  }
}

const ofSarif = (text: string): Counts => {
  const [run] = JSON.parse(text).runs
  const { compared, drifted, in_sync, missing, not_compared, pending, total, unlisted, waived } = run.properties
  assert.lengthOf(
    run.invocations[0].toolExecutionNotifications.filter(({ level }: { readonly level: string }) => level === "error"),
    not_compared
  )
  return { compared, drifted, in_sync, missing, not_compared, pending, total, unlisted, waived }
}

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? ""

/** What a report of this format counts. */
export const countsOf = (format: string, text: string): Counts => {
  switch (format) {
    case "json":
      return JSON.parse(text).summary
    case "ndjson":
      return JSON.parse(lastLine(text)).summary
    case "junit":
      return ofJunit(text)
    case "sarif":
      return ofSarif(text)
    case "markdown":
      return ofMarkdown(text)
    case "csv":
      return ofCsv(text)
    case "github":
      return ofVerdict(parseCommands(text).find(({ name }) => name === "notice")?.message ?? "")
    case "gitlab":
      return ofGitlab(text)
    case "html":
      return ofVerdict(/<title>(.*)<\/title>/.exec(text)?.[1] ?? "")
    case "ocsf":
      return ofOcsf(text)
    default:
      return ofVerdict(lastLine(text))
  }
}
