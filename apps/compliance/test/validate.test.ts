import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { compliance, directory } from "./support/replica.ts"

const validate = (files: Readonly<Record<string, string>>) => {
  const path = directory(files)
  return Effect.map(
    compliance(["validate", "--config", join(path, "compliance.yaml")]),
    ({ code, stderr, stdout }) => ({
      code,
      stdout: stdout.replaceAll(path, "."),
      stderr: stderr.replaceAll(path, ".")
    })
  )
}

const job = (manifests: string) => `version: 1\njobs: {nightly: {cron: "0 3 * * *", manifests: ${manifests}}}\n`

describe("compliance validate", { timeout: 90_000 }, () => {
  it.live("says that a configuration and its manifests are valid", () =>
    Effect.gen(function* () {
      const good = "version: 1\nresources: {web-1: {instance: epd1}}\n"
      const result = yield* validate({ "compliance.yaml": job("backup.yaml"), "backup.yaml": good })
      assert.deepStrictEqual(result, { code: 0, stdout: "./compliance.yaml: valid, 1 job\n", stderr: "" })
    })
  )

  it.live("tells the mistakes of a configuration, then those of its manifests", () =>
    Effect.gen(function* () {
      const first = yield* validate({ "compliance.yaml": job("[]") })
      assert.strictEqual(first.code, 1)
      assert.include(first.stderr, "./compliance.yaml:2:48: error: `manifests` is an empty list")
      const second = yield* validate({
        "compliance.yaml": job("[backup.yaml, other.yaml]"),
        "backup.yaml": "version: 1\nresources: {web-1: {instanse: epd1}}\n"
      })
      assert.strictEqual(second.code, 1)
      assert.strictEqual(second.stdout, "")
      assert.include(second.stderr, './backup.yaml:2:21: error: The resource "web-1" has no field "instanse"')
      assert.include(second.stderr, 'Did you mean "instance"?')
      assert.include(second.stderr, "./other.yaml: error: There is no such file")
    })
  )

  it.live("says where a configuration was looked for", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* validate({})
      assert.strictEqual(code, 1)
      assert.include(stderr, "./compliance.yaml: error: There is no such file")
    })
  )
})
