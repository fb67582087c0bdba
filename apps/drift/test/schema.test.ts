import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { drift, root } from "./drift.ts"

describe("drift schema", () => {
  it.live("prints docs/manifest.schema.json, without credentials, network or a manifest", () =>
    Effect.gen(function* () {
      const schema = readFileSync(join(root, "docs/manifest.schema.json"), "utf8")
      assert.deepStrictEqual(yield* drift(["schema"]), { code: 0, stdout: schema, stderr: "" })
      assert.strictEqual(JSON.parse(schema).$schema, "http://json-schema.org/draft-07/schema#")
    })
  )

  it.live("takes nothing", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* drift(["schema", "backup.yaml"])
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.include(stderr, '"backup.yaml"')
    })
  )
})
