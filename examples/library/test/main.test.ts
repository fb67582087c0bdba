import { spawn } from "node:child_process"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import { Effect } from "effect"

const seed = Seed.make({
  resources: [
    { computeInstanceId: "epd1", enabled: true, lastBackupTime: "2026-03-05T07:05:10Z" },
    { computeInstanceId: "epd2", faults: [{ fault: "forbidden" }] },
    { computeInstanceId: "epd3", faults: [{ fault: "rate_limited", retryAfter: 3600 }] }
  ],
  instances: [
    { id: "epd1", name: "web-1", labels: { env: "prod" } },
    { id: "epd7", name: "forgotten-db", labels: { env: "prod" } },
    { id: "epd8", name: "scratch", labels: { env: "test" } }
  ]
})

const run = (id: string, program = "main") =>
  Effect.flatMap(Emulator, ({ url }) =>
    Effect.callback<string>((resume) => {
      const env = {
        ...process.env,
        HOLDFAST_BACKUP_URL: url,
        HOLDFAST_COMPUTE_URL: url,
        HOLDFAST_METADATA_URL: url,
        YC_IAM_TOKEN: Seed.defaultToken,
        MY_TOKEN: Seed.defaultToken
      }
      const child = spawn(process.execPath, [join(import.meta.dirname, `../src/${program}.ts`), id], { env })
      let said = ""
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (chunk: string) => {
          said += chunk
        })
      }
      child.on("close", () => resume(Effect.succeed(said)))
    })
  ).pipe(Effect.provide(Emulator.layer(seed)))

describe("examples/library", () => {
  it.live.each([
    ["epd1", "epd1: backed up, last 2026-03-05T07:05:10Z\n"],
    ["epd9", "Cloud Backup does not know this instance\n"],
    ["epd2", "Grant the account the role backup.viewer on the folder of the instance."],
    ["epd3", "Busy; try again in 3600000 ms\n"]
  ])("says of %s: %s", ([id, text]) =>
    Effect.gen(function* () {
      assert.include(yield* run(id as string), text as string)
    })
  )

  it.live.each([
    ["policies", "b1gemulator", "epd2: not backed up\nepd3: not backed up\n3 resources read\n"],
    ["forgotten", "b1gemulator", "forgotten-db (epd7) is not connected to Cloud Backup\n"],
    ["credentials", "epd1", "backed up, by a given token at http://127.0.0.1:"]
  ] as const)("%s of %s says: %s", ([program, id, text]) =>
    Effect.gen(function* () {
      const said = yield* run(id, program)
      assert.isTrue(said.startsWith(text), said)
    })
  )
})
