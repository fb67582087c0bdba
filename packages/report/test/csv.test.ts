import { assert, describe, expect, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { parse } from "csv-parse/sync"
import { columns, csv } from "../src/csv.ts"
import { everything } from "./fullReport.ts"
import { report, row } from "./reports.ts"

const textOf = (of: CheckReport): string => [...csv(of)].join("")

/** The rows as a strict parser of RFC 4180 reads them. */
const rowsOf = (of: CheckReport): ReadonlyArray<Readonly<Record<string, string>>> =>
  parse(textOf(of), { bom: true, columns: true, record_delimiter: "\r\n", relax_column_count: false })

describe("csv", () => {
  it("reads as agreed", async () => {
    await expect(textOf(everything)).toMatchFileSnapshot("snapshots/formats/everything.csv")
  })

  it("has a row for each resource, each unlisted one and each diagnostic, one of the run, with the stable columns", () => {
    const rows = rowsOf(everything)
    const { diagnostics, resources, unlisted } = everything
    assert.lengthOf(rows, resources.length + unlisted.length + diagnostics.length + 1)
    assert.deepStrictEqual(Object.keys(rows[0] ?? {}), [...columns])
    assert.deepStrictEqual(
      rows.slice(0, resources.length).map(({ address, state }) => [address, state]),
      resources.map(({ address, state }) => [address, state])
    )
    assert.strictEqual(
      rows[2]?.changes,
      "status: is FAILED, declared IDLE | BACKUPING (HF007); maxBackupAge: is 31h 5m, declared 2h (HF010)"
    )
    assert.strictEqual(rows.filter(({ fails }) => fails === "true").length, everything.failing + 1)
    assert.deepInclude(rows.at(-1), { kind: "run", state: "exit code 2", fails: "true" })
  })

  it("says in each row what was compared with", () => {
    const emulated = report([row("a")], { emulator: "fleet.yaml" })
    assert.strictEqual(rowsOf(emulated)[0]?.compared_with, "an emulator of fleet.yaml")
    const snapshot = report([row("a")], { snapshot: { path: "live.json", timestamp: "2026-03-05T12:00:00.000Z" } })
    assert.strictEqual(rowsOf(snapshot)[0]?.compared_with, "the snapshot live.json of 2026-03-05T12:00:00.000Z")
  })

  it("of a run that could not begin is not empty", () => {
    const failed = report([], { diagnostics: [{ severity: "error", summary: "No credentials", detail: "Set some." }] })
    assert.deepInclude(rowsOf(failed)[0], { kind: "diagnostic", state: "error", reason: "No credentials" })
  })

  it.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\\t=1"],
    ["\r=1", "'\\r=1"],
    ["  =1", "'  =1"],
    ["\uff1d1", "'\uff1d1"],
    ["a;=1", "a;'=1"],
    ['a;"=1', "a;\"'=1"],
    ["a\u0000b", "a\\x00b"],
    ["1-1", "1-1"],
    ['say "so", then\r\nno more', 'say "so", then\\r\\nno more']
  ])("writes %j as %j", (text, written) => {
    assert.strictEqual(rowsOf(report([row(text)]))[0]?.address, written)
  })
})
