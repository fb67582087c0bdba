import { assert, describe, expect, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import { Schema } from "effect"
import { ndjson } from "../src/ndjson.ts"
import { everything } from "./fullReport.ts"
import { assertHarmless } from "./hostile.ts"
import { few, hostileTexts, reportHolding } from "./hostileTexts.ts"
import { report } from "./reports.ts"

const decode = Schema.decodeUnknownSync(CheckReport)

/** What each message has, as `terraform plan -json` does. */
const Message = Schema.Struct({
  "@level": Schema.Literals(["info", "warn", "error"]),
  "@message": Schema.String,
  "@module": Schema.Literal("holdfast"),
  "@timestamp": Schema.String,
  type: Schema.Literals([
    "version",
    "diagnostic",
    "resource",
    "resource_drift",
    "unlisted",
    "waiver",
    "resource_resolved",
    "change_summary"
  ]),
  resource: Schema.optionalKey(Schema.Unknown),
  unlisted: Schema.optionalKey(Schema.Unknown),
  summary: Schema.optionalKey(Schema.Unknown),
  exit_code: Schema.optionalKey(Schema.Int)
})
const read = Schema.decodeUnknownSync(Message)

const linesOf = (of: CheckReport): ReadonlyArray<string> => [...ndjson(of)]
const messagesOf = (of: CheckReport) => linesOf(of).map((line) => read(JSON.parse(line)))

describe("ndjson", () => {
  it("reads as agreed", async () => {
    await expect(linesOf(everything).join("")).toMatchFileSnapshot("snapshots/formats/everything.ndjson")
  })

  it("begins with the version, ends with the counts and the exit code, and holds every finding between", () => {
    const messages = messagesOf(everything)
    assert.strictEqual(messages[0]?.type, "version")
    assert.deepInclude(messages.at(-1), { type: "change_summary", summary: everything.summary, exit_code: 2 })
    const ofType = (...types: ReadonlyArray<string>) => messages.filter(({ type }) => types.includes(type))
    assert.deepStrictEqual(
      ofType("resource", "resource_drift").map(({ resource }) => resource),
      [...everything.resources]
    )
    assert.deepStrictEqual(
      ofType("unlisted").map(({ unlisted }) => unlisted),
      [...everything.unlisted]
    )
    assert.lengthOf(ofType("resource_drift"), 3)
    assert.lengthOf(ofType("waiver"), 4)
    assert.lengthOf(ofType("resource_resolved"), 1)
    assert.lengthOf(
      messages.filter((message) => message["@level"] === "error" && message.type !== "change_summary"),
      everything.failing
    )
  })

  it("of nothing is the version and the counts", () => {
    assert.deepStrictEqual(
      messagesOf(report([])).map(({ type }) => type),
      ["version", "change_summary"]
    )
  })

  it("of 10,000 hostile strings in every field is a line each, and gives them back", () => {
    const count = linesOf(few).length
    for (const text of hostileTexts(10_000, 2)) {
      const hostile = reportHolding(few, decode, () => text)
      const lines = linesOf(hostile)
      assert.lengthOf(lines, count)
      assertHarmless(lines.join(""))
      assert.isTrue(lines.every((line) => line.indexOf("\n") === line.length - 1))
      assertHarmless(lines.map((line) => JSON.parse(line)["@message"]).join("\n"))
      assert.deepStrictEqual(JSON.parse(lines[2] ?? "").resource, hostile.resources[0])
    }
  }, 240_000)
})
