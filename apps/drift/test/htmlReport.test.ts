import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { script } from "@holdfast/report/htmlScript"
import { style } from "@holdfast/report/htmlStyle"
import { Effect } from "effect"
import { directory, drift, root } from "./drift.ts"

const quickstart = ["examples/quickstart/backup.yaml", "--emulate", "examples/quickstart/fleet.yaml"]

/** What an element of this name holds; there is one. */
const contentOf = (page: string, name: string): string => {
  const [content, ...others] = [...page.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, "gs"))].map(([, text]) => text)
  assert.lengthOf(others, 0)
  return content ?? ""
}

describe("drift check --report html", () => {
  it.live("writes the quickstart's report, whose policy allows its own style and script", () =>
    Effect.gen(function* () {
      const path = join(directory({}), "out.html")
      const { code, stderr, stdout } = yield* drift(["check", ...quickstart, "--report", `html=${path}`])
      assert.strictEqual(code, 2, stderr)
      const page = readFileSync(path, "utf8")
      const verdict = stdout.trimEnd().split("\n").at(-1) ?? ""
      assert.include(page, `<title>${verdict}</title>`)
      assert.include(page, "Emulated by examples/quickstart/fleet.yaml: this says nothing of the cloud")
      // What is built keeps them compressed.
      assert.strictEqual(contentOf(page, "style"), style)
      assert.strictEqual(contentOf(page, "script"), script)
      for (const text of [style, script]) {
        const hash = createHash("sha256").update(text).digest("base64")
        assert.include(page, `&#39;sha256-${hash}&#39;`)
      }
    })
  )

  it.live("goes to standard output where it is the format", () =>
    Effect.gen(function* () {
      const { stdout } = yield* drift(["check", ...quickstart, "--format", "html"])
      assert.match(stdout, /^<!DOCTYPE html>\n/)
      assert.isTrue(stdout.endsWith("</html>\n"))
    })
  )

  it.live("is as docs/reports.md says", () =>
    Effect.gen(function* () {
      const [, command = ""] =
        /^pnpm drift (check .* html=\S+)$/m.exec(readFileSync(join(root, "docs/reports.md"), "utf8")) ?? []
      const { code, stderr } = yield* drift(command.split(" "))
      assert.strictEqual(code, 2, stderr)
      assert.include(readFileSync("/tmp/report.html", "utf8"), "<title>Drift: ")
    })
  )

  it.live("is written also where the manifest has mistakes", () =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": "version: 2" })
      const { code } = yield* drift(["check", "--report", "html=out.html"], { cwd })
      assert.strictEqual(code, 1)
      assert.include(readFileSync(join(cwd, "out.html"), "utf8"), "<title>Error: nothing was checked</title>")
    })
  )
})
