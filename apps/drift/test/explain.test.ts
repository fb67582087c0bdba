import { execFileSync } from "node:child_process"
import { cpSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { rules } from "@holdfast/check/Rule"
import { SourceText } from "@holdfast/manifest/Diagnostic"
import * as Manifest from "@holdfast/manifest/Manifest"
import { Effect } from "effect"
import { pages } from "../src/rulePages.ts"
import { bundle, directory, drift, root } from "./drift.ts"

const read = (name: string): string => readFileSync(join(root, "docs/rules", name), "utf8")

/** What Yandex Cloud's CLI has, by its reference; none of it can be run here. */
const ycCommands: ReadonlyArray<RegExp> = [
  /^yc backup agent (debug-info|reinstall) --id <instance-id>$/,
  /^yc backup agent install --id <instance-id> --policy-ids <policy-id>$/,
  /^yc backup policy (apply|revoke) <policy-id> --instance-ids <instance-id>$/,
  /^yc backup policy execute <policy-id> --instance-id <instance-id>$/,
  /^yc backup policy get <policy-id>$/,
  /^yc backup policy list$/,
  /^yc backup policy list-applications --instance-id <instance-id>$/,
  /^yc backup policy update <policy-id> --set-period daily$/,
  /^yc backup vm (delete|get|list-policies|list-tasks) <instance-id>$/,
  /^yc backup vm list$/,
  /^yc compute instance (get|start|stop) <instance-id>$/,
  /^yc compute instance list$/
]

/** The lines of a page that are indented: commands, and what a manifest can say. */
const indented = (page: string): ReadonlyArray<string> => page.split("\n").filter((line) => line.startsWith("    "))

describe("docs/rules", () => {
  it("has a page for each rule of Rule.ts, docs/rules/HF….md, and no other", () => {
    assert.deepStrictEqual([...pages.keys()], Object.keys(rules).toSorted())
  })

  it("lists each in the table of docs/rules/README.md, in order", () => {
    const rows = Object.entries(rules).map(([code, { title }]) => `| ${code} | ${title} | [${code}.md](${code}.md) |`)
    assert.deepStrictEqual(read("README.md").match(/^\| HF.*$/gm), rows.toSorted())
  })

  it.each(Object.entries(rules))("has a page of %s with its title and every section", (code, { title }) => {
    assert.deepStrictEqual(pages.get(code)?.match(/^#.*$/gm), [
      `# ${code}: ${title}`,
      "## What it means",
      "## Why it matters",
      "## How to mend it",
      "## In the manifest"
    ])
  })

  it.each([...pages])("has a page of %s that a terminal shows as it is written", (_, page) => {
    for (const line of page.split("\n")) assert.match(line, /^[\x20-\x7e]{0,80}$/)
    assert.match(page, /[^\n]\n$/)
  })

  it.each([...pages])("has a page of %s with commands that yc knows, and a manifest that is valid", (_, page) => {
    const [mending = "", manifest = ""] = page.split("## In the manifest\n")
    assert.isNotEmpty(indented(mending))
    for (const line of indented(mending)) {
      const command = line.trim()
      assert.isTrue(
        ycCommands.some((known) => known.test(command)),
        command
      )
    }
    const text = ["version: 1", "resources:", ...indented(manifest)].join("\n")
    const { diagnostics, resources } = Manifest.parse(new SourceText("backup.yaml", text))
    assert.deepStrictEqual(diagnostics, [])
    assert.lengthOf(resources, 1)
  })
})

describe("drift explain", () => {
  it.live.each(["HF003", "hf003", "HF3", "3", "03"])("prints the page of HF003 for %s", (word) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* drift(["explain", word]), { code: 0, stdout: read("HF003.md"), stderr: "" })
    })
  )

  it.live("prints the pages of several, in the order in which they are asked for", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* drift(["explain", "HF010", "HF009"])
      assert.deepStrictEqual([code, stdout], [0, `${read("HF010.md")}\n${read("HF009.md")}`])
    })
  )

  it.live("lists all rules with their titles where none is named", () =>
    Effect.gen(function* () {
      const lines = Object.entries(rules).map(([code, { title }]) => `${code}  ${title}\n`)
      assert.deepStrictEqual(yield* drift(["explain"]), { code: 0, stdout: lines.toSorted().join(""), stderr: "" })
    })
  )

  it.live.each([
    ["HF999", '"HF999"'],
    ["constructor", '"constructor"'],
    ["\u001b[2J", '"\\x1b[2J"'],
    ["", '""']
  ])("says that there is no rule %j, and which there are", ([word, shown]) =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* drift(["explain", "HF001", word as string])
      assert.deepStrictEqual([code, stdout], [1, ""])
      const codes = [...pages.keys()]
      assert.strictEqual(
        stderr,
        `error: There is no rule ${shown}\n  The rules are ${codes[0]} to ${codes.at(-1)}: drift explain lists them.\n`
      )
    })
  )

  it.live("has bold headings with colour", () =>
    Effect.gen(function* () {
      const { stdout } = yield* drift(["explain", "HF001", "--color"])
      assert.include(stdout, "\u001b[1m# HF001: backup is not enabled\u001b[22m\n")
      assert.include(stdout, "\n\u001b[1m## How to mend it\u001b[22m\n")
    })
  )

  it("needs no documents beside what is built, and none to be built to run", () => {
    const elsewhere = directory({})
    cpSync(dirname(bundle), elsewhere, { recursive: true })
    for (const program of [join(elsewhere, "drift.mjs"), join(root, "apps/drift/src/bin.ts")]) {
      const output = execFileSync(process.execPath, [program, "explain", "HF018"], { cwd: elsewhere, encoding: "utf8" })
      assert.strictEqual(output, read("HF018.md"))
    }
  })
})
