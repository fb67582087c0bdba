import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { PeriodReport } from "../src/PeriodReport.ts"

describe("docs/period-report.schema.json", () => {
  it("is the schema of PeriodReport", async () => {
    const { definitions, schema } = Schema.toJsonSchemaDocument(PeriodReport)
    const document = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "The result of compliance report --format json",
      ...schema,
      $defs: definitions
    }
    const path = "../../../docs/period-report.schema.json"
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(path)
  })
})
