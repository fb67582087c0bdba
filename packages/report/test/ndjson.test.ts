import { assert, describe, expect, it } from "@effect/vitest"
import type { CheckReport } from "@holdfast/check/CheckReport"
import { Schema } from "effect"
import { ndjson } from "../src/ndjson.ts"
import { everything } from "./fullReport.ts"
import { report } from "./reports.ts"

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
})
