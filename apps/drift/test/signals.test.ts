import { spawn } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import { Clock, Effect, Fiber, Schema } from "effect"
import { bundle, directory, drift, fleetOf, manifestOf, withEmulator } from "./drift.ts"

/** The second machine answers too late for any test. */
const hanging = fleetOf(2, (index) => (index === 2 ? { faults: [{ fault: "latency" as const, delay: "5m" }] } : {}))

/** A run that is told to stop once it has asked for both machines; how long it then took. */
const interrupted = (name: "SIGINT" | "SIGTERM", args: ReadonlyArray<string> = []) =>
  withEmulator(hanging, (env, emulator) =>
    Effect.gen(function* () {
      const cwd = directory({ "backup.yaml": manifestOf(2) })
      let signalledAt = 0
      const bothAsked = Effect.gen(function* () {
        while ((yield* emulator.requests).length < 2) yield* Effect.sleep("20 millis")
        // The answer of the first is on its way.
        yield* Effect.sleep("300 millis")
        signalledAt = yield* Clock.currentTimeMillis
      })
      const result = yield* drift(["check", ...args], { cwd, env, signal: { name, when: bothAsked } })
      return { ...result, millis: (yield* Clock.currentTimeMillis) - signalledAt }
    })
  )

describe("drift check, interrupted", () => {
  it.live("says what was not checked and exits 130, within a second", () =>
    Effect.gen(function* () {
      const { code, millis, stdout } = yield* interrupted("SIGINT")
      assert.strictEqual(code, 130)
      assert.include(stdout, "? not compared: web-2 (epd2)")
      assert.include(stdout, "⚠ Interrupted: what is not compared was not read\n⚠ 1 of 2 compared\n")
      assert.isBelow(millis, 1000)
    })
  )

  it.live("does the same where it is terminated", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* interrupted("SIGTERM")
      assert.strictEqual(code, 130)
      assert.include(stdout, "⚠ Interrupted")
    })
  )

  it.live("writes a whole report that does not pass for a complete one", () =>
    Effect.gen(function* () {
      const { stdout } = yield* interrupted("SIGINT", ["--format", "json"])
      const report = Schema.decodeUnknownSync(CheckReport)(JSON.parse(stdout))
      assert.deepStrictEqual([report.interrupted, report.complete, report.exit_code], [true, false, 130])
      assert.deepStrictEqual(
        report.resources.map(({ address, state }) => [address, state]),
        [
          ["web-1", "in_sync"],
          ["web-2", "not_compared"]
        ]
      )
    })
  )

  it.live("keeps what was read when the time is up", () =>
    withEmulator(hanging, (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(2) })
        const { code, stdout } = yield* drift(["check", "--timeout", "1s"], { cwd, env })
        assert.strictEqual(code, 3)
        assert.include(stdout, "the run's time limit of 1s ended before it was read")
        assert.include(stdout, "--timeout")
        assert.include(stdout, "⚠ 1 of 2 compared")
      })
    )
  )

  it.live.each([
    ["whose reader has stalled ends at the second signal", 800, false],
    ["that is signalled twice at once still writes its whole report", 0, true]
  ] as const)("%s", ([, pause, isRead]) =>
    withEmulator(
      { resources: [{ computeInstanceId: "epd1", faults: [{ fault: "latency", delay: "5m" }] }] },
      (env, emulator) =>
        Effect.gen(function* () {
          const cwd = directory({ "backup.yaml": manifestOf(2000) })
          // More than a pipe holds.
          const child = spawn(process.execPath, [bundle, "check", "--format", "json"], {
            cwd,
            env: { ...env, PATH: process.env.PATH ?? "" },
            stdio: ["ignore", "pipe", "ignore"]
          })
          let stdout = ""
          if (isRead) child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk))
          const ended = Effect.callback<number | null>((resume) => {
            child.on(isRead ? "close" : "exit", (code) => resume(Effect.succeed(code)))
          })
          const code = yield* Effect.forkChild(ended)
          while ((yield* emulator.requests).length < 1900) yield* Effect.sleep("20 millis")
          child.kill("SIGINT")
          yield* Effect.sleep(pause)
          child.kill("SIGINT")
          assert.strictEqual(yield* Fiber.join(code), 130)
          if (isRead) assert.lengthOf(Schema.decodeUnknownSync(CheckReport)(JSON.parse(stdout)).resources, 2000)
        })
    )
  )
})
