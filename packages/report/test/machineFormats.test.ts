import { assert, describe, expect, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { findings } from "../src/findings.ts"
import { gitlab } from "../src/gitlab.ts"
import { junit } from "../src/junit.ts"
import { ocsf } from "../src/ocsf.ts"
import { sarif, uriOf } from "../src/sarif.ts"
import { change, denied, disabled, drifted, everything, missing, pending, report, row, unread } from "./reports.ts"
import { gitlabMistakes, ocsfMistakes, sarifMistakes } from "./schemas.ts"
import { elementsOf, junitMistakes, parseXml } from "./xml.ts"

const textOf = (format: (report: CheckReport) => Iterable<string>, of: CheckReport): string => [...format(of)].join("")

const emulated = everything({
  emulator: "fleet.yaml",
  snapshot: { path: "live.json", timestamp: "2026-03-05T11:00:00.000Z" },
  resumed: { run_id: "r-0", timestamp: "2026-03-05T10:00:00.000Z", carried: 3 }
})

const refused = report([], {
  endpoint: "",
  manifest: [],
  diagnostics: [
    { severity: "error", path: "./a b.yaml", line: 3, column: 2, summary: "Unknown field", detail: "See it." }
  ]
})

/** What a run can come to. */
const situations: Readonly<Record<string, CheckReport>> = {
  everything: everything(),
  "an emulator, a snapshot and an earlier run": emulated,
  "in sync": report([row("app-1")]),
  "nothing allowed": report([], { allowEmpty: true }),
  "nothing checked": report([]),
  "nothing compared": report([unread("api-1", denied)]),
  "mistakes in the manifest": refused,
  interrupted: report([row("a")], { interrupted: true }),
  "a transition without values": report([pending("a", { changes: [] })])
}

const each = Object.keys(situations)
const of = (name: string): CheckReport => situations[name] as CheckReport

interface Result {
  readonly ruleId: string
  readonly kind: string
  readonly level: string
  readonly message: { readonly text: string }
  readonly baselineState?: string
  readonly suppressions?: ReadonlyArray<{ readonly justification: string }>
  readonly partialFingerprints: Readonly<Record<string, string>>
}

interface Notification {
  readonly level: string
  readonly descriptor?: { readonly id: string }
}

const runOf = (log: CheckReport) => {
  const run = JSON.parse(textOf(sarif, log)).runs[0]
  const invocation: {
    readonly executionSuccessful: boolean
    readonly toolExecutionNotifications: ReadonlyArray<Notification>
  } = run.invocations[0]
  const results: ReadonlyArray<Result> = run.results
  return { run, results, invocation, notifications: invocation.toolExecutionNotifications }
}

const issuesOf = (of: CheckReport): ReadonlyArray<Readonly<Record<string, string>>> => JSON.parse(textOf(gitlab, of))
const linesOf = (of: CheckReport) =>
  textOf(ocsf, of)
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))

describe("junit", () => {
  it("writes everything as agreed", async () => {
    await expect(textOf(junit, everything())).toMatchFileSnapshot("snapshots/machine/everything.junit.xml")
  })

  it.each(each)("of %s is what the schemas allow", async (name) => {
    const text = textOf(junit, of(name))
    assert.deepStrictEqual(await junitMistakes(text), [])
  })

  it.each(each)("of %s counts what it holds", (name) => {
    const root = parseXml(textOf(junit, of(name)))
    const suites = elementsOf(root, "testsuite")
    for (const element of [root, ...suites]) {
      const count = (kind: string) => String(elementsOf(element, kind).length)
      const { errors, failures, tests } = element.attributes
      assert.deepStrictEqual([tests, failures, errors], [count("testcase"), count("failure"), count("error")])
    }
    for (const suite of suites) assert.lengthOf(elementsOf(suite, "skipped"), Number(suite.attributes.skipped))
  })

  it.each(each)("of %s passes only what is in sync", (name) => {
    const passed = elementsOf(parseXml(textOf(junit, of(name))), "testcase").filter(
      ({ children }) => children.length === 0
    )
    assert.lengthOf(passed, of(name).summary.in_sync)
  })

  it("says which reports are not of the cloud as it is now", () => {
    const text = textOf(junit, emulated)
    const values = elementsOf(parseXml(text), "property").map(({ attributes }) => attributes)
    for (const name of ["emulator", "snapshot", "resumed"])
      assert.isTrue(
        values.some((one) => one.name === name),
        name
      )
    assert.include(text, "Emulated by fleet.yaml: this says nothing of the cloud")
  })

  it("has an error where nothing could be checked", () => {
    for (const name of ["nothing checked", "nothing compared", "mistakes in the manifest", "interrupted"]) {
      assert.notStrictEqual(parseXml(textOf(junit, of(name))).attributes.errors, "0", name)
    }
  })
})

describe("sarif", () => {
  it("writes everything as agreed", async () => {
    await expect(textOf(sarif, everything())).toMatchFileSnapshot("snapshots/machine/everything.sarif.json")
  })

  it.each(each)("of %s is SARIF 2.1.0", (name) => {
    assert.deepStrictEqual(sarifMistakes(JSON.parse(textOf(sarif, of(name)))), [])
  })

  it("has a result for each finding, and marks what fails nothing", () => {
    const { results } = runOf(everything())
    assert.deepStrictEqual(
      results.map(({ kind, level, ruleId, suppressions }) => [ruleId, kind, level, suppressions?.length ?? 0]),
      [
        ["HF010", "fail", "error", 1],
        ["HF003", "fail", "error", 0],
        ["HF010", "fail", "error", 0],
        ["HF016", "fail", "note", 0],
        ["HF006", "open", "none", 0],
        ["HF023", "fail", "warning", 0],
        ["HF023", "informational", "none", 0],
        ["HF023", "fail", "warning", 1],
        ["HF024", "fail", "note", 0]
      ]
    )
    assert.deepStrictEqual(results.map(({ baselineState }) => baselineState).slice(0, 4), [
      undefined,
      "unchanged",
      "unchanged",
      "new"
    ])
  })

  it("holds the pages of rules where there are some", () => {
    const pages = new Map([["HF001", "# HF001: backup is not enabled\n\nApply a policy."]])
    const log = JSON.parse([...sarif(everything(), { pages })].join(""))
    assert.deepStrictEqual(sarifMistakes(log), [])
    const [first, second] = log.runs[0].tool.driver.rules
    assert.deepStrictEqual(first.help, { text: pages.get("HF001"), markdown: pages.get("HF001") })
    assert.deepStrictEqual(Object.keys(second.help), ["text"])
  })

  it("was successful only where everything could be compared", () => {
    const successful = each.filter((name) => runOf(of(name)).invocation.executionSuccessful)
    assert.deepStrictEqual(successful, ["in sync", "nothing allowed", "a transition without values"])
    const { notifications } = runOf(emulated)
    assert.deepStrictEqual(
      notifications.map(({ descriptor, level }) => [descriptor?.id, level]),
      [
        ["emulated", "warning"],
        ["snapshot", "warning"],
        ["resumed", "warning"],
        ["PermissionDenied", "error"],
        ["ConnectionFailed", "error"]
      ]
    )
  })

  it.each([
    ["backup.yaml", "backup.yaml"],
    ["./env/a b#c?.yaml", "env/a%20b%23c%3F.yaml"],
    ["../x/100%.yaml", "../x/100%25.yaml"],
    ["javascript:alert(1)", "javascript%3Aalert(1)"],
    ["//evil.example/x", "x"],
    ["/work/backup.yaml", "backup.yaml"],
    ["C:\\work\\backup.yaml", "backup.yaml"],
    ["<stdin>", "%3Cstdin%3E"],
    ["\ud800\u202e.yaml", "%EF%BF%BD%E2%80%AE.yaml"]
  ])("names the file %j as %s", (path, uri) => {
    assert.strictEqual(uriOf(path), uri)
  })
})

describe("gitlab", () => {
  it("writes everything as agreed", async () => {
    await expect(textOf(gitlab, everything())).toMatchFileSnapshot("snapshots/machine/everything.gitlab.json")
  })

  it.each(each)("of %s is a Code Quality report", (name) => {
    assert.deepStrictEqual(gitlabMistakes(issuesOf(of(name))), [])
  })

  it("has no issue only where everything is as declared", () => {
    const without = each.filter((name) => issuesOf(of(name)).length === 0)
    assert.deepStrictEqual(without, ["in sync", "nothing allowed"])
  })

  it("names files as Git does", () => {
    const [issue] = JSON.parse(textOf(gitlab, refused))
    assert.deepStrictEqual(issue.location, { path: "a b.yaml", lines: { begin: 3 } })
  })
})

describe("ocsf", () => {
  it("writes everything as agreed", async () => {
    await expect(textOf(ocsf, everything())).toMatchFileSnapshot("snapshots/machine/everything.ocsf.jsonl")
  })

  it.each(each)("of %s is Compliance Findings", (name) => {
    for (const line of linesOf(of(name))) assert.deepStrictEqual(ocsfMistakes(line), [])
  })

  it.each(each)("of %s passes only what is in sync", (name) => {
    const passed = linesOf(of(name)).filter(({ compliance }) => compliance.status === "Pass")
    assert.lengthOf(passed, of(name).summary.in_sync)
  })

  it("says since when a finding is known, and what accepts it", () => {
    const lines = linesOf(everything())
    assert.include(
      lines.map(({ finding_info }) => finding_info.first_seen_time),
      Date.parse("2026-03-01T03:00:00.000Z")
    )
    const suppressed = lines.filter(({ status }) => status === "Suppressed")
    assert.deepStrictEqual(
      suppressed.map(({ comment }) => comment),
      ["until 2026-12-31: the window moves", "until 2026-12-31: a canary"]
    )
  })

  it("says which findings are not of the cloud as it is now", () => {
    for (const { metadata } of linesOf(emulated)) {
      assert.deepStrictEqual(metadata.labels, ["emulated", "snapshot", "resumed"])
    }
  })
})

describe("the fingerprint of a finding", () => {
  const fingerprints = (of: CheckReport) => [...findings(of)].map(({ fingerprint }) => fingerprint)

  it("stays when lines, values and states of others change", () => {
    const moved = { source: { path: "other.yaml", line: 99, column: 1 } }
    const before = report([drifted("a", [disabled]), row("b")])
    const after = report([drifted("a", [{ ...disabled, reason: "Later.", severity: "low" }], moved), missing("b")])
    assert.strictEqual(fingerprints(before)[0], fingerprints(after)[0])
  })

  it("stays when drift is accepted", () => {
    const waived = report([row("a", { state: "waived", changes: [{ ...disabled, waived: true }] })])
    assert.deepStrictEqual(fingerprints(waived), fingerprints(report([drifted("a", [disabled])])))
  })

  it("differs by resource, by instance and by rule, and where a rule finds two things", () => {
    const policy = change("HF021", "policies", { desired: null, actual: null })
    const of = report([
      drifted("a", [disabled, policy, policy]),
      drifted("a", [disabled], { instance_id: "epd2" }),
      drifted("b", [disabled])
    ])
    assert.strictEqual(new Set(fingerprints(of)).size, 5)
  })
})
