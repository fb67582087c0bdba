/** docs/security.md names tests that are there, for every row. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { root } from "./drift.ts"
import { read } from "./shell.ts"

const rows = read("docs/security.md")
  .split("\n")
  .filter((line) => /^\| (?!attack|---)/.test(line))
  .map((line) => line.split(/(?<!\\) \| /))

describe("docs/security.md", () => {
  it("has rows, and README leads there", () => {
    assert.isAbove(rows.length, 15)
    assert.include(read("README.md"), "(docs/security.md)")
  })

  it.each(rows.map(([attack = "", keeps = "", shown = ""]) => [attack.slice(2), keeps, shown] as const))(
    "names tests that are there: %s",
    (_, keeps, shown) => {
      assert.notStrictEqual(keeps.trim(), "")
      const files = [...shown.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path)
      assert.isAbove(files.length, 0)
      for (const path of files) {
        assert.match(path, /\.test\.ts$/)
        assert.isTrue(existsSync(join(root, path)), path)
        assert.match(read(path), /\b(?:it|on)(?:\.\w+)*\(/, path)
      }
    }
  )
})
