/** One parse of a manifest in a process of its own, after one that warms up: `parse.ts WAY FILE` prints milliseconds. */
import { readFileSync } from "node:fs"
import { SourceText } from "@holdfast/manifest/Diagnostic"
import { parse } from "@holdfast/manifest/Manifest"
import * as JsYaml from "js-yaml"

const ways: Readonly<Record<string, (text: string) => void>> = {
  load: (text) => void JsYaml.load(text),
  events: (text) => void JsYaml.parseEvents(text, {}),
  ours: (text) => {
    const { diagnostics, resources } = parse(new SourceText("backup.yaml", text))
    if (diagnostics.length > 0 || resources.length === 0) throw new Error("the manifest is not as it should be")
  }
}

const [name = "", path = ""] = process.argv.slice(2)
const way = ways[name]
if (way === undefined) throw new Error(`no way ${name}`)
const text = readFileSync(path, "utf8")
way(text)
const startedAt = performance.now()
way(text)
process.stdout.write(`${performance.now() - startedAt}\n`)
