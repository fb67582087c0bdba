import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { CheckReport } from "@holdfast/check/CheckReport"
import { Effect, Schema } from "effect"
import { bundle, directory, drift, fleetOf, manifestOf, withEmulator } from "./drift.ts"

const count = 500

/** What the disk holds of an earlier run. */
const earlier = "the report of an earlier run\n"

/** Ends when a run has begun to write its report, or has written it. */
const writing = (cwd: string) =>
  Effect.gen(function* () {
    const isUntouched = () =>
      readdirSync(cwd).every((name) => !name.endsWith(".tmp")) &&
      readFileSync(join(cwd, "report.json"), "utf8") === earlier
    while (isUntouched()) yield* Effect.sleep("1 millis")
  })

describe("a report that does not get to its file", () => {
  it.live("because the disk is full is an error, not a verdict", () =>
    withEmulator(fleetOf(2), (env) =>
      Effect.gen(function* () {
        const cwd = directory({ "backup.yaml": manifestOf(2) })
        for (const format of ["pretty", "json"]) {
          const { code, stderr, stdout } = yield* drift(["check", "--format", format, "--output", "/dev/full"], {
            cwd,
            env
          })
          assert.deepStrictEqual([code, stdout], [1, ""])
          assert.include(stderr, "error: The file /dev/full cannot be written")
          assert.notInclude(stderr, "In sync")
        }
      })
    )
  )

  it.live("because standard output is a full disk is an error, not a verdict", () =>
    Effect.sync(() => {
      const cwd = directory({ "backup.yaml": manifestOf(1), "fleet.yaml": "resources: [{computeInstanceId: epd1}]" })
      const command = `"${process.execPath}" "${bundle}" check --emulate fleet.yaml > /dev/full; echo "$?"`
      const output = execFileSync("sh", ["-c", command], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
      assert.strictEqual(output, "1\n")
    })
  )

  it.live("costs neither the others nor what is shown", () =>
    withEmulator(
      fleetOf(2, (index) => ({ enabled: index !== 2 })),
      (env) =>
        Effect.gen(function* () {
          const cwd = directory({ "backup.yaml": manifestOf(2) })
          const args = ["check", "--report", "csv=none/report.csv", "--report", "json=report.json"]
          const { code, stderr, stdout } = yield* drift(args, { cwd, env })
          assert.strictEqual(code, 1)
          assert.include(stderr, "error: The file none/report.csv cannot be written")
          assert.include(stdout, "Drift: 1 drifted")
          assert.include(readFileSync(join(cwd, "report.json"), "utf8"), '"exit_code": 2')
        })
    )
  )

  it.live("because the program was killed leaves the earlier one whole, or the new one", () =>
    withEmulator(fleetOf(count), (env) =>
      Effect.gen(function* () {
        for (let round = 0; round < 5; round++) {
          const cwd = directory({ "backup.yaml": manifestOf(count), "report.json": earlier })
          const { code } = yield* drift(["check", "--format", "json", "--output", "report.json"], {
            cwd,
            env,
            signal: { name: "SIGKILL", when: writing(cwd) }
          })
          const text = readFileSync(join(cwd, "report.json"), "utf8")
          if (text === earlier) assert.isNull(code)
          else assert.isTrue(Schema.decodeUnknownSync(CheckReport)(JSON.parse(text)).complete)
        }
      })
    )
  )
})
