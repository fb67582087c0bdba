import { assert, describe, expect, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { pretty as pieces, verdict } from "../src/pretty.ts"
import { displayWidth } from "../src/Terminal.ts"
import { change, denied, disabled, drifted, missing, pending, report, row, unreachable, unread } from "./reports.ts"

const pretty = (...of: Parameters<typeof pieces>): string => [...pieces(...of)].join("")

const plain = { color: false, verbose: false }
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `vm-${String(index + 1).padStart(2, "0")}`)

const severalKinds = [
  row("app-1"),
  drifted(
    "billing-db",
    [
      change("HF003", "online", { desired: true, actual: false }),
      change("HF007", "status", { desired: ["IDLE", "BACKUPING"], actual: "FAILED" }),
      change("HF010", "maxBackupAge", {
        desired: "2h",
        actual: "31h 5m",
        reason: "The last backup is too old: 31h 5m (2026-03-04T04:55:00Z), at most 2h is allowed.",
        age_seconds: 111_900,
        limit_seconds: 7200
      })
    ],
    { severity: "critical", source: { path: "backup.yaml", line: 12, column: 3 } }
  ),
  missing("cache", { severity: "low" }),
  drifted("scratch", [change("HF002", "enabled", { desired: false, actual: true })], { severity: "medium" }),
  drifted("web-1", [disabled, change("HF009", "maxBackupAge", { desired: "26h", actual: null })])
]

const everything = [
  ...severalKinds,
  pending("new-vm"),
  unread("api-1", denied),
  unread("api-2", { ...denied, message: "Access is denied: another request" }),
  unread("queue", unreachable)
]

/** The situations that a user can see, by the name of their golden file. */
const situations: Readonly<Record<string, CheckReport>> = {
  "in-sync": report([row("app-1"), row("web-1")]),
  drift: report(severalKinds),
  missing: report([row("app-1"), missing("cache")]),
  "not-compared": report([
    row("app-1"),
    ...numbered(12).map((name) => unread(name, denied)),
    unread("queue", unreachable)
  ]),
  pending: report([row("app-1"), pending("new-vm", { severity: "low" })]),
  "nothing-compared": report([unread("api-1", unreachable), unread("api-2", unreachable)]),
  interrupted: report(
    [
      row("app-1"),
      unread("web-1", {
        ...unreachable,
        tag: "Interrupted",
        message: "the run was interrupted before it was read",
        detail: "the run was interrupted before it was read",
        remedy: "Run the check again.",
        attempts: 0
      })
    ],
    { interrupted: true }
  ),
  empty: report([]),
  everything: report(everything, {
    manifest: [
      { path: "backup.yaml", sha256: "0".repeat(64) },
      { path: "teams/billing.yaml", sha256: "1".repeat(64) }
    ],
    requests: { sent: 14, retried: 5 },
    duration_ms: 65_432
  })
}

describe("pretty", () => {
  it.each(Object.keys(situations))("%s reads as agreed", async (name) => {
    await expect(pretty(situations[name] as CheckReport, plain)).toMatchFileSnapshot(`snapshots/pretty/${name}.txt`)
  })

  it("lists what is in sync, and every name of a group, when asked to", async () => {
    const all = report([...everything, ...numbered(12).map((name) => unread(name, denied))])
    await expect(pretty(all, { color: false, verbose: true })).toMatchFileSnapshot("snapshots/pretty/verbose.txt")
  })

  it("colours what is bad, unsure and good, and the text is the same without", async () => {
    const coloured = pretty(report(everything), { color: true, verbose: true })
    await expect(coloured).toMatchFileSnapshot("snapshots/pretty/colour.txt")
    assert.strictEqual(
      coloured.replace(/\u001b\[\d+m/g, ""),
      pretty(report(everything), { color: false, verbose: true })
    )
  })

  it("aligns names of wide characters, of Cyrillic, with marks and with what was escaped", async () => {
    const names = ["vm", "сервер-баз-данных", "バックアップ", "数据库-1", "e\u0301te\u0301", "💾", "tab\there"]
    const text = pretty(report(names.map((name) => drifted(name, [disabled]))), plain)
    const columns = text
      .split("\n")
      .filter((line) => line.startsWith("~ "))
      .map((line) => displayWidth(line.slice(0, line.indexOf("epd5fs8"))))
    assert.strictEqual(columns.length, names.length)
    assert.strictEqual(new Set(columns).size, 1)
    await expect(text).toMatchFileSnapshot("snapshots/pretty/wide-names.txt")
  })

  it("aligns the values of a resource's changes", () => {
    const lines = pretty(report(severalKinds), plain).split("\n")
    const at = (start: string) =>
      displayWidth(lines.find((line) => line.includes(start))?.match(/^ {4}~ \S+ +/)?.[0] ?? "")
    assert.deepStrictEqual([at("online:"), at("status:"), at("maxBackupAge:")], [20, 20, 20])
  })

  it("puts the worst first, and keeps the order of the report among equals", () => {
    const severities = ["info", "low", "medium", "high", "critical", "high"] as const
    const text = pretty(
      report(severities.map((severity, index) => drifted(`vm-${index}`, [disabled], { severity }))),
      plain
    )
    assert.deepStrictEqual(text.match(/^~ vm-\d/gm), ["~ vm-4", "~ vm-3", "~ vm-5", "~ vm-2", "~ vm-1", "~ vm-0"])
  })

  it("names what was not compared by every reason that differs, and only once", () => {
    const reasons = [
      denied,
      { ...denied, detail: "no folder" },
      { ...denied, status: 404 },
      { ...denied, tag: "Other" }
    ]
    const text = pretty(report([...reasons, ...reasons].map((error, index) => unread(`vm-${index}`, error))), plain)
    assert.strictEqual(text.match(/not compared:/g)?.length, 4)
    assert.strictEqual(text.match(/^\? not compared: vm-\d \(\S+\), vm-\d \(\S+\)$/gm)?.length, 4)
  })

  it("writes a fleet of 200,000", () => {
    const many = Array.from({ length: 200_000 }, (_, index) => row(`vm-${index}`))
    assert.include(pretty(report(many), plain), "all 200000 are as declared")
  })

  it("ends with the verdict, and with a newline", () => {
    for (const situation of Object.values(situations)) {
      assert.isTrue(pretty(situation, plain).endsWith(verdict(situation, plain)))
      assert.match(verdict(situation, plain), /[^\n]\n$/)
    }
  })
})

describe("verdict", () => {
  const lastLine = (of: CheckReport) => verdict(of, plain).trimEnd().split("\n").at(-1)

  it.each([
    ["in sync", report([row("a")]), "✓ In sync: all 1 are as declared"],
    ["drift", report([drifted("a", [disabled]), missing("b")]), "Drift: 1 drifted, 1 missing, 0 not compared of 2"],
    [
      "drift beside doubt",
      report([missing("a"), pending("b"), unread("c", denied)]),
      "Drift: 0 drifted, 1 missing, 1 pending, 1 not compared of 3"
    ],
    ["doubt", report([row("a"), unread("b", denied)]), "⚠ Could not tell: no drift seen, 1 not compared of 2"],
    ["a transition", report([pending("a")]), "⚠ Could not tell: no drift seen, 1 pending, 0 not compared of 1"],
    ["nothing read", report([unread("a", denied)]), "Error: nothing could be compared: 0 of 1"],
    [
      "mistakes in the manifest",
      report([], { diagnostics: [{ severity: "error", summary: "x" }] }),
      "Error: nothing was checked"
    ]
  ])("of %s is one line", (_, situation, line) => {
    assert.strictEqual(lastLine(situation), line)
  })

  it("says how many were compared where not all were", () => {
    const resources = [
      ...numbered(4).map((name) => unread(name, denied)),
      ...numbered(41).map((name) => row(`ok-${name}`))
    ]
    assert.include(verdict(report(resources), plain), "⚠ 41 of 45 compared\n")
  })

  it("has the tick of success exactly where the exit code is 0 and something was compared", () => {
    const all = Object.values(situations)
    const interruptedLate = report([row("a")], { interrupted: true })
    for (const situation of [...all, interruptedLate]) {
      assert.strictEqual(verdict(situation, plain).includes("✓"), situation.exit_code === 0, lastLine(situation))
    }
  })

  it("of an empty selection that is allowed does not tell to allow it", () => {
    assert.notInclude(verdict(report([], { allowEmpty: true }), plain), "--allow-empty makes")
  })
})
