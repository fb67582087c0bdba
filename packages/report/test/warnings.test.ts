import { assert, describe, it } from "@effect/vitest"
import { pretty as pieces, verdict } from "../src/pretty.ts"
import { report } from "./reports.ts"

const pretty = (...of: Parameters<typeof pieces>): string => [...pieces(...of)].join("")

const warned = report([], {
  allowEmpty: true,
  diagnostics: [
    { severity: "warning", summary: "This machine's clock is 3h behind the service's", detail: "Set it\u001b right." }
  ]
})

describe("pretty", () => {
  it("shows warnings above the verdict, also where that stands alone, and takes them for no error", () => {
    for (const text of [pretty(warned, { color: false, verbose: false }), verdict(warned, { color: false })]) {
      assert.include(text, "⚠ This machine's clock is 3h behind the service's. Set it\\x1b right.\n")
      assert.notInclude(text, "Error")
    }
  })
})
