import { type ChildProcess, spawn } from "node:child_process"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { bundle, directory, drift, root } from "./drift.ts"

const fleet = join(root, "examples/quickstart/fleet.yaml")

/** Starts `drift emulator` and waits for what it prints first. */
const started = Effect.acquireRelease(
  Effect.callback<{ readonly child: ChildProcess; readonly text: string }>((resume) => {
    const child = spawn(process.execPath, [bundle, "emulator", fleet, "--port", "0"], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk
      if (text.includes("YC_IAM_TOKEN=")) resume(Effect.succeed({ child, text }))
    })
  }),
  ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
)

describe("drift emulator", () => {
  it.live("prints the variables that point drift check at it, and stops at once", () =>
    Effect.gen(function* () {
      const { child, text } = yield* started
      assert.include(text, "Emulating Cloud Backup with 12 resources")
      const assignments = /^export (.*)$/m.exec(text)?.[1]?.split(" ") ?? []
      const env = Object.fromEntries(assignments.map((assignment) => assignment.split("=", 2) as [string, string]))
      const result = yield* drift(["check", "examples/quickstart/backup.yaml"], { env })
      assert.strictEqual(result.code, 2)
      assert.include(result.stdout, "Drift: 5 drifted, 1 missing, 0 not compared of 13")
      const code = yield* Effect.callback<number | null>((resume) => {
        child.on("exit", (code) => resume(Effect.succeed(code)))
        child.kill("SIGINT")
      })
      assert.strictEqual(code, 130)
    }).pipe(Effect.scoped)
  )

  it.live("says which port is taken", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof createServer>>((resume) => {
          const server = createServer()
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close())
      )
      const { port } = server.address() as AddressInfo
      const { code, stderr } = yield* drift(["emulator", fleet, "--port", String(port)])
      assert.strictEqual(code, 1)
      assert.include(stderr, `The emulator cannot listen on 127.0.0.1:${port}`)
      assert.include(stderr, "--port")
    }).pipe(Effect.scoped)
  )

  it.live.each([
    ["resources: [{computeInstanceId: epd1, onlnie: true}]", "onlnie"],
    ["resources: [{computeInstanceId: epd1, lastBackupTime: soon}]", "-3h"],
    ["resources: [", "fleet.yaml"],
    [undefined, "cannot be read (NotFound)"]
  ])("refuses the seed %j", ([seed, message]) =>
    Effect.gen(function* () {
      const cwd = directory(seed === undefined ? {} : { "fleet.yaml": seed })
      const { code, stderr } = yield* drift(["emulator", "fleet.yaml", "--port", "0"], { cwd })
      assert.strictEqual(code, 1)
      assert.include(stderr, message as string)
    })
  )
})
