import { globSync, statSync } from "node:fs"
import { join } from "node:path"
import { alternate, startServer, timeOfNode } from "../measure.ts"
import { directoryOf, drift, environmentOf, type Result, ratioOf } from "../scenario.ts"

/** How long it takes to start, to answer and to end; and how large what is started is. */
export const startup = async (): Promise<ReadonlyArray<Result>> => {
  const { stop, url } = await startServer({ folder: 1 })
  const one = { cwd: directoryOf(1), env: environmentOf(url) }
  const get = `require("node:http").get(${JSON.stringify(`${url}/backup/v1/resources/vm-0`)}, (r) => r.resume())`
  // A first run of each, so that compiled code is kept as it is after a day's work.
  timeOfNode([drift, "check"], one)
  const figures = alternate(
    {
      "node -e 0": () => timeOfNode(["-e", "0"]),
      "node, one GET by node:http": () => timeOfNode(["-e", get]),
      "drift --version": () => timeOfNode([drift, "--version"]),
      "drift --help": () => timeOfNode([drift, "--help"]),
      "drift check, one resource": () => timeOfNode([drift, "check"], one)
    },
    21
  )
  stop()
  const node = figures["node -e 0"]
  const size = globSync(join(drift, "../*.{cjs,mjs}")).reduce((sum, file) => sum + statSync(file).size, 0) / 1024
  return [
    {
      scenario: "startup",
      unit: "ms",
      figures,
      ratios: [
        ratioOf("drift --version ÷ node -e 0", [figures["drift --version"], node], "at most", 1.3, 1.1),
        ratioOf(
          "drift check, one resource ÷ node -e 0",
          [figures["drift check, one resource"], node],
          "at most",
          3.5,
          2.5
        ),
        {
          name: "bundle, minified, all of its pieces, the emulator included; KB",
          value: size,
          limit: 1_100,
          aim: 700,
          direction: "at most"
        }
      ]
    }
  ]
}
