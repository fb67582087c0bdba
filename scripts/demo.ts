/**
 * The quickstart: a fleet on an emulator in a process of its own, and the real `drift check` against it.
 */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"

const drift = ["apps/drift/src/bin.ts"]
const manifest = "examples/quickstart/backup.yaml"
const fleet = "examples/quickstart/fleet.yaml"

const emulator = spawn(process.execPath, [...drift, "emulator", fleet, "--port", "0"], {
  stdio: ["ignore", "pipe", "inherit"]
})
// A developer's own settings must not lead the demo to the real cloud.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("HOLDFAST_") && !name.startsWith("YC_"))
)
const variables: Record<string, string> = {}
for await (const line of createInterface({ input: emulator.stdout })) {
  if (!line.startsWith("export ")) continue
  for (const assignment of line.slice("export ".length).split(" ")) {
    const [name = "", value = ""] = assignment.split("=", 2)
    variables[name] = value
  }
  break
}

if (variables.HOLDFAST_BACKUP_URL === undefined) throw new Error("the emulator did not start")
process.stdout.write(`An emulator of Cloud Backup serves ${fleet} on ${variables.HOLDFAST_BACKUP_URL}.\n`)
process.stdout.write(`What should be stands in ${manifest}. Now:\n\n$ pnpm drift check ${manifest}\n\n`)
const check = spawnSync(process.execPath, [...drift, "check", manifest], {
  stdio: "inherit",
  env: { ...environment, ...variables }
})
process.stdout.write(
  `\nThe check ended with exit code ${check.status}: ${check.status === 2 ? "drift was found, as it should be in this fleet" : "this demo expects 2"}.\n`
)

emulator.kill("SIGTERM")
await once(emulator, "exit")
process.exitCode = check.status === 2 ? 0 : 1
