/** Formats differ in what they show, and in no count of it. */
import { assert, describe, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { isUnlistedDrift } from "@holdfast/check/ExitCode"
import { parse } from "csv-parse/sync"
import { csv } from "../src/csv.ts"
import { gitlab } from "../src/gitlab.ts"
import { html } from "../src/html.ts"
import { junit } from "../src/junit.ts"
import { markdown } from "../src/markdown.ts"
import { ndjson } from "../src/ndjson.ts"
import { ocsf } from "../src/ocsf.ts"
import { sarif } from "../src/sarif.ts"
import { everything } from "./fullReport.ts"
import { denied, disabled, drifted, missing, pending, report, row, unread } from "./reports.ts"

const textOf = (pieces: Iterable<string>): string => [...pieces].join("")
const linesOf = (pieces: Iterable<string>) =>
  textOf(pieces)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

/** How many of each there are, by name. */
const tally = (names: Iterable<string>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

const states = (of: CheckReport) => tally(of.resources.map(({ state }) => state))
const unlistedStates = ({ unlisted }: CheckReport) =>
  tally(unlisted.map((row) => (isUnlistedDrift(row) ? "drifted" : row.waived ? "waived" : "reported")))

describe.each([
  ["everything", everything],
  ["a run that --fail-on lets pass", { ...everything, fail_on: "critical" }],
  ["one of each", report([row("a"), drifted("b", [disabled]), missing("c"), pending("d"), unread("e", denied)])],
  ["nothing that was read", report([unread("a", denied), unread("b", denied)])],
  ["an interrupted run", report([row("a"), unread("b", denied)], { interrupted: true })],
  ["nothing declared", report([])]
] as const)("of %s", (_, of: CheckReport) => {
  const { drifted = 0, in_sync = 0, missing = 0, not_compared = 0, pending = 0, waived = 0 } = states(of)
  const { drifted: unlistedDrift = 0, reported = 0, waived: unlistedWaived = 0 } = unlistedStates(of)
  /** Interrupted, or nothing checked. */
  const problems = of.interrupted || of.resources.length === 0 ? 1 : 0

  it("csv and ndjson have a row for each, in its state", () => {
    const rows: ReadonlyArray<Record<string, string>> = parse(textOf(csv(of)), { bom: true, columns: true })
    const kind = (wanted: RegExp) => rows.filter(({ kind = "" }) => wanted.test(kind)).map(({ state = "" }) => state)
    assert.deepStrictEqual(tally(kind(/^resource$/)), states(of))
    assert.deepStrictEqual(tally(kind(/^unlisted/)), unlistedStates(of))
    const messages = linesOf(ndjson(of))
    const seen = messages.flatMap(({ resource, type }) => (type === "resource_resolved" ? [] : [resource?.state ?? []]))
    assert.deepStrictEqual(tally(seen.flat()), states(of))
    assert.deepStrictEqual(messages.at(-1).summary, of.summary)
  })

  it("junit has a test for each, and passes only what is in sync", () => {
    const text = textOf(junit(of))
    const count = (element: string) => text.split(`<${element} `).length - 1
    assert.strictEqual(count("failure"), drifted + missing + unlistedDrift)
    assert.strictEqual(count("error"), pending + not_compared + problems)
    assert.strictEqual(count("skipped"), waived + unlistedWaived + reported)
    assert.strictEqual(text.match(/<testcase [^>]*\/>/g)?.length ?? 0, in_sync)
  })

  it("ocsf, sarif and gitlab pass only what is in sync, and tell of each that could not be compared", () => {
    const { Pass = 0, Warning = 0 } = tally(linesOf(ocsf(of)).map(({ compliance }) => compliance.status))
    assert.deepStrictEqual([Pass, Warning], [in_sync, not_compared + problems])
    const [run] = JSON.parse(textOf(sarif(of))).runs
    const [{ executionSuccessful, toolExecutionNotifications }] = run.invocations
    assert.lengthOf(toolExecutionNotifications, not_compared + problems)
    assert.strictEqual(executionSuccessful, not_compared + problems === 0)
    const issues: ReadonlyArray<unknown> = JSON.parse(textOf(gitlab(of)))
    assert.lengthOf(issues, run.results.length + not_compared + problems)
  })

  it("markdown and html count as the report does", () => {
    const { summary } = of
    const counts = [summary.total, summary.compared, in_sync, drifted, missing, pending, not_compared, waived]
    const text = textOf(markdown(of))
    assert.include(text, `\n| ${[...counts, summary.unlisted].join(" | ")} |\n`)
    const rows = text.split("\n").filter((line) => /^\| (critical|high|medium|low|info) \|/.test(line))
    assert.lengthOf(rows, drifted + missing + unlistedDrift)
    const sizes = [...textOf(html(of)).matchAll(/data-kind="(\w+)" data-size="(\d+)"/g)]
    const sum = sizes.reduce((total, [, , size]) => total + Number(size), 0)
    assert.strictEqual(sum, summary.total + of.unlisted.length + (of.baseline?.resolved.length ?? 0))
  })
})
