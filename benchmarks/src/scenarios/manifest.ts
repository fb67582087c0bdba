import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { alternate, node } from "../measure.ts"
import { newDirectory, program, type Result, ratioOf } from "../scenario.ts"

/** A manifest of 100,000 resources, 15 MB: parsed and validated, each with its place. */
export const manifest = (): Promise<ReadonlyArray<Result>> => {
  const path = join(newDirectory(), "backup.yaml")
  const resource = (index: number) =>
    `  web-${index}:\n    instance: epdweb${index}\n    enabled: true\n    online: true\n    status: IDLE\n    type: COMPUTE\n    maxBackupAge: 26h\n    severity: high\n`
  const resources = Array.from({ length: 100_000 }, (_, index) => resource(index)).join("")
  writeFileSync(path, `version: 1\ndefaults:\n  enabled: true\n  maxBackupAge: 26h\nresources:\n${resources}`)
  const run = (name: string) => () => Number(node([program("parse"), name, path]))
  const figures = alternate({ ours: run("ours"), "js-yaml load": run("load"), "js-yaml parseEvents": run("events") }, 7)
  const ratios = [ratioOf("ours ÷ js-yaml load", [figures.ours, figures["js-yaml load"]], "at most", 1.5, 1)]
  return Promise.resolve([{ scenario: "manifest", unit: "ms", figures, ratios }])
}
