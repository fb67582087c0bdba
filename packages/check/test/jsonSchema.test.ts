import { describe, expect, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import { Schema } from "effect"

describe("docs/report.schema.json", () => {
  it("is the schema of CheckReport", async () => {
    const { definitions, schema } = Schema.toJsonSchemaDocument(CheckReport)
    const document = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "The result of drift check --format json",
      ...schema,
      $defs: definitions
    }
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot("../../../docs/report.schema.json")
  })
})
