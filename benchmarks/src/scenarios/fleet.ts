import { execFileSync } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { alternate, isInstalled, node, startServer, timeOf } from "../measure.ts"
import { directoryOf, drift, environmentOf, newDirectory, type Ratio, type Result, ratioOf } from "../scenario.ts"

const count = 1_000

/** The same checks in Terraform, with nothing but what is built in: each instance's state is read, and must be as declared. */
const terraformOf = (url: string): string => {
  const path = newDirectory()
  writeFileSync(
    join(path, "main.tf"),
    `locals { ids = toset([for i in range(${count}) : "vm-\${i}"]) }
data "terraform_remote_state" "resource" {
  for_each = local.ids
  backend  = "http"
  config   = { address = "${url}/state/\${each.key}" }
  lifecycle {
    postcondition {
      condition     = self.outputs.enabled
      error_message = "backup is not enabled"
    }
  }
}
`
  )
  return path
}

const quiet = { stdio: "ignore" } as const

/** `curl` reads all of them in parallel, `jq` compares. */
const curlOf = (url: string): string => {
  const path = newDirectory()
  const requests = Array.from(
    { length: count },
    (_, index) => `url = "${url}/backup/v1/resources/vm-${index}"\noutput = "${join(path, `${index}.json`)}"`
  )
  writeFileSync(join(path, "requests"), `header = "authorization: Bearer t1.benchmark"\n${requests.join("\n")}\n`)
  return path
}

/** A fleet of 1,000, from the start of the process to its end. */
export const fleet = async (): Promise<ReadonlyArray<Result>> => {
  const { stop, url } = await startServer({ folder: count })
  // Its folder holds one of them: no list helps.
  const scattered = await startServer({ folder: 1 })
  const cwd = directoryOf(count)
  const notes: Array<string> = []
  const check = (at: string) => () => timeOf(() => node([drift, "check"], { cwd, env: environmentOf(at) }))
  const drifts = { "drift check": check(url), "drift check, by gets alone": check(scattered.url) }
  // A first run, so that compiled code is kept as it is after a day's work.
  for (const run of Object.values(drifts)) run()
  const all = alternate(
    isInstalled("curl") && isInstalled("jq")
      ? {
          ...drifts,
          "curl --parallel, jq": () => {
            const path = curlOf(url)
            const script = `curl --silent --parallel --parallel-max 64 --config requests && cat *.json | jq --exit-status --slurp 'all(.resource.enabled)'`
            const took = timeOf(() => execFileSync("sh", ["-c", script], { ...quiet, cwd: path }))
            rmSync(path, { recursive: true })
            return took
          }
        }
      : drifts,
    7
  )
  if (!("curl --parallel, jq" in all)) notes.push("curl and jq were not compared: they are not installed.")
  const ratios: Array<Ratio> = []
  let figures: Result["figures"] = all
  if (isInstalled("terraform")) {
    const cwd = terraformOf(url)
    const terraform = (...args: ReadonlyArray<string>) => execFileSync("terraform", [...args], { ...quiet, cwd })
    terraform("init")
    const plan = timeOf(() => terraform("plan", "-lock=false", "-input=false"))
    figures = { ...all, "terraform plan (once)": [plan] }
    ratios.push(
      ratioOf("1,000 instances, whole process ÷ Terraform", [all["drift check"], [plan]], "at most", 1 / 50, 1 / 80)
    )
  } else notes.push("Terraform was not compared: it is not installed.")
  stop()
  scattered.stop()
  return [{ scenario: "fleet", unit: "ms", figures, ratios, notes }]
}
