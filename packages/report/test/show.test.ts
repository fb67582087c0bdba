import { assert, describe, expect, it } from "@effect/vitest"
import { ShowReport } from "@holdfast/check/ShowReport"
import { Schema } from "effect"
import { showJson, showPretty } from "../src/show.ts"
import { displayWidth } from "../src/Terminal.ts"
import { assertHarmless, buildCommand, hostile, invisible } from "./hostile.ts"

const decode = Schema.decodeUnknownSync(ShowReport)
const plain = { color: false }

type Fields = Readonly<Record<string, unknown>>

const resource = (fields: Fields = {}): Fields => ({
  computeInstanceId: "epd1",
  createdAt: "2025-12-01T10:00:00Z",
  online: true,
  enabled: true,
  status: "IDLE",
  lastBackupTime: "2026-03-05T07:05:10.391904178Z",
  nextBackupTime: "2026-03-06T07:00:00+03:00",
  resourceId: "68b1e3f7-a855-45c7-8daf-000000000001",
  isActive: true,
  initStatus: "REGISTRED",
  metadata: "null",
  type: "COMPUTE",
  tenantInfo: { folderId: "b1gexample" },
  agentInfo: { currentVersion: "16.3.0", latestVersion: "16.3.0" },
  ...fields
})

const policy = (fields: Fields = {}): Fields => ({
  id: "cdgdaily",
  name: "Every day",
  enabled: true,
  settings: { scheduling: { enabled: true }, retention: { rules: [{ maxCount: "7" }] } },
  ...fields
})

const task = (fields: Fields = {}): Fields => ({
  id: "1",
  computeInstanceId: "epd1",
  type: "BACKUP",
  status: "COMPLETED",
  resultCode: "OK",
  completedAt: "2026-03-05T07:05:10Z",
  ...fields
})

const retaining = (retention: Fields): Fields => policy({ settings: { retention } })

/** A report read at 10 o'clock. */
const report = (fields: Fields = {}): ShowReport =>
  decode({
    format_version: "1.0",
    instance_id: "epd1",
    timestamp: "2026-03-05T10:00:00.500Z",
    complete: true,
    endpoint: "https://backup.api.cloud.yandex.net",
    emulator: null,
    resource: resource(),
    policies: [policy()],
    tasks: [task()],
    diagnostics: [],
    ...fields
  })

const unread = (part: string): Fields => ({
  severity: "error",
  summary: "Access is denied: GET https://backup.api.cloud.yandex.net/…: 403: Permission denied (request id 7)",
  detail: "Grant the account the role backup.viewer on the folder of the instance.",
  part,
  tag: "PermissionDenied",
  request_id: "7"
})

const everythingWrong = report({
  emulator: "fleet.yaml",
  resource: resource({
    online: false,
    enabled: false,
    isActive: false,
    initStatus: "FAILED_REGISTRATION",
    metadata: "unsupported kernel 3.10",
    status: "FAILED",
    statusDetails: "the disk is gone",
    lastBackupTime: "2026-03-05T12:00:00Z",
    nextBackupTime: "2026-03-05T09:30:00Z",
    agentInfo: { currentVersion: "15.1", latestVersion: "16.3.0", canUpdate: true }
  }),
  policies: [
    policy({ name: "" }),
    policy({ id: "cdgoff", enabled: false, settings: { scheduling: {}, retention: {} } }),
    policy({ id: "cdgbare", name: "数据库-1", settings: {} }),
    policy({ id: "cdgold", name: "e\u0301te\u0301", settings: null })
  ],
  tasks: [
    task({
      status: "STARTED",
      resultCode: null,
      completedAt: null,
      startedAt: "2026-03-05T09:59:00Z",
      progress: { current: "5", total: "12" }
    }),
    task({ status: "ENQUEUED", resultCode: null, completedAt: null, enqueuedAt: "2026-03-05T09:00:00Z" }),
    task({ type: "RETENTION", resultCode: "WARNING", error: "2 backups are locked" }),
    task({ resultCode: "TIMEDOUT", error: "no answer from the agent", progress: { current: "5", total: "12" } }),
    task({ type: "NEW_KIND", status: "NEW_STATUS", resultCode: "NEW_CODE", completedAt: null })
  ],
  diagnostics: [{ severity: "warning", summary: "This machine's clock is 2h behind the service's", detail: "Set it." }]
})

const situations: Readonly<Record<string, ShowReport>> = {
  healthy: report(),
  "everything-wrong": everythingWrong,
  "nothing-said": report({ resource: { computeInstanceId: "epd1" }, policies: [], tasks: [] }),
  "in-part": report({
    complete: false,
    policies: [],
    tasks: [],
    diagnostics: [unread("policies"), unread("tasks")]
  })
}

const line = (text: string, name: string): string =>
  text
    .split("\n")
    .find((line) => line.startsWith(`  ${name} `))
    ?.slice(2 + name.length)
    .trim() ?? ""

describe("showPretty", () => {
  it.each(Object.keys(situations))("%s reads as agreed", async (name) => {
    await expect(showPretty(situations[name] as ShowReport, plain)).toMatchFileSnapshot(`snapshots/show/${name}.txt`)
  })

  it("colours what is bad, unsure and good, and the text is the same without", async () => {
    const coloured = showPretty(everythingWrong, { color: true })
    await expect(coloured).toMatchFileSnapshot("snapshots/show/colour.txt")
    assert.strictEqual(coloured.replace(/\u001b\[\d+m/g, ""), showPretty(everythingWrong, plain))
  })

  it("aligns the columns of wide names", () => {
    const lines = showPretty(everythingWrong, plain).split("\n")
    const columns = ["cdgdaily", "cdgoff", "cdgbare", "cdgold"].map((id) => {
      const line = lines.find((text) => text.includes(id)) ?? ""
      return displayWidth(line.slice(0, line.indexOf(id)))
    })
    assert.strictEqual(new Set(columns).size, 1)
  })

  it.each([
    ["last backup", { lastBackupTime: null }, "never"],
    ["last backup", { lastBackupTime: "1970-01-01T00:00:00Z" }, "never"],
    ["last backup", { lastBackupTime: "2026-03-04T02:00:00+03:00" }, "35h ago (2026-03-04T02:00:00+03:00)"],
    ["last backup", { lastBackupTime: "2016-12-31T23:59:60Z" }, "3350d 10h ago (2016-12-31T23:59:60Z)"],
    ["last backup", { lastBackupTime: "2026-03-05T11:00:01Z" }, "in 1h (2026-03-05T11:00:01Z): it lies in the future"],
    ["next backup", { nextBackupTime: null }, "none scheduled"],
    ["next backup", { nextBackupTime: "2026-03-05T12:00:00Z" }, "in 1h 59m (2026-03-05T12:00:00Z)"],
    ["next backup", { nextBackupTime: "2026-03-05T09:00:00Z" }, "was due 1h ago (2026-03-05T09:00:00Z)"],
    ["status", { status: "BACKUPING", statusProgress: "42" }, "BACKUPING, progress 42"],
    ["status", { status: "NEW", statusProgress: "9007199254740993" }, "NEW, progress 9007199254740993"],
    ["status", { status: "OTHER", statusDetails: "no_policies_applied" }, "OTHER: no_policies_applied"],
    ["registration", { initStatus: "REGISTERING", metadata: "installing" }, "REGISTERING: installing"],
    ["agent", { agentInfo: {} }, "version not said, no update is available"],
    ["status", { statusDetails: "x".repeat(600) }, `IDLE: ${"x".repeat(500)}…`]
  ])("says of the %s where it is %j: %s", (name, fields, text) => {
    assert.strictEqual(line(showPretty(report({ resource: resource(fields) }), plain), name), text)
  })

  it.each([
    [{}, "keeps all backups"],
    [{ rules: [{}] }, "keeps all backups"],
    [{ rules: [{ maxCount: "1" }] }, "keeps 1 backup"],
    [{ rules: [{ maxAge: { type: "DAYS", count: "30" } }] }, "keeps 30 days"],
    [{ rules: [{ maxAge: { type: "WEEKS", count: "1" } }] }, "keeps 1 week"],
    [{ rules: [{ maxAge: { type: "DECADES", count: "2" } }] }, "keeps 2 decades"],
    [{ rules: [{ maxCount: "1" }, { maxCount: "2" }] }, "keeps by 2 rules"]
  ])("says of the retention %j: %s", (retention, text) => {
    assert.match(showPretty(report({ policies: [retaining(retention)] }), plain), new RegExp(`  ${text}\\n`))
  })
})

/** The report with the string of `text` in every field that others write, or those of `field`. */
const reportOf = (text: (field: string) => string): ShowReport => {
  const base = report({ tasks: [task(), task({ error: "x" })] })
  const all = (fields: ReadonlyArray<string>, of: string): Fields =>
    Object.fromEntries(fields.map((field) => [field, text(`${of}.${field}`)]))
  const agentInfo = { ...all(["currentVersion", "latestVersion"], "agent"), canUpdate: true }
  return decode({
    ...base,
    instance_id: text("instance_id"),
    endpoint: text("endpoint"),
    emulator: text("emulator"),
    resource: resource({
      ...all(["status", "statusDetails", "initStatus", "metadata", "type", "resourceId"], "resource"),
      tenantInfo: all(["folderId"], "tenant"),
      agentInfo
    }),
    policies: [
      policy({
        ...all(["id", "name"], "policy"),
        settings: { retention: { rules: [{ maxAge: { ...all(["type"], "interval"), count: "2" } }] } }
      })
    ],
    tasks: [task(all(["type", "status", "resultCode", "error"], "task"))],
    diagnostics: [
      { ...unread("tasks"), ...all(["summary", "detail", "tag", "request_id"], "diagnostic"), severity: "error" },
      { severity: "warning", ...all(["summary", "detail"], "warning") }
    ]
  })
}

const lines = (text: string) => text.split("\n").length
const benign = reportOf(() => "benign")
const withTasks = (of: ShowReport): ShowReport => ({
  ...of,
  diagnostics: of.diagnostics.filter(({ part }) => part === undefined)
})

describe("hostile strings", () => {
  it.each(Object.entries(hostile))("do no harm as %s", (_, text) => {
    for (const shape of [withTasks, (of: ShowReport) => of]) {
      const shown = showPretty(shape(reportOf(() => text)), plain)
      assertHarmless(shown)
      assert.strictEqual(lines(shown), lines(showPretty(shape(benign), plain)))
    }
  })

  it.each(Object.entries(hostile))("survive JSON as %s, and hide nothing there", (_, text) => {
    const of = reportOf(() => text)
    const written = showJson(of)
    assert.deepStrictEqual(decode(JSON.parse(written)), of)
    assert.notMatch(written, invisible)
    assert.notMatch(written, buildCommand)
    assert.notMatch(written, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })

  it("that are long do not make each of many lines long", () => {
    const policies = [policy({ name: "x".repeat(100_000) }), ...Array.from({ length: 1000 }, () => policy())]
    assert.isBelow(showPretty(report({ policies }), plain).length, 1_000_000)
  })
})
