import { assert, describe, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import { Arbitrary, Schema } from "effect"
import { diagnostics } from "../src/diagnostics.ts"
import { json as jsonPieces } from "../src/json.ts"
import { pretty as prettyPieces, verdict } from "../src/pretty.ts"
import { assertHarmless, buildCommand, hostile, invisible } from "./hostile.ts"
import { change, drifted, missing, pending, report, row, unread } from "./reports.ts"

const pretty = (...of: Parameters<typeof prettyPieces>): string => [...prettyPieces(...of)].join("")

/** The JSON text of a report. */
const json = (report: CheckReport): string => [...jsonPieces(report)].join("")

/** The string of each field that others can write, by its path. */
type TextOf = (field: string) => string

const fields = [
  "address",
  "instance_id",
  "reason",
  "source.path",
  "change.reason",
  "change.remedy",
  "change.actual",
  "change.desired",
  "error.tag",
  "error.message",
  "error.detail",
  "error.remedy",
  "error.request_id",
  "manifest.path",
  "endpoint",
  "emulator",
  "owner",
  "tag.name",
  "tag.value",
  "group",
  "unlisted.instance_id",
  "unlisted.name",
  "unlisted.folder_id",
  "unlisted.reason",
  "unlisted.reason_code",
  "unlisted.remedy",
  "waiver.target",
  "waiver.field",
  "waiver.until",
  "waiver.reason",
  "waiver.approved_by",
  "waiver.ticket",
  "waiver.accepts",
  "waiver.path",
  "read.method",
  "read.folder_id",
  "read.why",
  "diagnostic.summary",
  "diagnostic.detail",
  "diagnostic.path"
]

/** A report with a resource in each state and the strings of `text` in every field. */
const reportOf = (text: TextOf, field = "enabled"): CheckReport => {
  const common = {
    instance_id: text("instance_id"),
    reason: text("reason"),
    owner: text("owner"),
    tags: Object.fromEntries([[text("tag.name"), text("tag.value")]]),
    groups: [text("group")],
    source: { path: text("source.path"), line: 7, column: 3 }
  }
  const changes = [
    change("HF001", field, {
      desired: [text("change.desired"), "IDLE"],
      actual: text("change.actual"),
      reason: text("change.reason"),
      remedy: text("change.remedy")
    })
  ]
  const error = {
    tag: text("error.tag"),
    message: text("error.message"),
    detail: text("error.detail"),
    remedy: text("error.remedy"),
    status: 403,
    grpc_code: 7,
    request_id: text("error.request_id"),
    retryable: false,
    attempts: 1
  }
  const name = text("address")
  return report(
    [
      row(name, common),
      drifted(name, changes, common),
      missing(name, common),
      pending(name, { ...common, changes }),
      unread(name, error, common)
    ],
    {
      manifest: [{ path: text("manifest.path"), sha256: "0".repeat(64) }],
      endpoint: text("endpoint"),
      emulator: text("emulator"),
      ...besides(text)
    }
  )
}

/** What a report says beside its rows. */
const besides = (text: TextOf): Pick<CheckReport, "diagnostics" | "reads" | "unlisted" | "waivers"> => {
  const stray = (kind: "instance" | "orphan", mode: "fail" | "report"): CheckReport["unlisted"][number] => ({
    kind,
    mode,
    instance_id: text("unlisted.instance_id"),
    name: kind === "orphan" ? "" : text("unlisted.name"),
    folder_id: text("unlisted.folder_id"),
    waived: false,
    severity: "low",
    reason_code: text("unlisted.reason_code"),
    reason: text("unlisted.reason"),
    remedy: text("unlisted.remedy")
  })
  const waiver = (kind: "resource" | "group" | "instance"): CheckReport["waivers"]["used"][number] => ({
    kind,
    target: text("waiver.target"),
    fields: kind === "group" ? null : [text("waiver.field"), "online"],
    until: text("waiver.until"),
    reason: text("waiver.reason"),
    approved_by: kind === "group" ? null : text("waiver.approved_by"),
    ticket: kind === "group" ? null : text("waiver.ticket"),
    accepts: [text("waiver.accepts"), text("waiver.accepts")],
    source: { path: text("waiver.path"), line: 9, column: 5 }
  })
  const told = (severity: "warning" | "error"): CheckReport["diagnostics"][number] => ({
    severity,
    summary: text("diagnostic.summary"),
    detail: text("diagnostic.detail"),
    path: text("diagnostic.path"),
    line: 9,
    column: 5
  })
  return {
    unlisted: [stray("instance", "fail"), stray("instance", "report"), stray("orphan", "fail")],
    waivers: {
      used: [waiver("resource"), waiver("group")],
      unused: [waiver("instance")],
      expired: [waiver("instance")]
    },
    reads: [text("read.folder_id"), null].map((folder_id) => ({
      method: text("read.method"),
      folder_id,
      requests: 1,
      items: 2,
      why: text("read.why")
    })),
    diagnostics: [told("warning"), told("error")]
  }
}

const only =
  (field: string, text: string): TextOf =>
  (name) =>
    name === field ? text : "benign"
const lines = (text: string) => text.split("\n").length
const benign = reportOf(() => "benign")
const benignLines = {
  verbose: lines(pretty(benign, { color: false, verbose: true, explain: true })),
  brief: lines(pretty(benign, { color: false, verbose: false, explain: true }))
}
const decode = Schema.decodeUnknownSync(CheckReport)

const check = (hostileReport: CheckReport) => {
  for (const verbose of [true, false]) {
    const options = { color: false, verbose, explain: true }
    const text = pretty(hostileReport, options)
    assertHarmless(text)
    assert.strictEqual(lines(text), verbose ? benignLines.verbose : benignLines.brief)
  }
  assertHarmless(verdict(hostileReport, { color: false }))
}

/** Strings put together from the pieces that matter, and from any others. */
const pieces = Schema.Literals([
  ...Object.values(hostile).filter((text) => text.length < 1000),
  ..."\u001b \r \n \u202e \u200b \ufeff \ud800 \udc00 # ## [ ] : :: vso[ teamcity[ error -".split(" "),
  " ",
  ""
])
const texts = Arbitrary.map(
  Arbitrary.array(Arbitrary.schema(Schema.Union([pieces, Schema.String])), { maxLength: 5 }),
  (parts) => parts.join("")
)

describe("hostile strings", () => {
  describe.each(Object.keys(hostile))("%s", (name) => {
    const text = hostile[name] as string

    it.each(fields)("do no harm in %s", (field) => {
      check(reportOf(only(field, text)))
    })

    it("do no harm in all fields at once", () => {
      check(reportOf(() => text))
    })

    it("do no harm in the mistakes of a manifest", () => {
      const of = (value: string) =>
        diagnostics(
          [
            {
              severity: "error",
              summary: value,
              detail: value,
              suggestion: value,
              path: value,
              line: 3,
              column: 2,
              text: value
            },
            { severity: "warning", summary: value, path: value },
            { severity: "error", summary: value }
          ],
          { color: false }
        )
      assertHarmless(of(text))
      assert.strictEqual(lines(of(text)), lines(of("benign")))
    })

    it("survive JSON, without a control character, a hidden mark or a command of a build server there", () => {
      const hostileReport = reportOf(() => text)
      const written = json(hostileReport)
      assert.deepStrictEqual(decode(JSON.parse(written)), hostileReport)
      assert.strictEqual(lines(written), lines(json(benign)))
      assert.strictEqual(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.exec(written)?.[0], undefined)
      assert.strictEqual(invisible.exec(written)?.[0], undefined)
      assert.strictEqual(buildCommand.exec(written)?.[0], undefined)
    })
  })

  it("do no harm as the name of a field that is not as declared", () => {
    for (const text of Object.values(hostile)) check(reportOf(() => "benign", text))
  })

  it.prop(
    "of any kind do no harm in any field",
    [Arbitrary.array(texts, { minLength: fields.length, maxLength: fields.length })],
    ([values]) => {
      check(reportOf((field) => values[fields.indexOf(field)] as string))
    },
    { arbitrary: { runs: 300, seed: "hostile" } }
  )

  it.prop(
    "of any kind survive JSON",
    [texts],
    ([text]) => {
      const hostileReport = reportOf(() => text)
      assert.deepStrictEqual(decode(JSON.parse(json(hostileReport))), hostileReport)
    },
    { arbitrary: { runs: 300, seed: "JSON" } }
  )
})
